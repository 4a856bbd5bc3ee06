import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct ExitLogTests {
    @Test("out of memory is what a kill says when the kernel's count rose with it")
    func outOfMemory() {
        let log = ExitLog(text: "1000 1 0 1\n2000 256 9 1\n3000 256 9 2\n4000 137 0 3\n5000 256 15 4\n")
        #expect(log.exits.map(\.ranOutOfMemory) == [false, false, true, true, false])
    }

    @Test("ends in a row are counted back from now until there was a pause")
    func streak() {
        let log = ExitLog(text: [0, 200, 250, 330].map { "\($0 * 1000) 1 0 0" }.joined(separator: "\n"))
        #expect(log.streak(at: Instant(milliseconds: 340_000)) == 3)
        #expect(log.streak(at: Instant(milliseconds: 425_000)) == 0)
        #expect(ExitLog(text: "").streak(at: Instant(milliseconds: 0)) == 0)
    }

    @Test("the finish script keeps the last ends and holds up the next start once they come in a row")
    func finish() async throws {
        try await Harbour.with { harbour in
            let folder = "\(harbour.home)/it's a test"
            try Disk.makeDirectory(folder)
            try Disk.write(Array("oom 1\noom_kill 2\n".utf8), to: "\(folder)/events")
            let script = FinishScript(killFile: "\(folder)/killed", memoryEvents: "\(folder)/events")
            try Disk.write(Array(script.text.utf8), to: "\(folder)/finish", mode: 0o700)
            let old = (0..<200).map { "\($0 * 100_000) 1 0 0" }.joined(separator: "\n") + "\n"
            try Disk.write(Array(old.utf8), to: "\(folder)/exits")
            func run() async throws -> Duration {
                try await ContinuousClock().measure {
                    let command = CommandLine("/bin/sh", ["./finish", "256", "9"], directory: folder)
                    _ = try await harbour.engine.runner.run(command)
                }
            }
            let (first, second, third) = (try await run(), try await run(), try await run())
            print("the finish script takes \(first), \(second), \(third)")
            #expect(first < .seconds(1) && second < .seconds(1) && third >= .seconds(2))
            try Disk.write([], to: "\(folder)/down")
            #expect(try await run() < .seconds(1))
            let log = ExitLog(text: Disk.text("\(folder)/exits") ?? "")
            #expect(log.exits.count == FinishScript.kept && log.exits.last?.signal == 9)
            #expect(Disk.text("\(folder)/exits")?.hasSuffix(" 256 9 2\n") == true)
            #expect(Disk.text("\(folder)/killed") == "1\n")
        }
    }

    @Test("a program that ends every few seconds is failing, is held up, and is stopped at once all the same")
    func crashLoop() async throws {
        try await Harbour.with { harbour in
            let app = Apps.python("import time; time.sleep(2.5); raise SystemExit(3)")
            try await harbour.start(app)
            try await eventually("failing for its third end in a row", within: .seconds(30)) {
                let now = try await harbour.observed("api-1")
                return now.restarts == 3 && now.state == .failing
            }
            let time = try await ContinuousClock().measure { try await harbour.stop(app) }
            #expect(time < .seconds(2))
        }
    }
}
