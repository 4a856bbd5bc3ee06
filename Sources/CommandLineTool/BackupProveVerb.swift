import ArgumentParser
import Basics
import Orchestration
import StackModel

struct BackupProveVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Restore the newest set beside the live data, and compare what it holds with what was backed up.",
        discussion: """
            Nothing live is touched: a scratch server loads the set, tells what it holds, and is gone again. What was seen \
            is kept as evidence in the vault and in the ledger. Ends with exit code 1 when a set is not what it says.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Option(help: "The policy; without it, all of them one after the other.")
    var policy: String?

    @Option(help: "This set, as `slipway backup list` names it; the newest of the policy without it.")
    var set: String?

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let doors = try session.backups()
        let prover = BackupProver(dependencies, doors)
        var (reports, failures): ([ProofReport], [ReportableError]) = ([], [])
        for name in try await prover.policies(of: stack, only: policy ?? policyOfSet) {
            do throws(ReportableError) {
                let report = try await prover.prove(name, of: stack, set: set)
                reports.append(report)
                if format.output == .table { session.console.result(Self.line(of: report)) }
            } catch {
                failures.append(error)
                session.console.report(error)
            }
        }
        if format.output == .json { session.console.result(CanonicalJSON.text(reports)) }
        return failures.first.map { ExitStatus($0.code) } ?? .done
    }

    /// `shop/local/redis-hourly/20261121T142003Z-000017` was made by `redis-hourly`.
    private var policyOfSet: String? {
        guard let words = self.set?.split(separator: "/"), words.count == 4 else { return nil }
        return String(words[2])
    }

    private static func line(of report: ProofReport) -> String {
        let counts = ["keys", "rows", "tables", "databases", "services", "secrets"].compactMap { name in
            report.evidence[name].map { "\($0) \(name)" }
        }
        return "\(report.set) in \(report.store) is proven: \(counts.joined(separator: ", ")), restored in "
            + "\(report.recoveryTime.spoken); its state is \(report.recoveryPoint.spoken) old"
    }
}
