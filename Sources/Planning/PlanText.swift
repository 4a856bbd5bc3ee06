import Basics
import StackModel

/// A plan as a person reviews it: what is asked for, what changes, each step with its cause and what it waits for.
package enum PlanText {
    /// Text without a trailing line break; equal inputs give equal text. Lines end without white space.
    /// - Parameters:
    ///   - target: the release the plan leads to, for the changes; none are listed when nil.
    ///   - previous: the release that is current now; nil before the first deploy.
    package static func render(_ plan: Plan, target: Release?, previous: Release?) -> String {
        var lines = [headline(plan, previous)]
        let changes = plan.purpose.activatesRelease ? target.map { ReleaseChanges.between(previous, $0) } ?? [] : []
        if !changes.isEmpty { lines += ["", "changes"] + changes.map { "  \($0)" } }
        for group in groups(plan) { lines += ["", group.title] + table(group.steps, digits: digits(plan)) }
        if !plan.warnings.isEmpty { lines += ["", "warnings"] + plan.warnings.map { "  \($0)" } }
        lines += ["", totals(plan)]
        return lines.joined(separator: "\n")
    }

    private static func headline(_ plan: Plan, _ previous: Release?) -> String {
        let subject = "\(plan.purpose.rawValue) \(plan.stack)"
        guard plan.purpose.activatesRelease else { return "\(subject): release \(plan.release)" }
        guard let previous else { return "\(subject): first release, number \(plan.release)" }
        guard previous.number != plan.release else { return "\(subject): release \(plan.release) as it is" }
        return "\(subject): release \(previous.number) -> \(plan.release)"
    }

    private struct Group {
        let title: String
        var steps: [Step]
    }

    /// Steps by service, in the order in which the services come up first; what concerns all of them comes last.
    private static func groups(_ plan: Plan) -> [Group] {
        var positions: [ServiceName: Int] = [:]
        var groups: [Group] = []
        var common = Group(title: "stack", steps: [])
        for step in plan.steps {
            guard let service = step.action.service else {
                common.steps.append(step)
                continue
            }
            if let position = positions[service] {
                groups[position].steps.append(step)
            } else {
                positions[service] = groups.count
                groups.append(Group(title: service.text, steps: [step]))
            }
        }
        return common.steps.isEmpty ? groups : groups + [common]
    }

    private static func table(_ steps: [Step], digits: Int) -> [String] {
        let widest = steps.map(\.action.summary.count).filter { $0 <= summaryLimit }.max() ?? 0
        return steps.map { step in
            let number = String(repeating: " ", count: max(0, digits - "\(step.number)".count)) + "\(step.number)"
            let summary = step.action.summary
            let gap = String(repeating: " ", count: max(0, widest - summary.count))
            let after = step.after.isEmpty ? "" : " (after \(ranges(step.after)))"
            let pivot = step.isPivot ? " [from here on only forward]" : ""
            return "  \(number)  \(summary)\(gap)  # \(step.cause)\(after)\(pivot)"
        }
    }

    /// Longer summaries do not move the column of causes.
    private static let summaryLimit = 64

    private static func digits(_ plan: Plan) -> Int { "\(plan.steps.count)".count }

    /// `1-3, 7`: a step of a large plan may wait for thousands.
    private static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }

    private static func totals(_ plan: Plan) -> String {
        let steps = plan.steps.count
        guard steps > 0 else { return "nothing to do (plan \(plan.digest.short))" }
        let services = Set(plan.steps.compactMap(\.action.service)).count
        let counted = [counted(steps, "step"), services == 0 ? nil : "\(counted(services, "service"))"]
        return "\(counted.compactMap { $0 }.joined(separator: ", ")) (plan \(plan.digest.short))"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
