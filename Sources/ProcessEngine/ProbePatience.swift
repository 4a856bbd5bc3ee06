/// How often in a row a replica that was ready may answer too late before it counts as not ready any more. On a busy
/// machine one late answer says nothing; a clear no says it at once.
struct ProbePatience: Hashable, Sendable {
    private static let lateAnswers = 3

    private var late = 0
    private var isRefused = false

    mutating func note(_ answer: ProbeAnswer) {
        late = answer.isLate ? late + 1 : 0
        isRefused = !answer.isReady && !answer.isLate
    }

    var mayWait: Bool { !isRefused && late < Self.lateAnswers }
}
