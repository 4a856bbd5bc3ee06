import ArgumentParser
import Basics
import Orchestration
import StackModel

struct BackupPinVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Keep a set, whatever its policy says."
    )

    @OptionGroup var target: StackArgument

    @Option(help: "The set, as `slipway backup list` names it.")
    var set: String

    @Option(help: "Why, for whoever asks later.")
    var reason: String

    @Option(name: .customLong("for"), help: "For how long, as in 30d; without it until `slipway backup unpin`.")
    var span: String?

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let until = try span.map { (text) throws(ReportableError) in try Self.end(text, from: dependencies.now()) }
        let stores = try await BackupPins(dependencies, try session.backups())
            .pin(set, of: stack, reason: reason, until: until)
        let limit = until.map { " until \(TimeText.stamp($0))" } ?? ""
        session.console.result("\(set) stays in \(stores.map(\.text).joined(separator: ", "))\(limit)")
        return .done
    }

    private static func end(_ text: String, from now: Instant) throws(ReportableError) -> Instant {
        guard let span = TimeSpan(text), span.milliseconds > 0 else {
            throw ReportableError(.usage, "\"\(text)\" is no length of time", hint: "Write 36h or 30d.")
        }
        return Instant(milliseconds: now.milliseconds + span.milliseconds)
    }
}

struct BackupUnpinVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "Leave a set to its policy again."
    )

    @OptionGroup var target: StackArgument

    @Option(help: "The set, as `slipway backup list` names it.")
    var set: String

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let stores = try await BackupPins(dependencies, try session.backups()).unpin(set, of: stack)
        session.console.result("\(set) is left to its policy in \(stores.map(\.text).joined(separator: ", "))")
        return .done
    }
}
