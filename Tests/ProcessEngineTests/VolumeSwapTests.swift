import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite struct VolumeSwapTests {
    private func lay(_ text: String, in volume: String) throws {
        try Disk.makeDirectory(volume)
        try Disk.write(Array(text.utf8), to: "\(volume)/data")
    }

    private func data(_ harbour: Harbour) -> String? { Disk.text("\(harbour.folder.volume("redis"))/data") }

    @Test("two data directories change places, once, and back")
    func swap() async throws {
        try await Harbour.with { harbour in
            try lay("old", in: harbour.folder.volume("redis"))
            try lay("new", in: harbour.folder.beside("redis", "r1"))
            for _ in 1...2 {
                try await harbour.perform(.swapIn("redis", "r1"))
                #expect(data(harbour) == "new")
                #expect(Disk.text("\(harbour.folder.beside("redis", "r1"))/data") == "old")
                #expect(try await harbour.engine.observe(harbour.stack, .glance).restored == ["redis": "r1"])
            }
            for _ in 1...2 {
                try await harbour.perform(.swapOut("redis", "r1"))
                #expect(data(harbour) == "old")
                #expect(try await harbour.engine.observe(harbour.stack, .glance).restored.isEmpty)
            }
        }
    }

    @Test("a second restoration goes back to the first")
    func twice() async throws {
        try await Harbour.with { harbour in
            try lay("old", in: harbour.folder.volume("redis"))
            for name in ["r1", "r2"] as [RestorationName] {
                try lay(name.text, in: harbour.folder.beside("redis", name))
                try await harbour.perform(.swapIn("redis", name))
            }
            try await harbour.perform(.swapOut("redis", "r1"))
            #expect(data(harbour) == "r2", "the first is not live, so that there is nothing to take back")
            try await harbour.perform(.swapOut("redis", "r2"))
            #expect(data(harbour) == "r1")
            try await harbour.perform(.swapOut("redis", "r1"))
            #expect(data(harbour) == "old")
        }
    }

    @Test("where there was no data before, there is none after going back")
    func fromNothing() async throws {
        try await Harbour.with { harbour in
            try lay("new", in: harbour.folder.beside("redis", "r1"))
            try await harbour.perform(.swapIn("redis", "r1"))
            #expect(data(harbour) == "new")
            try await harbour.perform(.swapOut("redis", "r1"))
            #expect(data(harbour) == nil)
            try await harbour.perform(.swapIn("redis", "r1"))
            #expect(data(harbour) == "new")
        }
    }

    @Test("data that was never prepared, or is in use, is not swapped")
    func refused() async throws {
        try await Harbour.with { harbour in
            let missing = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.swapIn("redis", "r1"))
            }
            #expect(missing?.code == .notFound)
            let app = Apps.server("", environment: [:])
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            try lay("new", in: harbour.folder.beside("api", "r1"))
            let used = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.swapIn("api", "r1"))
            }
            #expect(used?.code == .needsDecision && used?.message == "the data of api is in use by api-1")
        }
    }

    @Test("what lies beside goes with the data")
    func removal() async throws {
        try await Harbour.with { harbour in
            try lay("old", in: harbour.folder.volume("redis"))
            try lay("new", in: harbour.folder.beside("redis", "r1"))
            try await harbour.perform(.removeVolume("redis"))
            #expect(Disk.list(harbour.folder.volumes).isEmpty)
        }
    }
}
