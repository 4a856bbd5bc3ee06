import StackModel

/// Sections of a spec that are checked today and that no part of Slipway acts on yet.
package enum DormantKeys {
    /// As they are written; empty when the stack declares none of them.
    package static func names(in stack: Stack) -> [String] {
        var names: [String] = []
        for name in paths(in: stack).compactMap(\.last) where !names.contains(name) { names.append(name) }
        return names
    }

    /// The keys that lead to them.
    static func paths(in stack: Stack) -> [[String]] {
        let rotated = stack.secrets.filter { $0.rotate != nil }
        return unwatched(in: stack) + rotated.map { ["secrets", $0.name.text, "rotate"] }
    }

    /// Where nobody measures what is promised, nobody could tell, and an operator's Prometheus tells others. No target
    /// changes that.
    package static func unwatched(in stack: Stack) -> [[String]] {
        let isTold = stack.services.contains(where: \.isPrometheus)
        return (stack.objectives == nil || stack.isMeasured ? [] : [["slo"]])
            + (stack.contacts == nil || isTold ? [] : [["contacts"]])
    }
}
