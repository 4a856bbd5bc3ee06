import ArgumentParser
import Basics
import Interfaces
import Ledger
import Orchestration
import StackModel

package struct LogsVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show the logs of all replicas, merged by time."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Option(name: .shortAndLong, help: "Only this service, or this replica (api-2).")
    var service: String?

    @Flag(name: .shortAndLong, help: "Go on as lines are written.")
    var follow = false

    @Option(help: "Lines since then: 10m, 2h or 2026-11-21T08:15:02Z.")
    var since: String?

    @Option(name: [.customShort("n"), .long], help: "The last so many lines.")
    var tail: Int?

    @Option(name: .shortAndLong, help: "Only lines that contain this text.")
    var grep: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let summary = try await dependencies.ledger.summary(of: stack)
        var query = try query(now: dependencies.now())
        if let service {
            let services = KnownServices(of: stack, current: summary.currentRelease, in: dependencies.ledger)
            (query.service, query.replica) = try await services.choice(service)
        }
        let lines = try dependencies.engine(summary.engine ?? .process).logs(stack, query)
        let console = session.console
        let reading = Task { await print(lines, of: stack, on: console) }
        let watch = Task {
            // A quiet log is not written to, and writing is what tells of a reader who went away.
            while follow, !console.isReaderGone, (try? await Task.sleep(for: .milliseconds(500))) != nil {}
            if follow { reading.cancel() }
        }
        defer { watch.cancel() }
        let failure = await withTaskCancellationHandler {
            await reading.value
        } onCancel: {
            reading.cancel()
        }
        if let failure { throw failure }
        return Task.isCancelled ? .interrupted : .done
    }

    /// Ends with the log, or with its reader.
    private func print(_ lines: AsyncThrowingStream<LogLine, any Error>, of stack: StackID, on console: Console) async
        -> ReportableError?
    {
        var count = 0
        do {
            for try await line in lines {
                console.result(text(of: line, style: console.resultStyle))
                count += 1
                // No further ahead of the reader than this.
                if count.isMultiple(of: 256) { await console.drain() }
                if console.isOutputLost { return nil }
            }
            return nil
        } catch let error as ReportableError {
            return error
        } catch {
            return ReportableError(.engineFailed, "cannot read the logs of \(stack): \(error)")
        }
    }

    private func query(now: Instant) throws(ReportableError) -> LogQuery {
        if let tail, tail < 0 { throw ReportableError(.usage, "--tail takes a number of lines, not \(tail)") }
        var query = LogQuery(tail: tail, follow: follow, containing: grep)
        if let since { query.since = try TimeText.parse(since, now: now) }
        return query
    }

    private func text(of line: LogLine, style: TextStyle) -> String {
        switch format.output {
        case .json: CanonicalJSON.text(line)
        case .table: "\(style.dim(TimeText.stamp(line.time))) \(style.bold(line.replica.description)) \(line.text)"
        }
    }
}
