import ArgumentParser
import Basics
import FoundationEssentials
import Orchestration
import StackModel

package struct RebuildVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Bring a stack back on a machine that has nothing of it, from a vault and its key.",
        discussion: """
            Takes the newest configuration and the newest data that the vault and, where a person says yes, the stack's other \
            stores have, shows them, asks, and brings everything back: the data is loaded and compared with what was counted before any service starts, \
            so that nothing is ever written to empty data. Then it makes the first backups, and reports what was lost and how \
            long it took. Cut short, run it again: it goes on. Ends with exit code 1 when anything is not back that was backed up.

            The vault is a folder, s3://HOST/BUCKET/PREFIX?region=NAME or sftp://USER@HOST:PORT/PATH; the keys of a bucket come \
            from SLIPWAY_STORE_VAULT_ACCESS_KEY_ID and SLIPWAY_STORE_VAULT_SECRET_ACCESS_KEY, else from AWS_ACCESS_KEY_ID and \
            AWS_SECRET_ACCESS_KEY. `slipway kit` writes down beforehand what this needs.
            """
    )

    @Argument(help: "Which stack, where the vault holds several: shop, or shop/local.")
    var stack: String?

    @Option(name: .customLong("env"), help: "Which environment of it.")
    var environment: String?

    @Option(help: "The address of the vault.")
    var vault: String

    @Option(help: "The file with the identity that opens the vault (AGE-SECRET-KEY-1...).")
    var identity: String

    @Option(help: "Nothing newer than this: 2h (ago), or 2026-11-21T08:15:02Z.")
    var at: String?

    @Option(help: "SERVICE=FOLDER: the source of a service, where the vault does not hold it.")
    var source: [String] = []

    @Flag(help: "Go on although a service is backed up and no set of it was found: it begins empty.")
    var acceptMissing = false

    @OptionGroup var change: ChangeOptions

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let console = session.console
        let dependencies = try session.dependencies()
        let rebuilder = Rebuilder(dependencies, try session.backups())
        let wish = try wish(at: dependencies.now())
        let survey = try await rebuilder.survey(wish) { (stores) async throws(ReportableError) in
            try await mayLook(into: stores, console)
        }
        let text = RebuildText(survey, at: dependencies.now())
        show(text, survey, console)
        if change.dryRun { return .done }
        if !change.yes { try await change.ask("Rebuild \(survey.stack) on this machine?", console) }
        let start = try await rebuilder.begin(survey, wish)
        // What was asked about is all of it: the plan follows from it.
        var confirmed = change
        confirmed.yes = true
        let status = try await confirmed.carryOut(
            start.change,
            on: survey.stack,
            in: session,
            preparing: start.preparation,
            isLast: false
        )
        guard status == .done else {
            console.note("Mend it, and run the same command again: what is loaded stays loaded.")
            return status
        }
        let report = try await rebuilder.finish(start) { change.warn($0, on: console) }
        return tell(report, console)
    }

    private func wish(at now: Instant) throws(ReportableError) -> RebuildWish {
        let folder = FileManager.default.currentDirectoryPath
        var wish = RebuildWish(vault: try StoreAddress(vault, relativeTo: folder), identity: identity)
        if let stack {
            if let id = StackID(stack) {
                (wish.stack, wish.environment) = (id.stack, id.environment)
            } else if let name = StackName(stack) {
                wish.stack = name
            } else {
                throw ReportableError(.usage, "\(stack) is not the name of a stack")
            }
        }
        if let environment {
            guard let name = EnvironmentName(environment) else {
                throw ReportableError(.usage, "\(environment) is not the name of an environment")
            }
            wish.environment = name
        }
        if let at { wish.until = try TimeText.parse(at, now: now) }
        for word in source {
            let halves = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard halves.count == 2, let service = ServiceName(halves[0]) else {
                throw ReportableError(.usage, "--source wants SERVICE=FOLDER, and got \(word)")
            }
            wish.sources[service] = halves[1].hasPrefix("/") ? halves[1] : "\(folder)/\(halves[1])"
        }
        wish.acceptsMissing = acceptMissing
        return wish
    }

    /// A configuration that somebody has planted may name stores of theirs.
    private func mayLook(into named: NamedStores, _ console: Console) async throws(ReportableError) -> Bool {
        guard !change.dryRun else { return false }
        guard !change.yes else { return true }
        let list = named.stores.map { "\($0.name) (\(StoreAddress($0.location)))" }.joined(separator: ", ")
        console.note(
            "The configuration of \(named.stack), whose manifest has the digest \(named.configurationDigest), names further "
                + "stores: \(list)"
        )
        guard console.isInteractive else {
            throw ReportableError(
                .needsDecision,
                "nobody is there to say whether these stores are to be looked into; nothing was done",
                hint: "Run it in a terminal, or say yes beforehand with --yes."
            )
        }
        return try await console.confirm("Look into them, with the keys of this machine?")
    }

    private func show(_ text: RebuildText, _ survey: RebuildSurvey, _ console: Console) {
        for warning in survey.warnings { change.warn(of: warning, on: console) }
        if change.isForPrograms || change.output == .json { return console.result(text.json) }
        for line in text.lines { change.dryRun ? console.result(line) : console.note(line) }
    }

    private func tell(_ report: RebuildReport, _ console: Console) -> ExitStatus {
        for failure in report.failures { console.report(failure) }
        let status: ExitStatus = report.isWhole ? .done : .failed
        let text = RebuildReportText(report)
        if change.isForPrograms {
            console.result(text.json)
            let result = ResultLine(
                report.isWhole ? "rebuilt" : "incomplete",
                status,
                stack: report.stack,
                release: report.release,
                milliseconds: report.total.milliseconds
            )
            console.result(result.text)
        } else {
            for line in text.lines { console.result(line) }
        }
        return status
    }
}
