import Basics
import Glibc
import Interfaces
import StackModel

/// Brings a replica to life: everything is checked before anything is made, everything is made before it starts.
struct ReplicaStart: Sendable {
    let engine: ProcessEngine
    let folder: ReplicaFolder
    let template: ReplicaTemplate
    let inputs: StepInputs
    let revision: Digest

    /// Nothing to do when it runs with this revision. A stopped, dead or different one is stopped and replaced.
    /// Throws `programMissing`, `portTaken`, `invalidSpec`, `engineFailed`, `fileFailed`.
    func start() async throws(ReportableError) {
        if isRunning { return }
        try engine.checkHome()
        let source = template.source.map { folder.stack.source($0) }
        try checkSource(source)
        let program = try program(source)
        try template.checkHealthProgram(source: source, volume: folder.stack.volume(template.service))
        let account = try await engine.accounts.account(
            for: template.user,
            service: template.service,
            in: folder.stack.stack
        )
        let shared = SharedDirectories(stack: folder.stack, template: template)
        try await offPool { () throws(ReportableError) in try shared.make(for: account) }
        try await ReplicaStop(engine: engine, folder: folder).remove()
        let port = try await port()
        try checkSocketPath()
        let content = try await FilledTemplate(
            template,
            folder: folder,
            port: port,
            addresses: try engine.addresses(inputs),
            inputs: inputs
        )
        let record = record(port: port, account: account, probe: content.probe)
        try await make(record, program: program, content: content)
        try await launch()
    }

    /// A server that lacks its accounts has a configuration that no template has, so that the next plan makes them.
    static let unconfigured = Digest(of: "accounts not made yet")

    private var isRunning: Bool {
        guard let record = ReplicaRecord.load(folder), record.revision == revision else { return false }
        return engine.supervisor(of: folder).isAlive && !Disk.exists(folder.down)
            && ReplicaProcesses.main(of: folder, mounts: engine.mounts) != nil
    }

    private func checkSource(_ source: String?) throws(ReportableError) {
        guard let source, !Disk.isDirectory(source) else { return }
        throw ReportableError(.notFound, "the source of \(template.service) is not stored: \(source)")
    }

    /// The program's path. Throws `programMissing`.
    private func program(_ source: String?) throws(ReportableError) -> String {
        guard let first = template.command.first else {
            throw ReportableError(.invalidSpec, "\(template.service) has no command")
        }
        let name = try first.resolved { (segment) throws(ReportableError) -> String in
            guard case .volume = segment else {
                throw ReportableError(.invalidSpec, "the program of \(template.service) must be named as it is")
            }
            return folder.stack.volume(template.service)
        }
        return try Programs.locate(
            name,
            for: template.service,
            source: source,
            volume: folder.stack.volume(template.service),
            postgres: template.postgresVersion
        )
    }

    /// The port to listen on, seen to be free.
    private func port() async throws(ReportableError) -> Int? {
        switch template.port {
        case .none: return nil
        case .fixed(let port):
            let host = try engine.addresses(inputs)[template.service]?.host
            guard Ports.isFree(port, at: host) else {
                let isAllotted = !["app", "edge"].contains(template.kind)
                throw Ports.taken(port, by: Ports.holder(of: port), isAllotted: isAllotted)
            }
            if let plain = template.plainPort, !Ports.isFree(plain, at: host) {
                throw Ports.taken(plain, by: Ports.holder(of: plain))
            }
            return port
        case .perReplica:
            let (stack, id) = (folder.stack.stack, folder.id.description)
            return try await engine.allotments.change { (book) throws(ReportableError) in
                // A port that somebody else took meanwhile is given up for another.
                if let remembered = book[stack].replicaPorts[id], Ports.isFree(remembered) { return remembered }
                let port = try book.unusedPort { Ports.isFree($0) }
                book[stack].replicaPorts[id] = port
                return port
            }
        }
    }

    /// The kernel takes no longer path for a socket than 107 bytes.
    private func checkSocketPath() throws(ReportableError) {
        let longest = "\(folder.work)/.s.PGSQL.65535"
        guard ["redis", "postgres", "edge"].contains(template.kind), longest.utf8.count > 107 else { return }
        throw ReportableError(
            .engineFailed,
            "the path of the socket \(longest) is longer than the 107 bytes that Linux allows",
            hint: "Set SLIPWAY_HOME to a shorter path, or give the stack or the service a shorter name."
        )
    }

    private func record(port: Int?, account: RunAccount, probe: Probe) -> ReplicaRecord {
        ReplicaRecord(
            id: folder.id,
            kind: template.kind,
            release: inputs.release,
            revision: revision,
            configuration: template.accounts == nil ? template.configuration : Self.unconfigured,
            port: port,
            account: account,
            probe: probe,
            probeTiming: template.probeTiming,
            stop: template.stop,
            limits: template.limits,
            source: template.source,
            createdAt: WallClock.now
        )
    }

    private func make(
        _ record: ReplicaRecord,
        program: String,
        content: FilledTemplate
    ) async throws(ReportableError) {
        let (folder, group) = (folder, ControlGroup(folder, mounts: engine.mounts))
        let failures = try await offPool { () throws(ReportableError) in
            try Disk.makeDirectory(folder.stack.targets, mode: 0o755)
            let groups = group.create(record.limits)
            group.setWeight(starting: true)
            try ServiceDirectory(
                folder: folder,
                record: record,
                program: program,
                content: content,
                listensLow: template.listensLow,
                controlGroups: groups.entries,
                finish: groups.entries.isEmpty
                    ? FinishScript(killFile: nil, memoryEvents: nil)
                    : FinishScript(killFile: group.killFile, memoryEvents: group.memoryEvents)
            ).write()
            return groups.failures
        }
        for failure in failures { inputs.report("\(folder.id): \(failure)") }
        if record.kind == "edge" { try await engine.edge.prepare(at: folder.work) }
        if record.kind == "postgres" { try PostgresIdentity(account: record.account).complete(in: folder.work) }
    }

    private func launch() async throws(ReportableError) {
        if template.kind == "postgres" {
            let cluster = PostmasterFile(cluster: "\(folder.stack.volume(template.service))/data")
            try await offPool { () throws(ReportableError) in try cluster.removeIfStale() }
        }
        let (folder, supervisors) = (folder, SupervisorGroup(mounts: engine.mounts))
        try await Supervisor(folder: folder.logger, runner: engine.runner)
            .start(output: "/dev/null", in: supervisors)
        let supervisor = engine.supervisor(of: folder)
        try await supervisor.start(output: "\(folder.logger)/fifo", in: supervisors)
        // From here on it is wanted: a crash now leaves a replica that ought to run and does not.
        try Disk.move(folder.down, to: folder.started)
        try await supervisor.send("-u")
        try await supervisor.wait(atMost: .seconds(5), "\(folder.id) was not started by its supervisor") {
            supervisor.status?.processID != nil || !ExitLog(folder).exits.isEmpty
        }
        try await offPool { () throws(ReportableError) in
            try TargetFile(folder.stack, service: folder.id.service).refresh()
        }
    }
}
