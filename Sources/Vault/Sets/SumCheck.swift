import Basics
import Interfaces
import Synchronization

extension ByteStream {
    /// The same bytes, whose end is only reached when they are exactly those that a sum says. What was read before is worth
    /// nothing until then. Throws `vaultDamaged`; `what` begins its message.
    func checked(against sum: ByteSum, _ what: String) -> ByteStream {
        let check = SumCheck(sum, what)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in
            try check.refuseAgain()
            let piece = try await next()
            try check.take(piece)
            return piece
        }
    }
}

/// Counts and hashes what goes through a stream.
private final class SumCheck: Sendable {
    private struct State {
        var digest = RunningDigest()
        var size = 0
        var hasEnded = false
        var failure: ReportableError?
    }

    private let sum: ByteSum
    private let what: String
    private let state = Mutex(State())

    init(_ sum: ByteSum, _ what: String) {
        self.sum = sum
        self.what = what
    }

    /// What was damaged once stays so.
    func refuseAgain() throws(ReportableError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    func take(_ piece: [UInt8]?) throws(ReportableError) {
        let flaw = state.withLock { state in
            let flaw = judge(piece, &state)
            state.failure = flaw.map { ReportableError(.vaultDamaged, "\(what) \($0)") }
            return state.failure
        }
        if let flaw { throw flaw }
    }

    private func judge(_ piece: [UInt8]?, _ state: inout State) -> String? {
        guard let piece else {
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            if state.size < sum.size { return "ends after \(state.size) of its \(sum.size) bytes" }
            return state.digest.finish() == sum.sha256 ? nil : "holds other bytes than were written"
        }
        state.size += piece.count
        guard state.size <= sum.size else { return "goes on behind its \(sum.size) bytes" }
        state.digest.update(piece)
        return nil
    }
}
