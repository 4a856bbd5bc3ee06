import Basics
import Glibc
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct ReplicaRecordTests {
    /// As replicas had it that were started before records had a format.
    private let old = """
        {"account":{"groupID":61200,"switches":true,"userID":61200},"configuration":"\(Digest(of: "c").hex)",\
        "createdAt":1000,"id":"api-1","kind":"app","portIsFixed":false,"port":20001,"probe":{"running":{}},\
        "release":7,"revision":"\(Digest(of: "r").hex)"}
        """

    private func with(_ text: String, _ body: (Harbour, ReplicaFolder) async throws -> Void) async throws {
        try await Harbour.with { harbour in
            let folder = harbour.folder.replica("api-1")
            try Disk.makeDirectory(folder.path)
            try Disk.write(Array(text.utf8), to: folder.record)
            try await body(harbour, folder)
        }
    }

    @Test("a record without what later ones have is read, with what was so then")
    func old() async throws {
        try await with(old) { _, folder in
            let record = try ReplicaRecord.read(folder)
            #expect(record.release == 7 && record.port == 20_001 && record.stop == StopRule() && record.source == nil)
            try record.save(in: folder.path)
            #expect(try ReplicaRecord.read(folder) == record)
            #expect(Disk.text(folder.record)?.contains(#""format":1"#) == true)
        }
    }

    @Test("a record of a later format is said to be that")
    func newer() async throws {
        try await with(old.replacing("{\"account", with: "{\"format\":2,\"account")) { harbour, _ in
            let replica = try await harbour.observed("api-1")
            #expect(replica.trouble == "its record was written by a newer slipway (format 2)")
        }
    }

    @Test("a replica whose record cannot be read is seen as failing, with its process, and can be removed")
    func unreadable() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let process = try await harbour.observed("api-1").processID
            let path = harbour.folder.replica("api-1").record
            for content in ["", "{}", nil] {
                if let content {
                    try Disk.write(Array(content.utf8), to: path)
                } else {
                    try Disk.remove(file: path)
                }
                let replica = try await harbour.observed("api-1")
                #expect(replica.state == .failing && replica.processID == process && replica.revision != app.revision)
                #expect(replica.trouble?.hasPrefix("its record \(path) ") == true)
            }
            try await harbour.perform(.removeReplica("api-1"))
            #expect(harbour.processes().isEmpty)
            try await harbour.perform(.removeStack)
        }
    }

    @Test("a log program is told from every other process that may have its number")
    func logProgram() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app, 1)
            try await harbour.start(app, 2)
            let (one, two) = (harbour.folder.replica("api-1"), harbour.folder.replica("api-2"))
            try await eventually("the log program") {
                ReplicaStop.leftOver(SupervisorStatus(folder: one.logger), of: one) != nil
            }
            #expect(ReplicaStop.leftOver(SupervisorStatus(folder: one.logger), of: two) == nil)
            #expect(ReplicaStop.leftOver(SupervisorStatus(folder: one.path), of: one) == nil)
            // As long ago as a supervisor that is gone may have written it.
            var bytes = try #require(Disk.read("\(one.logger)/supervise/status"))
            bytes[6] &-= 1
            #expect(ReplicaStop.leftOver(SupervisorStatus(bytes: bytes), of: one) == nil)
        }
    }
}
