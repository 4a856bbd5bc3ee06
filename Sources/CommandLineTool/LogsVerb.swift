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
        let release = try await dependencies.ledger.currentRelease(of: stack)
        let engine = try dependencies.engine(release?.stack.engine ?? .process)
        do {
            for try await line in engine.logs(stack, try query(now: dependencies.now())) {
                session.console.result(text(of: line, style: session.console.style))
            }
        } catch let error as ReportableError {
            throw error
        } catch {
            throw ReportableError(.engineFailed, "cannot read the logs of \(stack): \(error)")
        }
        return .done
    }

    private func query(now: Instant) throws(ReportableError) -> LogQuery {
        if let tail, tail < 0 { throw ReportableError(.usage, "--tail takes a number of lines, not \(tail)") }
        var query = LogQuery(tail: tail, follow: follow, containing: grep)
        if let since { query.since = try TimeText.parse(since, now: now) }
        if let service {
            query.replica = ReplicaID(service)
            query.service = query.replica?.service ?? ServiceName(service)
            guard query.service != nil else {
                throw ReportableError(.usage, "\"\(service)\" is neither a service nor a replica")
            }
        }
        return query
    }

    private func text(of line: LogLine, style: TextStyle) -> String {
        switch format.output {
        case .json: CanonicalJSON.text(line)
        case .table: "\(style.dim(TimeText.stamp(line.time))) \(style.bold(line.replica.description)) \(line.text)"
        }
    }
}
