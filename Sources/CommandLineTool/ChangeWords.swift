import Orchestration
import Planning
import StackModel

/// How the end of a change is told.
struct ChangeWords {
    private let proposal: Proposal
    private var stack: StackID { proposal.stack }

    init(_ proposal: Proposal) {
        self.proposal = proposal
    }

    var nothingToDo: String {
        switch proposal.change {
        case .stop(let services) where services.isEmpty: "nothing to do: \(stack) is stopped"
        case .stop(let services):
            "nothing to do: \(services.sorted().map(\.text).joined(separator: ", ")) of \(stack) is stopped"
        case .down: "nothing to do: \(stack) is down"
        case .restore: "nothing to do: \(stack) has that data"
        case .deploy, .rollback, .scale, .restart, .rebuild:
            "nothing to do: \(stack) runs release \(proposal.target.number)"
        }
    }

    /// `release` is the one that was recorded, which may have got another number than the one proposed.
    func done(_ release: Release) -> String {
        switch proposal.plan.purpose {
        case .deploy, .revert, .rebuild: "\(stack) runs release \(release.number)"
        case .rollback: "\(stack) is back at release \(release.number)"
        case .scale, .restart, .stop, .restore: "\(stack): \(proposal.change.reason): done"
        case .down: "\(stack) is down"
        }
    }

    var reverted: String {
        if proposal.plan.purpose == .restore { return "\(stack) has the data again that it had before" }
        guard let previous = proposal.previous else { return "\(stack) is stopped: there was no release to go back to" }
        return "\(stack) is back at release \(previous.number)"
    }

    func result(of report: ChangeReport) -> ResultLine {
        let current: Int? =
            switch report.outcome {
            case .revertedAfter: proposal.previous?.number
            case .nothingToDo, .succeeded: proposal.plan.purpose == .down ? nil : report.release.number
            }
        return ResultLine(report, of: stack, release: current)
    }
}

extension Proposal {
    /// The plan as a person reviews it.
    var text: String {
        var text = PlanText.render(plan, target: target, previous: previous)
        if let unfinished {
            text = "Operation \(unfinished.id) (\(unfinished.reason)) was cut short and will be closed first.\n" + text
        }
        return text
    }
}
