import Basics
import Interfaces
import StackModel

/// Looks at a stack: its directories, its processes, its edges. Changes nothing, and starts no program but the health
/// checks that are programs.
struct Observer: Sendable {
    let engine: ProcessEngine
    let folder: StackFolder

    /// What stands in for the digests of a replica whose record cannot be read: no template has them.
    static let unknown = Digest(of: "its record cannot be read")

    func observe(_ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        let (found, sources, volumes, beside) = try await offPool {
            (
                folder.replicaIDs.compactMap(look),
                Disk.list(folder.sources).compactMap { Digest(hex: $0) },
                Disk.list(folder.volumes).compactMap { ServiceName($0) },
                Disk.list(folder.beside).compactMap { ServiceName($0) }.map { ($0, BesideData(folder, $0)) }
            )
        }
        let traffic = await traffic(found)
        var replicas: [ObservedReplica] = []
        await withTaskGroup(of: ObservedReplica.self) { group in
            for replica in found {
                group.addTask { await self.observe(replica, depth, traffic[replica.id]) }
            }
            for await replica in group { replicas.append(replica) }
        }
        return Observation(
            replicas: replicas,
            volumes: volumes,
            sources: sources,
            restored: Self.found(beside) { $0.live },
            prepared: Self.found(beside) { $0.prepared.isEmpty ? nil : $0.prepared },
            kept: Self.found(beside) { $0.kept.isEmpty ? nil : $0.kept }
        )
    }

    private static func found<Value>(_ beside: [(ServiceName, BesideData)], _ part: (BesideData) -> Value?)
        -> [ServiceName: Value]
    {
        Dictionary(beside.compactMap { service, data in part(data).map { (service, $0) } }) { first, _ in first }
    }

    /// What the running edges do with each replica. An edge that does not answer sends nobody anything we know of.
    private func traffic(_ found: [Found]) async -> [ReplicaID: EdgeServer] {
        var servers: [ReplicaID: EdgeServer] = [:]
        for edge in found where edge.sight.isSupervised && edge.kind == "edge" {
            guard let found = try? await engine.edge.servers(at: folder.replica(edge.id).work) else { continue }
            for server in found { servers[server.replica] = server }
        }
        return servers
    }

    private func observe(
        _ found: Found,
        _ depth: ObservationDepth,
        _ server: EdgeServer?
    ) async -> ObservedReplica {
        let sight = found.sight
        guard case .success(let record) = found.record else { return unknown(found, server) }
        var ready = false
        if sight.main != nil && sight.isWanted { ready = await isReady(record, depth) }
        var replica = ObservedReplica(
            id: record.id,
            revision: record.revision,
            configuration: record.configuration,
            release: record.release,
            state: sight.state,
            ready: ready,
            traffic: server?.traffic ?? .none,
            inFlight: server?.inFlight ?? 0,
            port: record.port
        )
        sight.fill(&replica)
        return replica
    }

    /// A directory of a replica, its record or why there is none to go by, and what is seen of it.
    private struct Found: Sendable {
        let id: ReplicaID
        let record: Result<ReplicaRecord, ReportableError>
        let sight: ReplicaSight

        var kind: String? { if case .success(let record) = record { record.kind } else { nil } }
    }

    /// nil when it was removed meanwhile.
    private func look(_ id: ReplicaID) -> Found? {
        let replica = folder.replica(id)
        let sight = ReplicaSight(replica, engine)
        do throws(ReportableError) {
            return Found(id: id, record: .success(try ReplicaRecord.read(replica)), sight: sight)
        } catch {
            return replica.exists ? Found(id: id, record: .failure(error), sight: sight) : nil
        }
    }

    /// A replica whose record cannot be read may well run, and has to be seen: else nobody could stop it.
    private func unknown(_ found: Found, _ server: EdgeServer?) -> ObservedReplica {
        var replica = ObservedReplica(
            id: found.id,
            revision: Self.unknown,
            configuration: Self.unknown,
            release: 0,
            ready: false,
            traffic: server?.traffic ?? .none,
            inFlight: server?.inFlight ?? 0
        )
        found.sight.fill(&replica)
        replica.state = .failing
        if case .failure(let error) = found.record { replica.trouble = error.message }
        return replica
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
