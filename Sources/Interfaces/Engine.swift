import Basics
import StackModel

/// What runs replicas: bare processes, Docker, Kubernetes. Engines make no decisions; they look, and do single things.
///
/// Every engine passes the same conformance suite (`Tests/ConformanceTests`). All calls may be repeated; a call that is cut short by
/// a crash leaves something that `observe` shows and the next call completes or replaces.
package protocol Engine: Sendable {
    var kind: EngineKind { get }

    /// The address of each service, allotted on the first call and the same ever after.
    func addresses(for stack: Stack) async throws(ReportableError) -> AddressBook

    /// The digest a source directory would have in the content store. Reads, never writes.
    func digest(ofSource directory: String) async throws(ReportableError) -> Digest

    /// Where a source that was stored lies, to be read. Throws `notFound` when it is not stored.
    func storedSource(_ digest: Digest, of stack: StackID) async throws(ReportableError) -> String

    /// What this machine lacks for a template: missing programs, limits that cannot be set. Warnings, in words.
    /// Throws `programMissing` when a replica could not run at all.
    func preflight(_ template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> [String]

    func observe(_ stack: StackID, _ depth: ObservationDepth) async throws(ReportableError) -> Observation

    /// Does one thing and returns when it is done. Throws `interrupted` when the task is cancelled, leaving the
    /// effect in doubt; `replicaFailed` with the last log lines when a replica is the reason.
    func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError)

    /// Lines of all replicas of a service (or of all services), merged by time. Ends unless `follow` is set.
    func logs(_ stack: StackID, _ query: LogQuery) -> AsyncThrowingStream<LogLine, any Error>

    /// Runs a program beside a replica, in its directory, as its user, with its environment. Inherits the terminal.
    /// Returns the exit status of the program.
    func execute(_ command: [String], in replica: ReplicaID, of stack: StackID) async throws(ReportableError) -> Int32

    /// Runs a program in the same place for nobody at a terminal: without input, both outputs taken down as one. What is
    /// still there of it when its time is over, or the task is cancelled, is killed. What it leaves running in the
    /// background when it ends goes on. Throws `notFound`, `usage`, `interrupted`; `engineFailed` when it took too long.
    func run(_ command: [String], beside replica: ReplicaID, of stack: StackID, within time: TimeSpan)
        async throws(ReportableError) -> CommandResult

    /// How to reach the running server of a Redis or a Postgres. Throws `notFound` when it does not run, or keeps no data
    /// that can be asked for.
    func dataAccess(of service: ServiceName, in stack: StackID) async throws(ReportableError) -> DataAccess

    /// Where the data of a service lies, and what it is run by; asks no server, so that data comes back where none starts.
    /// Throws `notFound` for what keeps no data, `programMissing`.
    func dataPlace(of template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> DataPlace
}

package enum ObservationDepth: Sendable {
    /// Fast enough for `status`: processes, the edge's own view, open ports.
    case glance
    /// Every replica is asked by its probe.
    case probed
}

/// What a step needs besides its action.
package struct StepInputs: Sendable {
    package let stack: StackID
    package let release: Int
    /// When the operation began. A replica that is older was not started by it, and what became of that replica before
    /// is not its doing. nil: everything is.
    package let began: Instant?
    /// The template of the action's service in the plan's release; nil for steps that only take away.
    package let template: ReplicaTemplate?
    /// The addresses of the plan's release: what `${service:NAME}` in its templates means.
    package let addresses: AddressBook
    /// Where `storeSource` copies from.
    package let sourceDirectory: String?
    /// Opens a secret at the last moment.
    package let secret: @Sendable (SecretName) async throws(ReportableError) -> SecretValue
    /// Tells a person how a long step goes.
    package let report: @Sendable (String) -> Void

    package init(
        stack: StackID,
        release: Int,
        began: Instant? = nil,
        template: ReplicaTemplate? = nil,
        addresses: AddressBook = [:],
        sourceDirectory: String? = nil,
        secret: @escaping @Sendable (SecretName) async throws(ReportableError) -> SecretValue,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.stack = stack
        self.release = release
        self.began = began
        self.template = template
        self.addresses = addresses
        self.sourceDirectory = sourceDirectory
        self.secret = secret
        self.report = report
    }
}

package struct LogQuery: Sendable {
    /// All services when nil.
    package var service: ServiceName?
    /// All replicas when nil.
    package var replica: ReplicaID?
    package var since: Instant?
    /// The last so many lines of all that match; all of them when nil.
    package var tail: Int?
    package var follow: Bool
    /// Only lines that contain this text.
    package var containing: String?

    package init(
        service: ServiceName? = nil,
        replica: ReplicaID? = nil,
        since: Instant? = nil,
        tail: Int? = nil,
        follow: Bool = false,
        containing: String? = nil
    ) {
        self.service = service
        self.replica = replica
        self.since = since
        self.tail = tail
        self.follow = follow
        self.containing = containing
    }
}

package struct LogLine: Hashable, Sendable, Codable {
    package let time: Instant
    package let replica: ReplicaID
    package let text: String

    package init(time: Instant, replica: ReplicaID, text: String) {
        self.time = time
        self.replica = replica
        self.text = text
    }
}
