import Basics
import Interfaces
import Synchronization

/// A `psql` that stays: what is said to it in one transaction is answered line by line.
final class PostgresSession: Sendable {
    private let program: any RunningProgram
    private let questions: AsyncStream<String>.Continuation
    private let output: ByteStream
    private let rest = Mutex<[UInt8]>([])

    private init(
        _ program: any RunningProgram,
        _ questions: AsyncStream<String>.Continuation
    ) {
        self.program = program
        self.questions = questions
        self.output = program.output
    }

    static func open(_ client: PostgresClient, _ database: String) async throws(ReportableError) -> PostgresSession {
        let (texts, questions) = AsyncStream<String>.makeStream()
        let input = ByteStream { () throws(ReportableError) in
            // A stream that is begun again goes on where it was.
            var rest = texts.makeAsyncIterator()
            return await rest.next().map { Array($0.utf8) }
        }
        return PostgresSession(try await client.runner.start(client.psql(database), input: input), questions)
    }

    func say(_ sql: String) { questions.yield(sql) }

    /// Throws `engineFailed` with the server's words when it ends instead.
    func line() async throws(ReportableError) -> String {
        while true {
            let line = rest.withLock { rest -> [UInt8]? in
                guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
                defer { rest.removeSubrange(...end) }
                return Array(rest[..<end])
            }
            if let line { return String(decoding: line, as: UTF8.self) }
            guard let piece = try await output.next() else {
                throw ReportableError(.engineFailed, "psql ended before it had answered")
            }
            rest.withLock { $0 += piece }
        }
    }

    /// Ends the transaction by ending the session.
    func close() async {
        questions.finish()
        program.kill()
        _ = await program.end()
    }
}
