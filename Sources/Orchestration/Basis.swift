import Basics
import Ledger
import StackModel

/// What a change starts from: a file, or a release that the ledger holds.
enum Basis {
    case declared(DeclaredStack)
    case release(Release)

    var engine: EngineKind {
        switch self {
        case .declared(let declared): declared.stack.engine
        case .release(let release): release.stack.engine
        }
    }

    static func find(for change: Change, of stack: StackID, current: Release?, in dependencies: Dependencies)
        async throws(ReportableError) -> Basis
    {
        switch change {
        case .deploy(let declared), .rebuild(let declared, _): return .declared(declared)
        case .rollback(let number):
            let goal = RollbackGoal(ledger: dependencies.ledger, stack: stack, current: current)
            return .release(try await goal.release(number))
        case .scale, .restart, .stop, .restore:
            guard let current else { throw ReportableError.notDeployed(stack) }
            return .release(current)
        case .down:
            // A stack whose first deploy failed has no current release, but it has leftovers.
            let newest = try await dependencies.ledger.releases(of: stack, limit: 1).first
            guard let release = current ?? newest else { throw ReportableError.notDeployed(stack) }
            return .release(release)
        }
    }
}
