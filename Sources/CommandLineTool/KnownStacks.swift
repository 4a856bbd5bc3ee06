import Basics
import StackModel
import StackSpec

/// The stacks that a home's ledger has heard of, and what to say about those that it has not.
struct KnownStacks {
    let all: [StackID]
    let home: String

    /// A stack that a file declares is not written wrongly when nobody has deployed it yet.
    func checked(_ stack: StackID, isDeclared: Bool) throws(ReportableError) -> StackID {
        guard all.contains(stack) else { throw unknown(stack.description, isDeclared ? .notFound : .usage) }
        return stack
    }

    /// The stack of this name in the chosen environment, or in the only one that there is.
    func stack(_ name: StackName, chosen: EnvironmentName?, declared: [EnvironmentName])
        throws(ReportableError) -> StackID
    {
        if let chosen {
            let stack = StackID(name, chosen)
            guard declared.isEmpty || declared.contains(chosen) || all.contains(stack) else {
                throw unknown(chosen, of: name, declared)
            }
            return stack
        }
        if declared.count == 1, let only = declared.first { return StackID(name, only) }
        let deployed = all.filter { $0.stack == name }.map(\.environment)
        if deployed.count == 1, let only = deployed.first { return StackID(name, only) }
        let candidates = deployed.isEmpty ? declared : deployed
        guard let first = candidates.first else { throw unknown(name.text, .usage) }
        throw ReportableError(
            .usage,
            "\(name) has the environments \(candidates.map(\.text).joined(separator: ", "))",
            hint: "Choose one with --env \(first)."
        )
    }

    /// Names the home: another user, or another SLIPWAY_HOME, has other stacks, and must not deploy a second copy
    /// because it cannot see the first.
    private func unknown(_ stack: String, _ code: ErrorCode) -> ReportableError {
        let others =
            all.isEmpty ? "Nothing is." : "Deployed from there: \(all.map(\.description).joined(separator: ", "))."
        let names = stack.contains("/") ? all.map(\.description) : all.map(\.stack.text)
        let suggestion = Spelling.suggestion(for: stack, among: names).map { "\($0) " } ?? ""
        return ReportableError(
            code,
            "\(stack) is not deployed from \(home)",
            hint: "\(suggestion)\(others) Deploy it with `slipway deploy`, or, where somebody else has deployed it, "
                + "run as that user or name their SLIPWAY_HOME."
        )
    }

    private func unknown(_ chosen: EnvironmentName, of name: StackName, _ declared: [EnvironmentName])
        -> ReportableError
    {
        let names = declared.map(\.text)
        return ReportableError(
            .usage,
            "\(name) has no environment \(chosen)",
            hint: Spelling.suggestion(for: chosen.text, among: names) ?? "It has \(names.joined(separator: ", "))."
        )
    }
}
