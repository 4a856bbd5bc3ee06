import Basics
import Interfaces
import StackModel

/// Makes of a captured set a data directory that a server starts from, and proves it by a scratch server: beside the live
/// data, to take its place, or in a scratch folder, as a drill. Asks no live server for anything.
package struct DataPreparation: Sendable {
    let target: DataPlace
    let runner: any DataRunner

    /// - Parameter target: where the data is to go, which may be another server than it came from.
    package init(target: DataPlace, runner: any DataRunner) {
        self.target = target
        self.runner = runner
    }

    /// Lays the data beside the live data under a name, whole or not at all, for `Action.swapIn`.
    /// - Parameters:
    ///   - scratch: a folder of this call's own, gone afterwards.
    ///   - origin: the set that it comes from, to be told by `KeptData.origin`.
    ///   - replay: what the captured state is to be brought further by.
    /// Throws `vaultDamaged` when an object is not sound or not what the facts say, `engineFailed` when this server or
    /// its disk cannot hold it, `needsDecision` when the name is taken, and what `object` throws.
    package func prepare(
        _ name: RestorationName,
        facts: DataFacts,
        scratch: String,
        origin: String? = nil,
        replaying replay: LogReplay? = nil,
        object: @escaping ObjectSource
    ) async throws(ReportableError) -> DataEvidence {
        let slot = try await PreparedSlot.open(target, name, runner)
        defer { slot.release() }
        let evidence = try await build(in: slot.unfinished, facts, scratch, replay, object)
        do throws(ReportableError) {
            try await slot.finish(from: origin)
        } catch {
            await ScratchPlace.discard(slot.unfinished, runner)
            throw error
        }
        return evidence
    }

    /// Does all of that in a folder of this call's own, which is gone afterwards.
    package func prove(
        facts: DataFacts,
        scratch: String,
        replaying replay: LogReplay? = nil,
        object: @escaping ObjectSource
    ) async throws(ReportableError) -> DataEvidence {
        let hold = try await ScratchHold.take(scratch, runner)
        defer { hold.release() }
        try await Folder.make(scratch, mode: 0o711)
        do throws(ReportableError) {
            let evidence = try await build(in: "\(scratch)/data", facts, "\(scratch)/work", replay, object)
            try await Leftovers.clear(scratch, runner)
            return evidence
        } catch {
            await ScratchPlace.discard(scratch, runner)
            throw error
        }
    }

    private func build(
        in folder: String,
        _ facts: DataFacts,
        _ scratch: String,
        _ replay: LogReplay?,
        _ object: @escaping ObjectSource
    ) async throws(ReportableError) -> DataEvidence {
        let began = ContinuousClock.now
        switch (facts, target.server) {
        case (.redis(let facts), .redis):
            let content = try await RedisRestoration(target: target, runner: runner)
                .prepare(in: folder, scratch: scratch, facts: facts, object: object, replay: replay)
            let reached = replay?.until ?? facts.takenAt
            return DataEvidence(content, facts.version, reached, by: target, in: began.duration(to: .now))
        case (.postgres(let facts), .postgres):
            let contents = try await PostgresRestoration(target: target, runner: runner)
                .prepare(in: folder, scratch: scratch, facts: facts, object: object)
            let captured = facts.databases.map(\.takenAt).min() ?? Instant(milliseconds: 0)
            return DataEvidence(contents, facts.version, captured, by: target, in: began.duration(to: .now))
        case (.postgresBase(let facts), .postgres):
            let contents = try await PostgresRecovery(target: target, runner: runner)
                .prepare(in: folder, scratch: scratch, facts: facts, object: object, replay: replay)
            let reached = replay?.until ?? facts.endedAt
            return DataEvidence(contents, facts.version, reached, by: target, in: began.duration(to: .now))
        case (.files(let facts), .files):
            let found = try await FilesRestoration(target: target, runner: runner)
                .prepare(in: folder, facts: facts, object: object)
            return DataEvidence(found, of: facts, in: began.duration(to: .now))
        case (.redis, _), (.postgres, _), (.postgresBase, _), (.files, _):
            throw ReportableError(
                .needsDecision,
                "the backup is of \(facts.kind), and \(target.service) is not"
            )
        }
    }
}
