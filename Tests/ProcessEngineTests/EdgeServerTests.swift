import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct EdgeServerTests {
    @Test("a replica that stops is forgotten by its edge, also when its drain was cut short")
    func forgotten() async throws {
        try await Harbour.with { harbour in
            let listen = try #require((30_401...30_500).first { Ports.isFree($0) })
            let (edge, app) = (Apps.edge(listen), Apps.server())
            try await harbour.start(edge)
            try await harbour.awaitReady(edge)
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            try await harbour.perform(.admit("api-1"), app)
            let directory = harbour.folder.replica("edge-1").work
            #expect(try await harbour.engine.edge.servers(at: directory).map(\.replica) == ["api-1"])
            try await harbour.perform(.stopReplica("api-1"), app)
            #expect(try await harbour.engine.edge.servers(at: directory).isEmpty)
        }
    }
}
