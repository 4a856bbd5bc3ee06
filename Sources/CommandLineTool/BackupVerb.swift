import ArgumentParser
import Basics
import Orchestration
import StackModel

/// The words below `slipway backup`.
struct BackupVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Make backup sets of a stack, list, verify, prove and prune them.",
        subcommands: [
            BackupRunVerb.self, BackupListVerb.self, BackupVerifyVerb.self, BackupProveVerb.self, BackupPruneVerb.self,
            BackupPinVerb.self, BackupUnpinVerb.self,
        ]
    )
}

struct BackupRunVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Make a set now, as a policy of the stack says.",
        discussion: "The policies are those of the release that runs. A set exists once all of it is stored."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Option(help: "The policy; without it, all of them one after the other.")
    var policy: String?

    @Flag(help: "Make the set although far less data is there than in the last one.")
    var acceptShrink = false

    @Flag(help: "Begin a new vault in a store that has lost the one it held, or take the other one that is there.")
    var newVault = false

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let runner = BackupRunner(dependencies, try session.backups())
        var (reports, failures): ([BackupReport], [ReportableError]) = ([], [])
        for name in try await runner.policies(of: stack, only: policy) {
            do throws(ReportableError) {
                let report = try await runner.run(
                    name,
                    of: stack,
                    acceptingShrink: acceptShrink,
                    acceptingNewVaults: newVault
                )
                reports.append(report)
                if format.output == .table { for line in Self.lines(of: report) { session.console.result(line) } }
            } catch {
                // One policy that fails costs no other its set.
                failures.append(error)
                session.console.report(error)
                if error.code == .interrupted { break }
            }
        }
        if format.output == .json { session.console.result(CanonicalJSON.text(reports)) }
        return failures.first.map { ExitStatus($0.code) } ?? .done
    }

    private static func lines(of report: BackupReport) -> [String] {
        guard !report.copies.isEmpty else { return ["\(report.policy): nothing was written since"] }
        return report.copies.map { "\($0.set) is in \($0.store): \(ByteCount(bytes: $0.size)) after \(report.elapsed)" }
    }
}

struct BackupListVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the sets of a stack in all of its stores."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let list = try await BackupReader(dependencies, try session.backups()).list(stack)
        let console = session.console
        switch format.output {
        case .json: console.result(CanonicalJSON.text(list))
        case .table where list.rows.isEmpty && list.unread.isEmpty: console.result("\(stack) has no backup sets")
        case .table where list.rows.isEmpty: break
        case .table:
            console.result(Self.table(list).render(style: console.resultStyle))
            for line in Self.spans(list) { console.result(line) }
        }
        console.warn(unread: list.unread)
        return list.unread.isEmpty ? .done : .failed
    }

    private static func table(_ list: BackupList) -> TextTable {
        var table = TextTable("STORE", "SET", "HOLDS THE STATE OF", "SIZE", "STATE")
        for row in list.rows where !row.isLog {
            table.add(
                row.store.text,
                row.set,
                row.captured.map { TimeText.stamp($0) } ?? "-",
                "\(ByteCount(bytes: row.size))",
                row.state.rawValue + (row.isPinned ? ", pinned" : "")
            )
        }
        return table
    }

    /// What is shown can be said to `restore --at`.
    private static func wholeSecond(after moment: Instant) -> Instant {
        Instant(milliseconds: (moment.milliseconds + 999) / 1000 * 1000)
    }

    /// A log has many sets, and what a person asks of them is where they lead.
    private static func spans(_ list: BackupList) -> [String] {
        list.spans.map { span in
            "\(span.service) in \(span.store): any moment from \(TimeText.stamp(wholeSecond(after: span.from))) to \(TimeText.stamp(span.until))"
        }
    }
}

struct BackupVerifyVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read and hash everything that is stored of the sets of a stack.",
        discussion: "Needs no key. Ends with exit code 1 when anything is missing or damaged, and says what."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Option(help: "Only this set, as `slipway backup list` names it.")
    var set: String?

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let verdict = try await BackupReader(dependencies, try session.backups()).verify(stack, only: set)
        let console = session.console
        switch format.output {
        case .json: console.result(CanonicalJSON.text(verdict))
        case .table:
            for line in verdict.flaws { console.result("\(console.resultStyle.red("damaged"))  \(line)") }
            console.result(
                "\(verdict.sound.count) sound, \(verdict.flaws.isEmpty ? "nothing" : "\(verdict.flaws.count) places") damaged"
            )
        }
        console.warn(unread: verdict.unread)
        return verdict.isSound ? .done : .failed
    }
}

extension Console {
    fileprivate func warn(unread stores: [UnreadStore]) {
        for each in stores {
            warn("the store \(each.store) was not read: \(each.failure.message)")
            if let hint = each.failure.hint { note("  \(hint)") }
        }
    }
}
