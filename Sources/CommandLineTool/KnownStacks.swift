import Basics
import StackModel

/// The stacks that a home's ledger has heard of, and what to say about those that it has not.
struct KnownStacks {
    let all: [StackID]
    let home: String

    func checked(_ stack: StackID) throws(ReportableError) -> StackID {
        guard all.contains(stack) else { throw unknown(stack.description) }
        return stack
    }

    /// The stack of this name in the chosen environment, or in the only one that there is.
    func stack(_ name: StackName, chosen: EnvironmentName?, declared: [EnvironmentName])
        throws(ReportableError) -> StackID
    {
        if let chosen { return StackID(name, chosen) }
        if declared.count == 1, let only = declared.first { return StackID(name, only) }
        let deployed = all.filter { $0.stack == name }.map(\.environment)
        if deployed.count == 1, let only = deployed.first { return StackID(name, only) }
        let candidates = deployed.isEmpty ? declared : deployed
        guard let first = candidates.first else { throw unknown(name.text) }
        throw ReportableError(
            .usage,
            "\(name) has the environments \(candidates.map(\.text).joined(separator: ", "))",
            hint: "Choose one with --env \(first)."
        )
    }

    /// Names the home: another user, or another SLIPWAY_HOME, has other stacks, and must not deploy a second copy
    /// because it cannot see the first.
    private func unknown(_ stack: String) -> ReportableError {
        let others =
            all.isEmpty ? "Nothing is." : "Deployed from there: \(all.map(\.description).joined(separator: ", "))."
        return ReportableError(
            .notFound,
            "\(stack) is not deployed from \(home)",
            hint: "\(others) Deploy it with `slipway deploy`, or, where somebody else has deployed it, "
                + "run as that user or name their SLIPWAY_HOME."
        )
    }
}
