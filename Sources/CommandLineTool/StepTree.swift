import Basics
import StackModel

/// How far every step of a plan is, as lines that fit on a screen: a service whose steps are all done is one line, one
/// that is at work shows the steps it is at.
struct StepTree {
    enum Mark: Hashable {
        case running(since: TimeSpan), succeeded, failed(String)
    }

    let plan: Plan
    var marks: [Int: Mark] = [:]
    var notes: [Int: String] = [:]
    private let branches: [Branch]

    private struct Branch {
        let name: String
        var steps: [Step]
    }

    init(_ plan: Plan) {
        self.plan = plan
        var branches: [Branch] = []
        for step in plan.steps {
            let name = step.action.service?.text ?? "the stack"
            if let index = branches.firstIndex(where: { $0.name == name }) {
                branches[index].steps.append(step)
            } else {
                branches.append(Branch(name: name, steps: [step]))
            }
        }
        self.branches = branches
    }

    /// Everything when there is room; else what is done is one line, then what has not begun, then the rest is cut off.
    /// The last row is the cursor's.
    func lines(on screen: ScreenSize, at time: TimeSpan, style: TextStyle) -> [String] {
        let done = marks.values.count { $0 == .succeeded }
        let title = "\(style.bold(plan.purpose.rawValue)) \(plan.stack): \(done) of \(plan.steps.count) steps"
        let room = max(0, screen.rows - 2)
        var body = branches.flatMap { lines(of: $0, at: time, style) }
        if body.count > room { body = folded(finished: true, waiting: false, at: time, style) }
        if body.count > room { body = folded(finished: true, waiting: true, at: time, style) }
        if body.count > room {
            let rest = "  … and \(body.count - room + 1) lines more"
            body = Array((body.prefix(max(0, room - 1)) + [rest]).prefix(room))
        }
        // The last column stays free: some terminals break a line that fills it.
        return ([title] + body).map { LineWidth.cut($0, to: max(1, screen.columns - 1)) }
    }

    private func folded(finished: Bool, waiting: Bool, at time: TimeSpan, _ style: TextStyle) -> [String] {
        let ends = branches.filter { finished && isFinished($0) }
        let starts = branches.filter { waiting && !hasBegun($0) }
        let rest = branches.filter { branch in
            !(finished && isFinished(branch)) && !(waiting && !hasBegun(branch))
        }
        func line(_ sign: String, _ folded: [Branch], _ word: String) -> [String] {
            folded.isEmpty ? [] : ["  \(sign) \(style.dim("\(folded.count) \(word)"))"]
        }
        return line(style.green("✓"), ends, "done") + rest.flatMap { lines(of: $0, at: time, style) }
            + line(style.dim("·"), starts, "waiting")
    }

    private func isFinished(_ branch: Branch) -> Bool { branch.steps.allSatisfy { marks[$0.number] == .succeeded } }
    private func hasBegun(_ branch: Branch) -> Bool { branch.steps.contains { marks[$0.number] != nil } }

    private func lines(of branch: Branch, at time: TimeSpan, _ style: TextStyle) -> [String] {
        let done = branch.steps.count { marks[$0.number] == .succeeded }
        let sign = isFinished(branch) ? style.green("✓") : done > 0 || hasBegun(branch) ? "▸" : style.dim("·")
        return ["  \(sign) \(branch.name)  \(style.dim("\(done)/\(branch.steps.count)"))"]
            + branch.steps.compactMap { leaf($0, at: time, style) }
    }

    /// A step that a person looks at: one that runs or has failed.
    private func leaf(_ step: Step, at time: TimeSpan, _ style: TextStyle) -> String? {
        switch marks[step.number] {
        case .running(let since):
            let seconds = (time.milliseconds - since.milliseconds) / 1000
            let age = seconds > 0 ? "  \(seconds) s" : ""
            let note = notes[step.number].map { "  \(style.dim($0))" } ?? ""
            return "      \(step.action.summary)\(age)\(note)"
        case .failed(let message): return "      \(style.red("✗")) \(step.action.summary): \(message)"
        case .succeeded, nil: return nil
        }
    }
}
