import Basics
import Interfaces
import StackModel

/// Watches one replica until it has been ready long enough, or until it is knowable that it will not be.
struct ReadinessWatch: Sendable {
    let engine: ProcessEngine
    let folder: ReplicaFolder
    let record: ReplicaRecord
    private let failure: ReplicaFailure
    private let probe: ReplicaProbe

    /// How long a program may take to listen before its other ports are looked at.
    private static let portGrace = TimeSpan.seconds(3)

    /// The last end before the watch began of a replica that the operation did not start; nil when every end counts.
    private let forgiven: Instant?

    /// `began` is when the operation did. Throws `notFound` when there is no such replica.
    init(_ engine: ProcessEngine, _ folder: ReplicaFolder, began: Instant?) throws(ReportableError) {
        guard let record = ReplicaRecord.load(folder) else {
            throw ReportableError(.notFound, "there is no replica \(folder.id) of \(folder.stack.stack)")
        }
        self.engine = engine
        self.folder = folder
        self.record = record
        let isOlder = began.map { record.createdAt < $0 } ?? false
        self.forgiven = isOlder ? ExitLog(folder).exits.last?.at : nil
        self.failure = ReplicaFailure(folder: folder, record: record, mounts: engine.mounts)
        self.probe = ReplicaProbe(engine: engine, record: record, folder: folder)
    }

    /// Throws `replicaFailed` as soon as the cause is known, at the latest after `deadline`; `interrupted` when
    /// cancelled. An end of the program counts as failure, also when it was started again: a crash is not cured by a
    /// restart. Of a replica that ran before the operation began, only an end from now on does.
    func awaitReady(for healthyFor: TimeSpan, deadline: TimeSpan) async throws(ReportableError) {
        let began = ContinuousClock.now
        var readySince: ContinuousClock.Instant?
        var patience = ProbePatience()
        while true {
            try await checkAlive()
            let answer = await probe.ask()
            try await checkAlive()
            patience.note(answer)
            switch (answer.complaint, readySince) {
            case (nil, nil):
                try await checkOwnAnswer()
                readySince = .now
            case (let reason?, let since?) where !patience.mayWait:
                try await checkDying()
                throw failure.unreadyAgain(reason, after: span(since: since))
            default: break
            }
            if answer.isReady, let readySince, span(since: readySince) >= healthyFor { break }
            if let reason = answer.complaint {
                if span(since: began) >= deadline { throw failure.neverReady(reason, within: deadline) }
                if readySince == nil { try await checkPorts() }
            }
            try await pause(min(record.probeTiming.interval, probe.leastPause))
        }
        ControlGroup(folder, mounts: engine.mounts).setWeight(starting: false)
    }

    /// Watches a replica that serves: it must stay ready, as the same process, for `span`, and answer so at its end.
    func confirm(for healthyFor: TimeSpan) async throws(ReportableError) {
        let began = ContinuousClock.now
        var patience = ProbePatience()
        while true {
            try await checkAlive()
            let answer = await probe.ask()
            patience.note(answer)
            if let reason = answer.complaint, !patience.mayWait {
                try await checkDying()
                throw failure.unreadyAgain(reason, after: span(since: began))
            }
            if answer.isReady && span(since: began) >= healthyFor { break }
            try await pause(min(record.probeTiming.interval, max(TimeSpan(milliseconds: 250), probe.leastPause)))
        }
        try await checkAlive()
    }

    private func checkAlive() async throws(ReportableError) {
        let exits = ExitLog(folder).exits
        if let index = exits.firstIndex(where: { exit in forgiven.map { exit.at > $0 } ?? true }) {
            let start = index == 0 ? Disk.renamedAt(folder.started) : exits[index - 1].at
            // Its last words may still be on their way to the log.
            try await pause(TimeSpan(milliseconds: 50))
            throw failure.ended(exits[index], after: start ?? record.createdAt)
        }
        if !engine.supervisor(of: folder).isAlive { throw failure.supervisorGone() }
    }

    /// A program that dies closes its port before its end is written down: its end is then the cause.
    private func checkDying() async throws(ReportableError) {
        let (folder, forgiven) = (folder, forgiven)
        _ = try await polled(atMost: .seconds(1)) {
            ExitLog(folder).exits.last.map { exit in forgiven.map { exit.at > $0 } ?? true } ?? false
        }
        try await checkAlive()
    }

    /// A program that listens, but not where it should, or that cannot, will not become ready by waiting.
    private func checkPorts() async throws(ReportableError) {
        guard let since = SupervisorStatus(folder: folder.path)?.since,
            since.elapsed(until: WallClock.now) >= Self.portGrace
        else { return }
        let found = try await lookAtPorts()
        guard let expected = record.port, !found.own.contains(expected) else { return }
        if let holder = found.holder { throw failure.portHeld(expected, by: holder) }
        if !found.own.isEmpty { throw failure.listensElsewhere(found.own, expected: expected) }
    }

    /// An answer counts when it is the replica that gave it, not somebody who took its port a moment before.
    private func checkOwnAnswer() async throws(ReportableError) {
        guard let expected = record.port, let holder = try await lookAtPorts().holder else { return }
        throw failure.portHeld(expected, by: holder)
    }

    /// The ports that the replica listens on, and who else listens on the one that is meant for it.
    private func lookAtPorts() async throws(ReportableError) -> (own: [Int], holder: ProcessEntry?) {
        let (folder, mounts, expected) = (folder, engine.mounts, record.port)
        return try await offPool { () -> (own: [Int], holder: ProcessEntry?) in
            let own = ReplicaProcesses(folder: folder, mounts: mounts).all.map(\.id)
            let ports = Ports.listened(by: own)
            guard let expected, !ports.contains(expected) else { return (ports, nil) }
            // The replica may have begun to listen between the two looks.
            return (ports, Ports.holder(of: expected).flatMap { own.contains($0.id) ? nil : $0 })
        }
    }

    private func span(since start: ContinuousClock.Instant) -> TimeSpan {
        let parts = start.duration(to: .now).components
        return TimeSpan(milliseconds: Int(parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000))
    }
}
