import Basics
import Interfaces
import StackModel

extension RedisLog {
    /// A snapshot that the log leads on from.
    struct Base: Sendable {
        let file: SpoolFile
        /// What was written since stands in the log from here on.
        let first: LogPlace
        /// What was written before that is in the snapshot or in the log: the first moment that both lead to.
        let at: Instant
    }

    /// Longer than any server takes to write its data.
    private static let limit = Duration.seconds(6 * 3600)

    /// Has the server write its data anew, as it does by itself when its log has grown, and begin another file: a snapshot
    /// that a replica would get tells of no place in the log.
    func base() async throws(ReportableError) -> Base {
        try await check()
        try await wait { $0["aof_rewrite_in_progress"] == "0" && $0["aof_rewrite_scheduled"] == "0" }
        let before = try await rewrites(client.information("persistence"))
        _ = try await client.ask(["BGREWRITEAOF"])
        try await wait { information in rewrites(information) > before }
        // In the second that it was begun in, the log cannot tell what came before.
        let at = Instant(milliseconds: (try await client.time().milliseconds / 1000 + 1) * 1000)
        try await wait { $0["aof_rewrite_in_progress"] == "0" }
        guard try await client.information("persistence")["aof_last_bgrewrite_status"] == "ok" else {
            throw ReportableError(
                .engineFailed,
                "\(access.service) could not write its data anew",
                hint: "Its own words: `slipway logs --service \(access.service)`. Is the disk full, or the memory?"
            )
        }
        let files = try await files()
        guard let base = files.base, base.hasSuffix(".rdb"), let first = files.written.first(where: { !$0.isHistory })
        else { throw ReportableError(.engineFailed, "\(access.service) has written no snapshot") }
        let file = try await open(base)
        // What is captured is of no later moment than its capture.
        try? await Task.sleep(for: .milliseconds(try await client.time().elapsed(until: at).milliseconds))
        return Base(file: file, first: LogPlace(file: first.sequence), at: at)
    }

    private func rewrites(_ information: [String: String]) -> Int {
        information["aof_rewrites"].flatMap { Int($0) } ?? 0
    }

    private func wait(until isReached: ([String: String]) -> Bool) async throws(ReportableError) {
        let deadline = ContinuousClock.now.advanced(by: Self.limit)
        while !isReached(try await client.information("persistence")) {
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw ReportableError(.interrupted, "the rewriting of \(access.service) was interrupted")
            }
            guard ContinuousClock.now < deadline else {
                throw ReportableError(.engineFailed, "\(access.service) does not end writing its data anew")
            }
        }
    }
}
