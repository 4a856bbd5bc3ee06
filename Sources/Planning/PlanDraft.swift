import Basics
import StackModel

/// A plan while it is written: steps may wait for steps that were added later, and get their numbers at the end.
struct PlanDraft {
    /// A step of this draft.
    typealias Ref = Int

    private struct Line {
        let action: Action
        let cause: String
        var after: [Ref]
        let isPivot: Bool
    }

    private var lines: [Line] = []
    private var stored: [Digest: Ref] = [:]

    /// Hands the draft over and leaves an empty one behind, so that it is never copied.
    mutating func take() -> PlanDraft {
        let draft = self
        self = PlanDraft()
        return draft
    }

    /// Stores a source once, however many services are made from it.
    mutating func store(_ source: Digest, of service: ServiceName, because cause: String) -> Ref {
        if let step = stored[source] { return step }
        let step = add(.storeSource(service, source), because: cause)
        stored[source] = step
        return step
    }

    mutating func add(_ action: Action, because cause: String, after: Ref? = nil, isPivot: Bool = false) -> Ref {
        lines.append(Line(action: action, cause: cause, after: after.map { [$0] } ?? [], isPivot: isPivot))
        return lines.count - 1
    }

    mutating func wait(_ step: Ref, for others: [Ref]) {
        lines[step].after += others
    }

    /// Lets every member wait for all of the others. Where that would take a great many arcs, the first member waits
    /// for them and the rest for the first member, so that the size of a plan grows with the number of replicas.
    mutating func join(_ others: [Ref], before members: [Ref]) {
        guard let leader = members.first, !others.isEmpty else { return }
        guard others.count * members.count > Self.arcLimit else {
            for member in members { wait(member, for: others) }
            return
        }
        wait(leader, for: others)
        for member in members.dropFirst() { wait(member, for: [leader]) }
    }

    private static let arcLimit = 256

    /// The steps with their numbers, in the order in which they were added except where one waits for a later one.
    /// Throws `broken` when steps wait for each other in a circle.
    func numbered() throws(ReportableError) -> [Step] {
        var numbers = [Int](repeating: 0, count: lines.count)
        var entered = [Bool](repeating: false, count: lines.count)
        var steps: [Step] = []
        steps.reserveCapacity(lines.count)
        for start in lines.indices where numbers[start] == 0 {
            var path = [(start, 0)]
            entered[start] = true
            while let (line, index) = path.last {
                guard index < lines[line].after.count else {
                    path.removeLast()
                    numbers[line] = steps.count + 1
                    steps.append(step(line, numbers))
                    continue
                }
                path[path.count - 1].1 += 1
                let next = lines[line].after[index]
                guard numbers[next] == 0 else { continue }
                guard !entered[next] else { throw circle(through: lines[next].action) }
                entered[next] = true
                path.append((next, 0))
            }
        }
        return steps
    }

    private func step(_ ref: Ref, _ numbers: [Int]) -> Step {
        let line = lines[ref]
        let after = line.after.count < 2 ? line.after.map { numbers[$0] } : Array(Set(line.after.map { numbers[$0] }))
        return Step(
            number: numbers[ref],
            action: line.action,
            cause: line.cause,
            after: after,
            isPivot: line.isPivot
        )
    }

    private func circle(through action: Action) -> ReportableError {
        ReportableError(
            .broken,
            "the plan waits for itself at \"\(action.summary)\"",
            hint: "Please report this with the stack file and the output of `slipway status --output json`."
        )
    }
}
