import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

/// A temporary home with an engine on it and one stack, torn down without leaving a process.
struct Harbour {
    let home: String
    let stack = StackID("shop", "test")
    let engine: ProcessEngine
    let secrets: [SecretName: SecretValue]

    /// Runs a test in a harbour of its own.
    static func with(
        secrets: [SecretName: SecretValue] = [:],
        _ body: (Harbour) async throws -> Void
    ) async throws {
        let harbour = try Harbour(secrets: secrets)
        do {
            try await body(harbour)
        } catch {
            await harbour.tearDown()
            throw error
        }
        await harbour.tearDown()
    }

    private init(secrets: [SecretName: SecretValue]) throws {
        var name = Array("/tmp/slipway-engine-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        home = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(home, 0o711)
        self.secrets = secrets
        let runner = LiveCommandRunner()
        engine = ProcessEngine(
            home: home,
            runner: runner,
            http: LiveHTTPTransport(),
            edge: HAProxyEdge(runner: runner)
        )
    }

    var folder: StackFolder { StackFolder(stack, home: home) }

    func perform(
        _ action: Action,
        _ template: ReplicaTemplate? = nil,
        source: String? = nil,
        release: Int = 1,
        began: Instant? = nil
    ) async throws(ReportableError) {
        let secrets = secrets
        try await engine.perform(
            action,
            with: StepInputs(
                stack: stack,
                release: release,
                began: began,
                template: template,
                sourceDirectory: source,
                secret: { (name) throws(ReportableError) in
                    guard let value = secrets[name] else { throw ReportableError(.notFound, "no secret \(name)") }
                    return value
                }
            )
        )
    }

    func start(_ template: ReplicaTemplate, _ number: Int = 1) async throws(ReportableError) {
        try await perform(
            .startReplica(ReplicaID(template.service, number), revision: template.revision),
            template
        )
    }

    func awaitReady(
        _ template: ReplicaTemplate,
        _ number: Int = 1,
        for healthyFor: TimeSpan = TimeSpan(milliseconds: 300),
        deadline: TimeSpan = .seconds(20)
    ) async throws(ReportableError) {
        try await perform(
            .awaitReady(ReplicaID(template.service, number), healthyFor: healthyFor, deadline: deadline),
            template
        )
    }

    func stop(_ template: ReplicaTemplate, _ number: Int = 1) async throws(ReportableError) {
        try await perform(.stopReplica(ReplicaID(template.service, number)))
    }

    func observed(_ id: ReplicaID, _ depth: ObservationDepth = .glance) async throws -> ObservedReplica {
        try #require(try await engine.observe(stack, depth).replica(id))
    }

    /// Processes whose command line, environment or working directory names this home.
    func processes() -> [ProcessEntry] {
        ProcessTable().entries.filter { entry in
            guard !entry.isZombie, entry.id != Int(getpid()) else { return false }
            let texts = ["cmdline", "environ"].map { Disk.text("/proc/\(entry.id)/\($0)") ?? "" }
            return texts.contains { $0.contains(home) }
        }
    }

    /// The port that is a data service's own.
    func port(_ service: ServiceName, _ kind: ServiceKind) async throws -> Int {
        let stack = Stack(
            name: stack.stack,
            environment: stack.environment,
            engine: .process,
            services: [Service(name: service, kind: kind)]
        )
        return try await #require(engine.addresses(for: stack)[service]).port
    }

    private func tearDown() async {
        for id in folder.replicaIDs { try? await perform(.removeReplica(id)) }
        #expect(processes().map(\.commandLine) == [], "processes were left behind")
        try? Disk.remove(tree: home)
    }
}

extension SecretValue {
    static func of(_ user: String?, _ value: String) -> SecretValue {
        SecretValue(user: user, value: Redacted(value))
    }
}

/// Waits for something that other processes do. The test fails when it does not come.
func eventually(_ what: String, within limit: TimeSpan = .seconds(10), _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit.duration)
    while try await !holds() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(limit): \(what)")
            return
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Holds a port in this very process.
struct TestListener {
    private let socket: Int32

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var reuse: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in(port: port, address: INADDR_LOOPBACK)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0 && listen(socket, 8) == 0)
    }

    func leave() { close(socket) }
}
