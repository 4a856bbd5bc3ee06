import ArgumentParser
import Basics
import StackSpec

/// The root of the command line.
package struct SlipwayCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "slipway",
        abstract: "One file declares a stack. Slipway makes it so, and can always go back.",
        discussion: "Exit codes: \(exitCodes).",
        version: "slipway \(SlipwayVersion.text)",
        subcommands: [
            InitVerb.self, ImportVerb.self, ValidateVerb.self, ExplainVerb.self, RenderVerb.self, PlanVerb.self,
            DeployVerb.self,
            RollbackVerb.self, StatusVerb.self,
            HistoryVerb.self, LogsVerb.self, ExecVerb.self, ScaleVerb.self, RestartVerb.self, StopVerb.self,
            DownVerb.self, BackupVerb.self, RestoreVerb.self, RebuildVerb.self, KitVerb.self, ControllerVerb.self,
            VersionVerb.self,
        ]
    )

    private static var exitCodes: String {
        ExitStatus.own.map { "\($0.rawValue) \($0.word)" }.joined(separator: ", ")
    }

    package init() {}
}

extension SlipwayCommand {
    /// Parses the arguments, runs the verb and returns the exit code once everything is written. Never exits the
    /// process itself.
    package static func run(_ arguments: [String], in session: Session) async -> ExitStatus {
        await session.console.close(after: await status(of: arguments, in: session))
    }

    private static func status(of arguments: [String], in session: Session) async -> ExitStatus {
        if let word = arguments.first, let unknown = unknownVerb(word) {
            session.console.report(unknown)
            return ExitStatus(unknown.code)
        }
        let command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            return refuse(error, session.console)
        }
        guard let verb = command as? any Verb else { return help(from: command, session.console) }
        do {
            return try await verb.run(in: session)
        } catch {
            session.console.report(error)
            if (verb as? any ChangingVerb)?.change.progress == .json { session.console.result(ResultLine(error).text) }
            return ExitStatus(error.code)
        }
    }

    private static func unknownVerb(_ word: String) -> ReportableError? {
        let verbs = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard !word.hasPrefix("-"), !verbs.contains(word) else { return nil }
        return ReportableError(
            .usage,
            "there is no verb \(word)",
            hint: Spelling.suggestion(for: word, among: verbs) ?? "See all of them with `slipway --help`."
        )
    }

    /// What is no verb has help to give, and throws it.
    private static func help(from command: any ParsableCommand, _ console: Console) -> ExitStatus {
        var command = command
        do {
            try command.run()
            return .done
        } catch {
            return refuse(error, console)
        }
    }

    private static func refuse(_ error: any Error, _ console: Console) -> ExitStatus {
        let text = OptionSuggestion.checked(fullMessage(for: error))
        guard exitCode(for: error) != .success else {
            console.result(text)
            return .done
        }
        console.note(text)
        return .invalid
    }
}
