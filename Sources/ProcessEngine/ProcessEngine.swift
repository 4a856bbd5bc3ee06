import Basics
import Interfaces
import StackModel

#if canImport(Glibc)
    import Glibc
#endif

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
        try Disk.makeDirectory(home)
        return try await allotments.change { (book) throws(ReportableError) in
            try book.addresses(for: stack, Ports.isFree)
        }
    }

    package func observe(_ stack: StackID, _ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        try await Observer(engine: self, folder: folder(stack)).observe(depth)
    }

    package func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError) {
        let stack = folder(inputs.stack)
        switch action {
        case .storeSource(let service, let digest): try await storeSource(service, digest, in: stack, inputs)
        case .prepareVolume(let service): try await prepareVolume(service, in: stack, inputs)
        case .startReplica(let id, let revision):
            try await ReplicaStart(
                engine: self,
                folder: stack.replica(id),
                template: try template(for: action, inputs),
                inputs: inputs,
                revision: revision
            ).start()
        case .awaitReady(let id, let healthyFor, let deadline):
            try await ReadinessWatch(self, stack.replica(id)).awaitReady(for: healthyFor, deadline: deadline)
        case .reconfigure(let id, _):
            try await reconfigure(stack.replica(id), try template(for: action, inputs), inputs)
        case .admit(let id): try await admit(stack.replica(id))
        case .drain(let id, let deadline): try await drain(stack.replica(id), deadline, inputs)
        case .stopReplica(let id): try await ReplicaStop(engine: self, folder: stack.replica(id)).stop()
        case .removeReplica(let id): try await ReplicaStop(engine: self, folder: stack.replica(id)).remove()
        case .confirm(let ids, let healthyFor): try await confirm(ids, healthyFor, in: stack, inputs)
        case .removeVolume(let service): try await removeVolume(service, in: stack)
        case .removeStack: try await removeStack(stack)
        }
    }

    var allotments: Allotments { Allotments(home: home) }
    var accounts: Accounts { Accounts(allotments: allotments) }

    func folder(_ stack: StackID) -> StackFolder { StackFolder(stack, home: home) }

    func supervisor(of folder: ReplicaFolder) -> Supervisor { Supervisor(folder: folder.path, runner: runner) }

    /// Replicas run as unprivileged users, who must be able to walk to their files.
    /// Throws `fileFailed` naming the directory that is in the way.
    func checkHome() throws(ReportableError) {
        try Disk.makeDirectory(home)
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
