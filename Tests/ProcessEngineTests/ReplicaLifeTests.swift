import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.serialized) struct ReplicaLifeTests {
    @Test("a replica starts, gets ready, stops and is removed, and leaves no process")
    func life() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            let clock = ContinuousClock()
            let started = try await clock.measure { try await harbour.start(app) }
            let ready = try await clock.measure { try await harbour.awaitReady(app) }
            let running = try await harbour.observed("api-1", .probed)
            #expect(running.state == .running && running.ready && running.restarts == 0)
            #expect(running.revision == app.revision && running.release == 1)
            #expect(AllotmentBook.ports.contains(try #require(running.port)))
            let glance = try await clock.measure { _ = try await harbour.observed("api-1") }
            let stopped = try await clock.measure { try await harbour.stop(app) }
            #expect(try await harbour.observed("api-1").state == .stopped)
            #expect(harbour.processes().isEmpty)
            try await harbour.perform(.removeReplica("api-1"))
            #expect(try await harbour.engine.observe(harbour.stack, .glance).replicas.isEmpty)
            print("start \(started), ready for 300 ms \(ready), glance \(glance), stop \(stopped)")
        }
    }
}

extension ReplicaID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        let parts = text.split(separator: "-")
        self.init(ServiceName(unchecked: String(parts[0])), Int(parts[1]) ?? 0)
    }
}
