import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct LogTests {
    private func lines(_ harbour: Harbour, _ query: LogQuery) async throws -> [LogLine] {
        var lines: [LogLine] = []
        for try await line in harbour.engine.logs(harbour.stack, query) { lines.append(line) }
        return lines
    }

    @Test("lines of all replicas come in the order of time, and are chosen by replica, text, number and time")
    func query() async throws {
        try await Harbour.with { harbour in
            let app = Apps.python(
                """
                import os, time
                for number in range(20): print("line", number, flush=True); time.sleep(0.01)
                time.sleep(600)
                """
            )
            try await harbour.start(app, 1)
            try await harbour.start(app, 2)
            try await eventually("all lines") { try await lines(harbour, LogQuery()).count == 40 }
            let all = try await lines(harbour, LogQuery())
            #expect(all.map(\.time) == all.map(\.time).sorted())
            #expect(try await lines(harbour, LogQuery(replica: "api-2")).map(\.text) == (0..<20).map { "line \($0)" })
            #expect(try await lines(harbour, LogQuery(tail: 3)) == all.suffix(3))
            #expect(try await lines(harbour, LogQuery(containing: "line 19")).count == 2)
            #expect(try await lines(harbour, LogQuery(service: "redis")).isEmpty)
            #expect(try await lines(harbour, LogQuery(since: all[30].time)).count >= 10)
            // Logs outlive their replica.
            try await harbour.perform(.removeReplica("api-1"))
            #expect(try await lines(harbour, LogQuery()).count == 40)
        }
    }

    @Test("followed logs bring every line once, across a rotation")
    func follow() async throws {
        try await Harbour.with { harbour in
            let app = Apps.python(
                """
                import time
                for number in range(3000): print(number, "x" * 1000, flush=True); time.sleep(0.0005)
                print("end", flush=True)
                time.sleep(600)
                """
            )
            try await harbour.start(app)
            var numbers: [Int] = []
            for try await line in harbour.engine.logs(harbour.stack, LogQuery(follow: true)) {
                if line.text == "end" { break }
                numbers.append(Int(line.text.split(separator: " ").first ?? "") ?? -1)
            }
            let wrong = zip(numbers, 0..<3000).first { $0 != $1 }
            #expect(numbers.count == 3000 && wrong == nil)
            #expect(LogFiles.names(in: harbour.folder.replica("api-1").logs).count > 1)
        }
    }

    @Test("bytes that are no text are marked and control characters escaped")
    func printable() {
        let bytes: [UInt8] = [65, 0xFF, 27, 91, 51, 9, 66, 0xC3, 0xA9, 7]
        #expect(LogText.printable(bytes) == "A\u{FFFD}\\u{1b}[3\tBé\\u{7}")
    }

    @Test("the last lines of a log survive the end of its program")
    func lastWords() async throws {
        try await Harbour.with { harbour in
            let app = Apps.python(
                """
                import signal, sys, time
                def leave(*_):
                    for number in range(1000): print("word", number)
                    sys.stdout.flush(); sys.exit(0)
                signal.signal(signal.SIGTERM, leave)
                print("up", flush=True)
                time.sleep(600)
                """
            )
            try await harbour.start(app)
            try await eventually("up") { try await !lines(harbour, LogQuery()).isEmpty }
            try await harbour.stop(app)
            #expect(try await lines(harbour, LogQuery()).last?.text == "word 999")
            #expect(try await lines(harbour, LogQuery()).count == 1001)
        }
    }
}
