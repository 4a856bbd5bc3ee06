import Basics
import Glibc
import StackModel
import Testing

@testable import ProcessEngine

@Suite("What is found before anything is touched")
struct PreflightTests {
    @Test("the port of an edge that somebody else holds, with the holder's name")
    func portTaken() async throws {
        try await Harbour.with { harbour in
            let port = try #require((30_510...30_590).first { Ports.isFree($0) })
            let edge = Apps.edge(port)
            _ = try await harbour.engine.preflight(edge, in: harbour.stack)
            let stranger = try TestListener(port: port)
            let error = await #expect(throws: ReportableError.self) {
                try await harbour.engine.preflight(edge, in: harbour.stack)
            }
            #expect(error?.code == .portTaken)
            #expect(error?.message.hasPrefix("port \(port) is held by process \(getpid()) (") == true)
            #expect(error?.hint == "Stop that process or give the service another port.")
            stranger.leave()
        }
    }

    @Test("a port that a replica of the stack itself holds is in nobody's way")
    func ownPort() async throws {
        try await Harbour.with { harbour in
            let port = try #require((30_600...30_690).first { Ports.isFree($0) })
            let app = Apps.server(port: .fixed(port))
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            #expect(!Ports.isFree(port))
            _ = try await harbour.engine.preflight(Apps.edge(port), in: harbour.stack)
        }
    }

    @Test("a user that only root can become")
    func users() throws {
        #expect(throws: Never.self) { try Accounts.check(.named("nobody"), "web") }
        #expect(throws: ReportableError.self) { try Accounts.check(.named("no-such-user"), "web") }
        // Root can become whom it wants; anybody else only themselves.
        let error = #expect(throws: ReportableError.self) { try Accounts.unprivileged(.named("nobody"), "web") }
        #expect(error?.message == "web is to run as nobody, which needs root")
        #expect(try Accounts.unprivileged(.dedicated, "web").switches == false)
    }
}
