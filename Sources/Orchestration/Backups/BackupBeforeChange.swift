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
    /// How long such a set stays, whatever its policy says.
    private static let hold = TimeSpan.seconds(7 * 86_400)
    /// A release may have been tried several times, and the data been touched by each.
    private static let offered = 3

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
    ///
    /// - Parameter release: the one that is deployed; nil for a rollback, whose data nobody wants back.
    package func take(before release: Int?, of stack: StackID, _ runner: BackupRunner)
        async throws(ReportableError) -> [BackupReport]
    {
        let pins = BackupPins(runner.dependencies, runner.doors)
        let until = Instant(milliseconds: runner.dependencies.now().milliseconds + Self.hold.milliseconds)
        var reports: [BackupReport] = []
        for policy in policies {
            do throws(ReportableError) {
                let note = release.map { [Self.evidence: "\($0)"] } ?? [:]
                let report = try await runner.run(policy, of: stack, noting: note)
                reports.append(report)
                guard let release, let set = report.copies.first?.set else { continue }
                _ = try await pins.pin(set, of: stack, reason: "before release \(release)", until: until)
            } catch {
                throw error.during("the backup before the change failed, and nothing was changed")
            }
        }
        return reports
    }

    /// The sets that were made before a release was deployed, and that are still there: the newest of each policy first.
    package static func sets(before release: Int, of stack: StackID, _ dependencies: Dependencies, _ doors: BackupDoors)
        async throws(ReportableError) -> [String]
    {
        var found: [String: [String]] = [:]
        for run in try await dependencies.ledger.backupRuns(of: stack, limit: 10_000)
        where run.evidence[evidence] == "\(release)" {
            if let set = run.set { found[run.policy, default: []].append(set) }
        }
        guard !found.isEmpty else { return [] }
        let there = Set(try await BackupReader(dependencies, doors).list(stack).rows.map(\.set))
        return found.sorted { $0.key < $1.key }.flatMap { $0.value.filter { there.contains($0) }.prefix(offered) }
    }
}

extension Service {
    /// A server holds its data, which is asked for it and not read from the disk.
    var holdsData: Bool {
        switch kind {
        case .redis, .postgres: true
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager: false
        }
    }
}
