import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

extension DataServices {
    /// HAProxy itself, with the least configuration that it needs.
    @Suite struct EdgeTests {
        @Test("an edge sends traffic to a replica once it is admitted, and none once it is drained")
        func edge() async throws {
            try await Harbour.with { harbour in
                let listen = try #require((30_200...30_300).first { Ports.isFree($0) })
                let edge = Apps.edge(listen)
                try await harbour.start(edge)
                try await harbour.awaitReady(edge)
                let app = Apps.server()
                try await harbour.start(app)
                try await harbour.awaitReady(app)
                #expect(try await harbour.observed("api-1").traffic == .none)
                let request = HTTPRequest("GET", "http://127.0.0.1:\(listen)/")
                #expect(try await harbour.engine.http.send(request).status == 503)
                let clock = ContinuousClock()
                let admitted = try await clock.measure { try await harbour.perform(.admit("api-1")) }
                try await harbour.perform(.admit("api-1"))
                #expect(try await harbour.observed("api-1").traffic == .admitted)
                let process = try await #require(harbour.observed("api-1").processID)
                #expect(
                    String(decoding: try await harbour.engine.http.send(request).body, as: UTF8.self) == "\(process)"
                )
                let drained = try await clock.measure {
                    try await harbour.perform(.drain("api-1", deadline: .seconds(5)))
                }
                try await harbour.perform(.drain("api-1", deadline: .seconds(5)))
                #expect(try await harbour.observed("api-1").traffic == .none)
                #expect(try await harbour.engine.http.send(request).status == 503)
                try await harbour.perform(.reconfigure("edge-1", configuration: edge.configuration), edge)
                print("admit \(admitted), drain \(drained)")
            }
        }

        @Test("an edge below port 1024 is no root and has the one capability that it needs")
        func lowPort() async throws {
            try await Harbour.with { harbour in
                let listen = try #require((850...1000).first { Ports.isFree($0) })
                let edge = Apps.edge(listen)
                try await harbour.start(edge)
                try await harbour.awaitReady(edge)
                let request = HTTPRequest("GET", "http://127.0.0.1:\(listen)/")
                #expect(try await harbour.engine.http.send(request).status == 503)
                for process in harbour.processes() where process.commandLine.hasPrefix("/usr/sbin/haproxy") {
                    let status = try #require(Disk.text("/proc/\(process.id)/status"))
                    #expect(!status.contains("Uid:\t0\t") && status.contains("CapEff:\t0000000000000400"))
                }
                try await harbour.perform(.reconfigure("edge-1", configuration: edge.configuration), edge)
                #expect(try await harbour.engine.http.send(request).status == 503)
            }
        }
    }
}
