import StackModel

/// The steps of a plan that may begin, as others succeed. Its work grows with the number of arcs in the plan.
struct StepQueue {
    /// May begin now, in the order of the plan.
    private var ready: [Step] = []
    private var nextReady = 0
    /// Steps that wait for a step, and how many steps each still waits for.
    private var followers: [Int: [Step]] = [:]
    private var missing: [Int: Int] = [:]
    private var open: Int
    /// The pivot has succeeded: what the plan leads to serves and is confirmed, and only cleaning up is left.
    private(set) var isBehindPivot = false

    init(_ steps: [Step]) {
        open = steps.count
        for step in steps {
            let others = Set(step.after)
            missing[step.number] = others.count
            for other in others { followers[other, default: []].append(step) }
            if others.isEmpty { ready.append(step) }
        }
    }

    /// Every step has succeeded.
    var isEmpty: Bool { open == 0 }

    /// A step that may begin and was not handed out yet.
    mutating func next() -> Step? {
        guard nextReady < ready.count else { return nil }
        defer { nextReady += 1 }
        return ready[nextReady]
    }

    /// Says that a step which was handed out has succeeded.
    mutating func finish(_ step: Step) {
        open -= 1
        if step.isPivot { isBehindPivot = true }
        for follower in followers[step.number] ?? [] {
            let rest = (missing[follower.number] ?? 0) - 1
            missing[follower.number] = rest
            if rest == 0 { ready.append(follower) }
        }
    }
}
