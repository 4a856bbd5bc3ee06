import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Vault

/// Captures what a policy backs up, object by object.
struct BackupSubject {
    let dependencies: Dependencies
    let doors: BackupDoors
    let release: Release
    let policy: BackupPolicy
    let shrink: ShrinkGuard

    /// Hands over the objects one by one. Throws `needsDecision` before the first where far less is there than at the last
    /// time.
    func capture(since previous: DataFacts?, to sink: @escaping ObjectSink) async throws(ReportableError) -> SetFacts {
        switch policy.subject {
        case .config: try await StackConfiguration(dependencies: dependencies, release: release).capture(to: sink)
        case .service(let name): try await capture(name, since: previous, to: sink)
        case .log(let name): throw ReportableError(.broken, "the log of \(name) is no set by itself")
        }
    }

    private func capture(_ service: ServiceName, since previous: DataFacts?, to sink: @escaping ObjectSink)
        async throws(ReportableError) -> SetFacts
    {
        let engine = try dependencies.engine(release.stack.engine)
        guard release.stack.service(service)?.holdsData ?? false else {
            return try await capture(
                filesOf: try await engine.dataPlace(of: service, in: release),
                since: previous,
                to: sink
            )
        }
        let access = try await engine.dataAccess(of: service, in: release.stack.id)
        let facts: DataFacts
        var lineage: String?
        switch access.server {
        case .redis:
            var before: RedisFacts?
            if case .redis(let facts)? = previous { before = facts }
            facts = .redis(
                try await RedisSource(access: access, runner: doors.runner).capture(
                    scratch: try doors.scratch("backup.\(release.stack.id).\(policy.name)"),
                    since: before,
                    shrink: shrink,
                    leadingOn: policy.pointInTime != nil,
                    to: sink
                )
            )
            lineage = policy.pointInTime == nil ? nil : try RedisLog(access, doors.runner).lineage()
        case .postgres where policy.pointInTime != nil:
            var before: PostgresBaseFacts?
            if case .postgresBase(let facts)? = previous { before = facts }
            facts = .postgresBase(
                try await PostgresSource(access: access, runner: doors.runner)
                    .captureBase(since: before, shrink: shrink, to: sink)
            )
        case .postgres:
            var before: PostgresFacts?
            if case .postgres(let facts)? = previous { before = facts }
            facts = .postgres(
                try await PostgresSource(access: access, runner: doors.runner)
                    .captureLogical(since: before, shrink: shrink, to: sink)
            )
        case .files: throw ReportableError(.broken, "\(service) has a server, and none of data")
        }
        try await FactsObject.store(facts, to: sink)
        return SetFacts(subject: service.text, facts, lineage, at: dependencies.now())
    }

    private func capture(filesOf place: DataPlace, since previous: DataFacts?, to sink: @escaping ObjectSink)
        async throws(ReportableError) -> SetFacts
    {
        var before: FilesFacts?
        if case .files(let facts)? = previous { before = facts }
        let (shrink, now) = (shrink, dependencies.now)
        let rest = Quiescence(
            quiesce: policy.quiesce,
            policy: policy.name,
            service: place.service,
            stack: release.stack.id,
            dependencies: dependencies
        )
        let facts = DataFacts.files(
            try await rest.hold { [before] () throws(ReportableError) in
                try await FilesSource(place: place).capture(at: now(), since: before, shrink: shrink, to: sink)
            }
        )
        try await FactsObject.store(facts, to: sink)
        return SetFacts(subject: place.service.text, facts, nil, at: dependencies.now())
    }
}

extension SetFacts {
    /// - Parameter lineage: of the log of a Redis that leads on from it.
    fileprivate init(subject: String, _ facts: DataFacts, _ lineage: String?, at now: Instant) {
        switch facts {
        case .redis(let facts):
            var identity = ["run": facts.runID, "replication": facts.replicationID, "keys": "\(facts.content.keys)"]
            identity[LogFacts.lineage] = lineage
            identity[LogFacts.from] = lineage == nil ? nil : facts.firstPlace?.text
            self.init(
                subject: subject,
                captured: facts.takenAt,
                versions: ["redis": facts.version],
                identity: identity
            )
        case .postgres(let facts):
            self.init(
                subject: subject,
                captured: facts.databases.map(\.takenAt).max() ?? now,
                versions: ["postgres": facts.version],
                identity: ["system": facts.systemIdentifier, "timeline": "\(facts.timeline)", "rows": "\(facts.rows)"]
            )
        case .postgresBase(let facts):
            self.init(
                subject: subject,
                captured: facts.endedAt,
                versions: ["postgres": facts.version],
                identity: [
                    "system": facts.systemIdentifier, "timeline": "\(facts.timeline)", LogFacts.lineage: facts.lineage,
                    LogFacts.first: facts.firstSegment, LogFacts.bytes: "\(facts.segmentBytes)",
                ]
            )
        case .files(let facts):
            self.init(
                subject: subject,
                captured: facts.takenAt,
                versions: [:],
                identity: ["files": "\(facts.entries - 1)", "bytes": "\(facts.bytes)"]
            )
        }
    }
}
