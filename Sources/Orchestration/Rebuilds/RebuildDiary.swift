import Basics
import StackModel
import Synchronization

/// How long one part of a rebuild took.
package struct RebuildStep: Hashable, Sendable, Codable {
    package let name: String
    package let elapsed: TimeSpan
}

/// What a rebuild has done so far, for its report.
final class RebuildDiary: Sendable {
    private let content = Mutex<(steps: [RebuildStep], parts: [RebuiltPart], gaps: [RebuildGap])>(([], [], []))

    var steps: [RebuildStep] { content.withLock(\.steps) }
    var parts: [RebuiltPart] { content.withLock(\.parts) }
    var gaps: [RebuildGap] { content.withLock(\.gaps) }

    func note(_ name: String, _ elapsed: TimeSpan) {
        content.withLock { $0.steps.append(RebuildStep(name: name, elapsed: elapsed)) }
    }

    func note(_ gap: RebuildGap) { content.withLock { $0.gaps.append(gap) } }

    func note(_ part: RebuiltPart) { content.withLock { $0.parts.append(part) } }
}
