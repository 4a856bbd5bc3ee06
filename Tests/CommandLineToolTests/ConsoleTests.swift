import Basics
import Foundation
import Synchronization
import Testing

@testable import CommandLineTool

@Suite("What is written, and what is asked")
struct ConsoleTests {
    private func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private func console(input: Int32 = 0, output: Int32 = 1, error: Int32 = 2) -> Console {
        Console(variables: [:], descriptors: .init(input: input, output: output, error: error))
    }

    @Test("a pipe that nobody drains holds up nobody, and loses nothing", arguments: [false, true])
    func blocked(nonBlocking: Bool) async throws {
        let (reader, writer) = try pipe()
        if nonBlocking { _ = fcntl(writer, F_SETFL, O_NONBLOCK) }
        let console = console(error: writer)
        let began = ContinuousClock.now
        let text = String(repeating: "x", count: 1023)
        for _ in 0..<200 { console.note(text) }
        #expect(ContinuousClock.now - began < .seconds(1), "no write waited")
        #expect(!console.isIdle)
        let count = Mutex(0)
        let draining = Thread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while count.withLock({ $0 }) < 200 * 1024 {
                let piece = read(reader, &buffer, buffer.count)
                count.withLock { $0 += piece }
            }
        }
        draining.start()
        await console.drain()
        #expect(console.isIdle)
        while count.withLock({ $0 }) < 200 * 1024 { try await Task.sleep(for: .milliseconds(5)) }
        close(reader)
        close(writer)
    }

    @Test("a reader who has seen enough is no error, a full disk is one")
    func lost() async throws {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = try pipe()
        let piped = console(output: writer)
        #expect(!piped.isReaderGone)
        close(reader)
        #expect(piped.isReaderGone)
        piped.result("nobody reads this")
        #expect(await piped.close(after: .done) == .done)
        #expect(piped.isOutputLost)
        close(writer)

        let full = open("/dev/full", O_WRONLY)
        let sink = open("/dev/null", O_WRONLY)
        let console = console(output: full, error: sink)
        console.result("no room")
        #expect(await console.close(after: .done) == .failed)
        #expect(
            await console.close(after: .rolledBack) == .rolledBack,
            "what happened is worse than what was said of it"
        )
        close(full)
        close(sink)
    }

    @Test("a question takes a line, the end of input, or a cancellation")
    func question() async throws {
        let (reader, writer) = try pipe()
        let question = Question(descriptor: reader)
        let waiting = Task { await question.answer() }
        try await Task.sleep(for: .milliseconds(50))
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        write(writer, "yes\n", 4)
        #expect(await question.answer() == .line("yes"))
        close(writer)
        #expect(await question.answer() == .endOfInput)
        close(reader)
    }

    @Test("nothing but a terminal gets colours")
    func colors() throws {
        #expect(!console(output: open("/dev/null", O_WRONLY)).resultStyle.color)
    }
}
