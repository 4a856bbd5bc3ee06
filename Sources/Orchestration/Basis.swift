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
        case .deploy(let declared): return .declared(declared)
        case .rollback(let number): return .release(try await goal(number, of: stack, current, dependencies.ledger))
        case .scale, .restart, .stop:
            guard let current else { throw notDeployed(stack) }
            return .release(current)
        case .down:
            // A stack whose first deploy failed has no current release, but it has leftovers.
            let newest = try await dependencies.ledger.releases(of: stack, limit: 1).first
            guard let release = current ?? newest else { throw notDeployed(stack) }
            return .release(release)
        }
    }

    private static func goal(_ number: Int?, of stack: StackID, _ current: Release?, _ ledger: Ledger)
        async throws(ReportableError) -> Release
    {
        if let number {
            if let release = try await ledger.release(number, of: stack) { return release }
            throw ReportableError(
                .notFound,
                "\(stack) has no release \(number)",
                hint: "See them all with `slipway history`."
            )
        }
        guard let current else { throw notDeployed(stack) }
        if let unfinished = try await wayBack(of: stack, current, ledger) { return unfinished }
        guard let release = try await ledger.lastGoodRelease(before: current.number, of: stack) else {
            throw ReportableError(
                .notFound,
                "\(stack) has no earlier good release than \(current.number)",
                hint: "See all releases with `slipway history`."
            )
        }
        return release
    }

    /// Where back leads when the last change did not get to its end: a way back that was begun is gone to its own end,
    /// and from the way to another release it is back to the one that is current still. Nil when the last change did.
    private static func wayBack(of stack: StackID, _ current: Release, _ ledger: Ledger)
        async throws(ReportableError) -> Release?
    {
        guard let last = try await ledger.operations(of: stack, limit: 1).first, last.state != .succeeded else {
            return nil
        }
        switch last.plan.purpose {
        case .rollback, .revert: return try await ledger.release(last.plan.release, of: stack)
        case .deploy, .scale: return last.plan.release == current.number ? nil : current
        case .restart, .stop, .down: return nil
        }
    }

    private static func notDeployed(_ stack: StackID) -> ReportableError {
        ReportableError(.notFound, "\(stack) is not deployed", hint: "Deploy it with `slipway deploy`.")
    }
}
