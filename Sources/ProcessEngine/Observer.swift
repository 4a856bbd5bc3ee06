import Basics
import Interfaces
import StackModel

/// Looks at a stack: its directories, its processes, its edges. Changes nothing and starts no program.
struct Observer: Sendable {
    let engine: ProcessEngine
    let folder: StackFolder

    func observe(_ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        let records = folder.replicaIDs.compactMap { ReplicaRecord.load(folder.replica($0)) }
        let traffic = await traffic(records)
        var replicas: [ObservedReplica] = []
        await withTaskGroup(of: ObservedReplica.self) { group in
            for record in records {
                group.addTask { await self.observe(record, depth, traffic[record.id]) }
            }
            for await replica in group { replicas.append(replica) }
        }
        let sources = Disk.list(folder.sources).compactMap { Digest(hex: $0) }
        let volumes = Disk.list(folder.volumes).compactMap { ServiceName($0) }
        return Observation(replicas: replicas, volumes: volumes, sources: sources)
    }

    /// What the running edges do with each replica. An edge that does not answer sends nobody anything we know of.
    private func traffic(_ records: [ReplicaRecord]) async -> [ReplicaID: EdgeServer] {
        var servers: [ReplicaID: EdgeServer] = [:]
        for record in records where record.kind == "edge" {
            let edge = folder.replica(record.id)
            guard engine.supervisor(of: edge).isAlive, let found = try? await engine.edge.servers(at: edge.work) else {
                continue
            }
            for server in found { servers[server.replica] = server }
        }
        return servers
    }

    private func observe(
        _ record: ReplicaRecord,
        _ depth: ObservationDepth,
        _ server: EdgeServer?
    ) async -> ObservedReplica {
        let replica = folder.replica(record.id)
        let status = SupervisorStatus(folder: replica.path)
        let main = ReplicaProcesses.main(of: replica, mounts: engine.mounts)
        let exits = ExitLog(replica)
        let wanted = !Disk.exists(replica.down)
        let trouble = wanted ? trouble(replica, main: main, exits: exits) : nil
        var ready = false
        if main != nil && wanted { ready = await isReady(record, depth) }
        return ObservedReplica(
            id: record.id,
            revision: record.revision,
            configuration: record.configuration,
            release: record.release,
            state: !wanted && main == nil ? .stopped : trouble == nil && wanted ? .running : .failing,
            ready: ready,
            traffic: server?.traffic ?? .none,
            inFlight: server?.inFlight ?? 0,
            port: record.port,
            processID: main?.id,
            startedAt: main == nil ? nil : status?.since,
            restarts: wanted ? exits.exits.count : max(0, exits.exits.count - 1),
            trouble: trouble ?? (wanted || main == nil ? nil : "it was stopped and still runs")
        )
    }

    /// Why a replica that ought to run counts as failing; nil when it does not.
    private func trouble(_ replica: ReplicaFolder, main: ProcessEntry?, exits: ExitLog) -> String? {
        let last = exits.exits.last.map { "it \($0.cause)" }
        guard engine.supervisor(of: replica).isAlive else {
            return main == nil ? "nothing supervises it, as after a reboot" : "its supervisor is gone"
        }
        if main == nil { return last ?? "it does not run" }
        // Should its log program end too, nobody would empty the pipe, and the program would hang once it is full.
        if !Supervisor(folder: replica.logger, runner: engine.runner).isAlive {
            return "the supervisor of its log is gone"
        }
        let now = WallClock.now
        let (recent, streak) = (exits.count(within: .seconds(10), of: now), exits.streak(at: now))
        if recent >= 2 { return "it ended \(recent) times within 10 s; last \(last ?? "")" }
        return streak >= ExitLog.loop ? "it ended \(streak) times in short succession; last \(last ?? "")" : nil
    }

    /// At a glance an open port is enough; where there is none, life is.
    private func isReady(_ record: ReplicaRecord, _ depth: ObservationDepth) async -> Bool {
        let probe = ReplicaProbe(engine: engine, record: record, folder: folder.replica(record.id))
        switch (depth, record.probe) {
        case (.probed, _), (.glance, .edge): return await probe.ask().isReady
        case (.glance, .running): return true
        case (.glance, _): return await probe.connects()
        }
    }
}
