import Basics
import Glibc
import Interfaces
import StackModel

/// Runs replicas as bare processes of this machine, each supervised by s6 in a directory of its own, so that they
/// outlive whoever started them.
///
/// Holds no state: what is, is on disk and in the kernel. Callers hold the stack's lock while they perform actions;
/// only allotments are shared between stacks, and those have a lock of their own.
package struct ProcessEngine: Engine {
    package let kind = EngineKind.process
    let home: String
    let runner: any CommandRunner
    let http: any HTTPTransport
    let edge: any EdgeControl
    let mounts = ControlGroupMounts()

    /// `home` is `$SLIPWAY_HOME`; the stack's folder is `home/stacks/<stack>/<environment>`.
    package init(home: String, runner: any CommandRunner, http: any HTTPTransport, edge: any EdgeControl) {
        self.home = home
        self.runner = runner
        self.http = http
        self.edge = edge
    }

    package func addresses(for stack: Stack) async throws(ReportableError) -> AddressBook {
        try makeHome()
        let (folder, mounts) = (folder(stack.id), mounts)
        return try await allotments.change { (book) throws(ReportableError) in
            try book.addresses(for: stack) {
                Ports.isFree($0)
            } isLost: { service, port in
                !Ports.isFree(port, at: "127.0.0.1") && !folder.listens(service, on: port, mounts)
            }
        }
    }

    package func digest(ofSource directory: String) async throws(ReportableError) -> Digest {
        try await offPool { () throws(ReportableError) in try SourceTree(directory).digest() }
    }

    package func storedSource(_ digest: Digest, of stack: StackID) async throws(ReportableError) -> String {
        let source = folder(stack).source(digest)
        guard try await offPool({ Disk.isDirectory(source) }) else {
            throw ReportableError(.notFound, "the source \(digest.short) of \(stack) is not stored")
        }
        return source
    }

    package func preflight(
        _ template: ReplicaTemplate,
        in stack: StackID
    ) async throws(ReportableError) -> [String] {
        let preflight = Preflight(engine: self, stack: folder(stack), template: template)
        let warnings = try await offPool { () throws(ReportableError) in try preflight.check() }
        try await ProgramVersion(engine: self, stack: folder(stack), template: template).check()
        return warnings
    }

    package func observe(_ stack: StackID, _ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        try await Observer(engine: self, folder: folder(stack)).observe(depth)
    }

    package func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError) {
        let stack = folder(inputs.stack)
        switch action {
        case .storeSource(let service, let digest): try await store(service, digest, in: stack, inputs)
        case .prepareVolume:
            try await VolumePreparation(
                engine: self,
                stack: stack,
                template: try template(for: action, inputs)
            ).prepare()
        case .startReplica(let id, let revision):
            try await ReplicaStart(
                engine: self,
                folder: stack.replica(id),
                template: try template(for: action, inputs),
                inputs: inputs,
                revision: revision
            ).start()
        case .awaitReady(let id, let healthyFor, let deadline):
            try await ReadinessWatch(self, stack.replica(id), began: inputs.began)
                .awaitReady(for: healthyFor, deadline: deadline)
        case .reconfigure(let id, _):
            try await Reconfiguration(
                engine: self,
                folder: stack.replica(id),
                template: try template(for: action, inputs),
                inputs: inputs
            ).apply()
        case .admit(let id): try await Traffic(engine: self, folder: stack.replica(id)).admit()
        case .drain(let id, let deadline):
            let cut = try await Traffic(engine: self, folder: stack.replica(id)).drain(deadline: deadline)
            if cut > 0 { inputs.report("\(cut) requests to \(id) were cut after \(deadline)") }
        case .stopReplica(let id): try await ReplicaStop(engine: self, folder: stack.replica(id)).stop()
        case .removeReplica(let id): try await ReplicaStop(engine: self, folder: stack.replica(id)).remove()
        case .confirm(let ids, let healthyFor): try await confirm(ids, healthyFor, in: stack, inputs)
        case .swapIn(let service, let name):
            try await VolumeSwap(engine: self, stack: stack, service: service).swapIn(
                name,
                for: try template(for: action, inputs)
            )
        case .swapOut(let service, let name):
            try await VolumeSwap(engine: self, stack: stack, service: service).swapOut(name)
        case .removeVolume(let service): try await StackRemoval(engine: self, stack: stack).removeVolume(service)
        case .removeStack: try await StackRemoval(engine: self, stack: stack).removeStack()
        }
    }

    package func logs(_ stack: StackID, _ query: LogQuery) -> AsyncThrowingStream<LogLine, any Error> {
        let feed = LogFeed(folder(stack), query)
        return AsyncThrowingStream { try await feed.next() }
    }

    package func execute(
        _ command: [String],
        in replica: ReplicaID,
        of stack: StackID
    ) async throws(ReportableError) -> Int32 {
        try await Execution(folder: folder(stack).replica(replica), mounts: mounts).run(command)
    }

    package func run(
        _ command: [String],
        beside replica: ReplicaID,
        of stack: StackID,
        within time: TimeSpan
    ) async throws(ReportableError) -> CommandResult {
        try await Execution(folder: folder(stack).replica(replica), mounts: mounts).run(command, within: time)
    }

    package func dataAccess(
        of service: ServiceName,
        in stack: StackID
    ) async throws(ReportableError) -> DataAccess {
        try await DataServer(engine: self, stack: folder(stack), service: service).access()
    }

    package func dataPlace(
        of template: ReplicaTemplate,
        in stack: StackID
    ) async throws(ReportableError) -> DataPlace {
        try await DataPlaces(engine: self, stack: folder(stack)).place(of: template)
    }

    var allotments: Allotments { Allotments(home: home) }
    var accounts: Accounts { Accounts(allotments: allotments) }

    func folder(_ stack: StackID) -> StackFolder { StackFolder(stack, home: home) }

    func supervisor(of folder: ReplicaFolder) -> Supervisor { Supervisor(folder: folder.path, runner: runner) }

    /// Makes the home where there is none. One that is there keeps its mode: it may be shared with others.
    /// Throws `fileFailed` when everyone may write there, and so could lay their own files in the engine's way.
    private func makeHome() throws(ReportableError) {
        guard Disk.exists(home) else { return try Disk.makeDirectory(home) }
        var status = stat()
        guard stat(home, &status) == 0 else { throw Disk.failure("look at", home) }
        guard status.st_mode & 0o002 != 0 else { return }
        throw ReportableError(
            .fileFailed,
            "every user of the machine may write to \(home)",
            hint: "Set SLIPWAY_HOME to a directory of its own, such as \(home)/slipway, or run `chmod 711 \(home)`."
        )
    }

    /// Replicas run as unprivileged users, who must be able to walk to their files.
    /// Throws `fileFailed` naming the directory that is in the way.
    func checkHome() throws(ReportableError) {
        try makeHome()
        guard geteuid() == 0 else { return }
        var path = home
        while path != "/" {
            var status = stat()
            guard stat(path, &status) == 0 else { throw Disk.failure("look at", path) }
            guard status.st_mode & 0o001 != 0 else {
                throw ReportableError(
                    .fileFailed,
                    "the directory \(path) cannot be entered by the users that replicas run as",
                    hint: "Allow it with `chmod o+x \(path)`, or set SLIPWAY_HOME to another place."
                )
            }
            path = Disk.parent(of: path)
        }
    }

    /// The addresses of the release where the caller has them, else as last asked for.
    func addresses(_ inputs: StepInputs) throws(ReportableError) -> AddressBook {
        guard inputs.addresses.isEmpty else { return inputs.addresses }
        return try allotments.load()[inputs.stack].addresses
    }

    private func store(
        _ service: ServiceName,
        _ digest: Digest,
        in stack: StackFolder,
        _ inputs: StepInputs
    ) async throws(ReportableError) {
        guard let directory = inputs.sourceDirectory else {
            guard Disk.isDirectory(stack.source(digest)) else {
                throw ReportableError(.notFound, "the source \(digest.short) of \(service) is not stored any more")
            }
            return
        }
        try checkHome()
        let group = geteuid() == 0 ? try await accounts.number(of: service, in: stack.stack) : nil
        let files = try await SourceStore(stack: stack).store(directory, as: digest, of: service, for: group)
        guard !files.isEmpty else { return }
        let names = files.prefix(3).joined(separator: ", ") + (files.count > 3 ? " and \(files.count - 3) more" : "")
        inputs.report("others may not read \(names); they are copied, for the replicas alone that run from this source")
    }

    /// The first replica that fails ends it for all.
    private func confirm(
        _ ids: [ReplicaID],
        _ healthyFor: TimeSpan,
        in stack: StackFolder,
        _ inputs: StepInputs
    ) async throws(ReportableError) {
        var watches: [ReadinessWatch] = []
        for id in ids { watches.append(try ReadinessWatch(self, stack.replica(id), began: inputs.began)) }
        let failure = await withTaskGroup(of: ReportableError?.self) { group in
            for watch in watches {
                group.addTask {
                    do throws(ReportableError) {
                        try await watch.confirm(for: healthyFor)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            defer { group.cancelAll() }
            for await failure in group where failure != nil { return failure }
            return nil
        }
        if let failure { throw failure }
    }

    private func template(
        for action: Action,
        _ inputs: StepInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        guard let template = inputs.template else {
            throw ReportableError(.broken, "the step \"\(action.summary)\" came without a template")
        }
        return template
    }
}
