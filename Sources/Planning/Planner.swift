import Basics
import StackModel

/// Works out which steps lead from the world as it was observed to what was asked for. Pure: equal inputs give equal
/// plans, byte for byte. Every state of the world is a fit place to begin, because a crash can leave any of them.
package enum Planner {
    /// The plan is empty when nothing has to be done. A `down` always has its last step, unless the stack is down.
    ///
    /// Throws `usage` when a chosen service does not exist, `invalidSpec` when the release cannot run at all
    /// (a circle of dependencies, several replicas on one port or one data directory), `broken` when it is incomplete.
    package static func plan(_ request: PlanRequest, observed: Observation) throws(ReportableError) -> Plan {
        try plan(request, towards: DesiredStack(request.target), observed: observed)
    }

    /// The same with the target release read before, for callers that plan towards it again and again.
    /// - Precondition: `desired` was made from the request's target.
    package static func plan(
        _ request: PlanRequest,
        towards desired: DesiredStack,
        observed: Observation
    ) throws(ReportableError) -> Plan {
        try check(request, desired)
        let services = ObservedServices(observed)
        let steps: [Step]
        let warnings: [String]
        switch request.purpose {
        case .deploy, .rollback, .revert, .scale, .restart, .rebuild:
            var convergence = Convergence(request, desired, services)
            steps = try convergence.steps()
            warnings = convergence.warnings
        case .restore:
            var swap = DataSwap(request, desired, services)
            steps = try swap.steps()
            warnings = swap.warnings
        case .stop, .down:
            var teardown = Teardown(request, desired, services)
            steps = try teardown.steps()
            warnings = teardown.warnings
        }
        return Plan(
            purpose: request.purpose,
            stack: request.target.stack.id,
            release: request.target.number,
            releaseDigest: request.target.digest,
            services: request.services?.sorted(),
            basis: observed.fingerprint,
            steps: steps,
            warnings: warnings
        )
    }

    private static func check(_ request: PlanRequest, _ desired: DesiredStack) throws(ReportableError) {
        let stack = request.target.stack
        for name in (request.services ?? []).sorted() where stack.service(name) == nil {
            let names = stack.services.map(\.name.text).joined(separator: ", ")
            throw ReportableError(
                .usage,
                "there is no service \(name) in \(stack.id)",
                hint: "The stack has \(names)."
            )
        }
        guard request.purpose != .stop, request.purpose != .down else { return }
        if let name = desired.circular {
            throw ReportableError(
                .invalidSpec,
                "\(name) depends on itself through its dependencies",
                hint: "Take one service out of `dependsOn` in the circle."
            )
        }
        if let name = desired.withoutTemplate.first(where: { stack.service($0)?.optional == false }) {
            throw ReportableError(.broken, "release \(request.target.number) has no template for \(name)")
        }
        for service in desired.services { try check(service) }
    }

    private static func check(_ desired: DesiredService) throws(ReportableError) {
        guard desired.service.replicas > 1, let exclusion = RolloutBounds(desired).exclusion else { return }
        let reason =
            switch exclusion {
            case .data: "keeps data, which has one writer"
            case .port(let port): "uses the fixed port \(port)"
            }
        throw ReportableError(
            .invalidSpec,
            "\(desired.name) \(reason), so \(desired.service.replicas) replicas can never run at once",
            hint:
                "Set `replicas: 1` for \(desired.name), or put it behind an edge so that each replica has its own port."
        )
    }
}
