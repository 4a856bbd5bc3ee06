import Basics
import Ledger
import StackModel

/// The sets that are made before a change touches data. Before a deploy or a rollback: of each data service that changes,
/// and of all of them when an app that migrates does. Before data is destroyed: of all that goes, and of what a rebuild
/// begins with; and they are proven, because nothing else will be left.
package struct BackupBeforeChange: Hashable, Sendable {
    /// The policies that run, in the order of the spec.
    package let policies: [String]
    /// Data services that are touched, and that no policy backs up.
    package let uncovered: [ServiceName]
    /// What is live is not there afterwards.
    package let isDestruction: Bool

    private static let evidence = "before-release"
    /// How long such a set stays, whatever its policy says.
    private static let hold = TimeSpan.seconds(7 * 86_400)
    /// A release may have been tried several times, and the data been touched by each.
    private static let offered = 3

    /// - Parameter proposal: what was planned; only what runs now can be backed up, by the policies that it has. What a stack
    ///   that is down has left cannot, and is not destroyed as if nobody had wanted to keep it.
    package init(_ proposal: Proposal) {
        let purpose = proposal.plan.purpose
        let isDown = purpose == .down
        isDestruction = isDown
        guard [.deploy, .rollback, .down].contains(purpose), let current = isDown ? proposal.target : proposal.previous
        else {
            (policies, uncovered) = ([], [])
            return
        }
        let touched =
            isDown ? Self.destroyed(by: proposal.plan) : Self.touched(from: current, to: proposal.target)
        let covered = current.stack.backups.filter { policy in
            switch policy.subject {
            case .service(let name): touched.contains(name)
            case .config: isDown && !touched.isEmpty
            case .log: false
            }
        }
        policies = covered.map(\.name)
        uncovered = touched.filter { name in !covered.contains { $0.subject == .service(name) } }
    }

    private static func destroyed(by plan: Plan) -> [ServiceName] {
        plan.steps.compactMap { if case .removeVolume(let service) = $0.action { service } else { nil } }
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
                guard let set = report.copies.first?.set, release != nil || isDestruction else { continue }
                let reason = release.map { "before release \($0)" } ?? "before its data was destroyed"
                _ = try await pins.pin(set, of: stack, reason: reason, until: until)
                guard isDestruction else { continue }
                _ = try await BackupProver(runner.dependencies, runner.doors).prove(policy, of: stack, set: set)
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
