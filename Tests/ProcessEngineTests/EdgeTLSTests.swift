import Basics
import Glibc
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

extension DataServices {
    @Suite("TLS at the edge") struct EdgeTLSTests {
        private func withTown(_ body: (inout EdgeTown) async throws -> Void) async throws {
            let secrets: [SecretName: SecretValue] = [
                "first": try await TestCertificate.make("first.example"),
                "second": try await TestCertificate.make("second.example"),
                "broken": .of(nil, "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n"),
            ]
            try await Harbour.with(secrets: secrets) { harbour in
                var town = try EdgeTown(harbour, ports: 31_000...31_090)
                let plain = try #require((31_100...31_190).first { Ports.isFree($0) })
                town.versions = ["first": 1, "second": 2, "broken": 3]
                town.edge.tls = EdgeTLS(certificate: "first", redirectFrom: plain, hsts: .seconds(3600))
                try await town.build(replicas: 1)
                try await body(&town)
            }
        }

        @Test("clients are served over TLS 1.2 and later, sent there from the plain port, and the app knows")
        func serves() async throws {
            try await withTown { town in
                let plain = try #require(town.edge.tls?.redirectFrom)
                let answer = try await town.get("/orders")
                #expect(answer.status == 200 && answer.body.hasSuffix(" https"))
                #expect(answer.has("strict-transport-security: max-age=3600\r\n"))
                let sent = try await town.get("/a?b=c", port: plain)
                #expect(sent.status == 308)
                #expect(sent.has("location: https://127.0.0.1:\(town.edge.listen)/a?b=c\r\n"), "\(sent.headers)")
                #expect(!sent.has("strict-transport-security"))
                #expect(try await town.subject().contains("first.example"))
                for (version, isServed) in [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
                    let words = ["s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect"]
                    let shown = try await town.run("openssl", words + ["127.0.0.1:\(town.edge.listen)"])
                    #expect(shown.succeeded == isServed, "\(version): \(shown.output)")
                }
                #expect(try await town.get("/.slipway/edge-metrics").body.contains("haproxy_process_"))
            }
        }

        @Test("another certificate is taken up, and taken back, without a failed request; its file is HAProxy's alone")
        func renews() async throws {
            try await withTown { town in
                let (kept, closed) = (town, town)
                async let first = kept.load(seconds: 6, keepAlive: true)
                async let second = closed.load(seconds: 6, keepAlive: false)
                for name: SecretName in ["second", "first", "second"] {
                    try await Task.sleep(for: .seconds(1))
                    town.edge.tls?.certificate = name
                    try await town.deploy()
                    #expect(try await town.subject().contains("\(name).example"))
                    try await town.expectSame([1])
                    let version = try #require(town.versions[name])
                    #expect(certificates(town) == ["certificate-\(version).pem"])
                }
                for report in [try await first, try await second] {
                    print("FIGURE 3 certificates: \(report.requests) requests, \(report.failures) failed")
                    #expect(report.requests > 500 && report.failures == 0, "\(report.text)")
                }
                var status = stat()
                #expect(stat("\(town.directory)/certificate-2.pem", &status) == 0)
                #expect(status.st_mode & 0o7777 == 0o600 && status.st_uid == getpwnam("haproxy").pointee.pw_uid)
            }
        }

        @Test("a certificate that HAProxy refuses changes nothing, not even at a restart")
        func refuses() async throws {
            try await withTown { town in
                town.edge.tls?.certificate = "broken"
                let declared = town
                let error = await #expect(throws: ReportableError.self) { try await declared.deploy() }
                #expect(error?.message.hasPrefix("HAProxy refuses the configuration") == true, "\(error as Any)")
                #expect(try await town.subject().contains("first.example"))
                let master = try #require(try await town.harbour.observed("edge-1").processID)
                kill(pid_t(master), SIGKILL)
                try await eventually("the edge is back") { try await town.subject().contains("first.example") }
                town.edge.tls?.certificate = "second"
                try await town.deploy()
                #expect(try await town.subject().contains("second.example"))
                #expect(certificates(town) == ["certificate-2.pem"])
                try await town.expectSame([1])
            }
        }

        @Test("from TLS to plain HTTP and back by a reload")
        func turnsOff() async throws {
            try await withTown { town in
                let tls = town.edge.tls
                town.edge.tls = nil
                try await town.deploy()
                #expect(try await town.get("/").body.hasSuffix(" http"))
                #expect(certificates(town) == [])
                town.edge.tls = tls
                try await town.deploy()
                #expect(try await town.get("/").body.hasSuffix(" https"))
                try await town.expectSame([1])
            }
        }

        @Test("the plain port of an edge is looked at before anything is touched, too")
        func plainPortTaken() async throws {
            try await Harbour.with { harbour in
                var edge = Apps.edge(try #require((31_200...31_290).first { Ports.isFree($0) }))
                let plain = try #require((31_300...31_390).first { Ports.isFree($0) })
                edge.plainPort = plain
                _ = try await harbour.engine.preflight(edge, in: harbour.stack)
                let stranger = try TestListener(port: plain)
                let taken = edge
                let error = await #expect(throws: ReportableError.self) {
                    try await harbour.engine.preflight(taken, in: harbour.stack)
                }
                #expect(error?.code == .portTaken && error?.message.contains("\(plain)") == true)
                stranger.leave()
            }
        }

        private func certificates(_ town: EdgeTown) -> [String] {
            Disk.list(town.directory).filter { $0.hasPrefix("certificate-") }
        }
    }
}
