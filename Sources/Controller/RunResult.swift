import Basics
import Orchestration
import StackModel

/// How a scheduled run has ended, as it is told.
package struct RunResult: Hashable, Sendable, Codable {
    package let stack: StackID
    package let policy: String
    package let kind: BackupRun.Kind
    package let due: Instant?
    package let started: Instant
    package let ended: Instant
    /// By store.
    package let sets: [String: String]
    /// Bytes as stored in the first store.
    package let size: Int?
    package let failure: ReportableError?

    init(_ run: BackupRun, _ report: BackupReport) {
        let sets = report.copies.map { ($0.store.text, $0.set) }
        let ended = Instant(milliseconds: run.startedAt.milliseconds + report.elapsed.milliseconds)
        self.init(run, sets: Dictionary(sets) { first, _ in first }, size: report.copies.first?.size, at: ended)
    }

    init(_ run: BackupRun, _ report: ProofReport, at now: Instant) {
        self.init(run, sets: [report.store.text: report.set], at: now)
    }

    init(_ run: BackupRun, _ failure: ReportableError, at now: Instant) {
        self.init(run, failure: failure, at: now)
    }

    private init(
        _ run: BackupRun,
        sets: [String: String] = [:],
        size: Int? = nil,
        failure: ReportableError? = nil,
        at end: Instant
    ) {
        stack = run.stack
        policy = run.policy
        kind = run.kind
        due = run.due
        started = run.startedAt
        ended = end
        self.sets = sets
        self.size = size
        self.failure = failure
    }

    /// A line for people.
    var text: String {
        let subject = "\(stack) \(policy)"
        if let failure { return "\(subject): \(kind.rawValue) FAILED: \(failure.message)" }
        let elapsed = started.elapsed(until: ended).spoken
        let (set, stores) = (sets.values.min() ?? "", sets.keys.sorted().joined(separator: ", "))
        switch kind {
        case .backup where sets.isEmpty: return "\(subject): nothing was written since (\(elapsed))"
        case .backup:
            let bytes = size.map { "\(ByteCount(bytes: $0)), " } ?? ""
            return "\(subject): \(set) is in \(stores) (\(bytes)\(elapsed))"
        case .prove: return "\(subject): \(set) in \(stores) is proven (\(elapsed))"
        }
    }
}
