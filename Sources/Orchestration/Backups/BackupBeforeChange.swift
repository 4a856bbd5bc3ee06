import Basics
import Ledger
import StackModel

/// The sets that are made before a deploy or a rollback touches data: of each data service that changes, and of all of
/// them when an app that migrates does.
package struct BackupBeforeChange: Hashable, Sendable {
    /// The policies that run, in the order of the spec.
    package let policies: [String]
    /// Data services that are touched, and that no policy backs up.
    package let uncovered: [ServiceName]

    private static let evidence = "before-release"

    /// - Parameter proposal: what was planned; only what runs now can be backed up, by the policies that it has.
    package init(_ proposal: Proposal) {
        guard [.deploy, .rollback].contains(proposal.plan.purpose), let current = proposal.previous else {
            (policies, uncovered) = ([], [])
            return
        }
        let touched = Self.touched(from: current, to: proposal.target)
        let covered = current.stack.backups.filter { policy in
            if case .service(let name) = policy.subject { touched.contains(name) } else { false }
        }
        policies = covered.map(\.name)
        uncovered = touched.filter { name in !covered.contains { $0.subject == .service(name) } }
    }

    /// By what the releases are, not by what the plan does: a replica that is only started again changes nothing.
    private static func touched(from current: Release, to target: Release) -> [ServiceName] {
        func changes(_ service: ServiceName) -> Bool {
            target.contents.templates[service]?.revision != current.contents.templates[service]?.revision
        }
        let migrates = target.stack.services.contains { service in
            if case .app(let app) = service.kind { app.migrates && changes(service.name) } else { false }
        }
        let data = current.stack.services.filter(\.holdsData).map(\.name)
        return migrates ? data : data.filter(changes)
    }

    /// Makes the sets. Whatever it throws, the change has not begun.
    package func take(before release: Int, of stack: StackID, _ runner: BackupRunner)
        async throws(ReportableError) -> [BackupReport]
    {
        var reports: [BackupReport] = []
        for policy in policies {
            do throws(ReportableError) {
                let note = [Self.evidence: "\(release)"]
                reports.append(try await runner.run(policy, of: stack, noting: note))
            } catch {
                throw error.during("the backup before release \(release) failed, and nothing was changed")
            }
        }
        return reports
    }

    /// The sets that hold the state from before a release, newest first: one for each policy.
    package static func sets(before release: Int, of stack: StackID, in ledger: Ledger)
        async throws(ReportableError) -> [String]
    {
        var found: [String: String] = [:]
        for run in try await ledger.backupRuns(of: stack, limit: 1000)
        where run.evidence[evidence] == "\(release)" && found[run.policy] == nil {
            found[run.policy] = run.set
        }
        return found.values.sorted()
    }
}

extension Service {
    fileprivate var holdsData: Bool {
        switch kind {
        case .redis, .postgres: true
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager: false
        }
    }
}
