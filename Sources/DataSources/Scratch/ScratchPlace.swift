import Basics
import Glibc
import Interfaces

/// A folder for what is only needed on the way, emptied before and gone afterwards.
struct ScratchPlace: Sendable {
    let path: String
    /// Belongs to the account that the servers run as; where their sockets and logs are.
    let sockets: String

    /// Throws what `work` throws, and `fileFailed`.
    static func with<Value: Sendable>(
        _ path: String,
        for owner: DataOwner,
        _ runner: any DataRunner,
        _ work: @Sendable (ScratchPlace) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let hold = try await ScratchHold.take(path, runner)
        defer { hold.release() }
        // The account must be able to walk to what is its own in it.
        try await Folder.make(path, mode: 0o711)
        do throws(ReportableError) {
            let place = ScratchPlace(
                path: path,
                sockets: try await Folder.makeForSockets(in: path, owner: owner)
            )
            let value = try await work(place)
            try await Leftovers.clear(path, runner)
            return value
        } catch {
            await discard(path, runner)
            throw error
        }
    }

    /// Removes what a failure left, also in a cancelled task. What cannot be removed now is by the next use of it.
    static func discard(_ path: String, _ runner: any DataRunner) async {
        await Task.detached { try? await Leftovers.clear(path, runner) }.value
    }

    /// Whatever a server is to read there, written first.
    func giveSockets(to owner: DataOwner) throws(ReportableError) { try Folder.give(sockets, to: owner) }
}
