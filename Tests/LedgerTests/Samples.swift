import Basics
import Ledger
import StackModel

/// Values with good defaults, so that a test says only what it is about.
enum Samples {
    static let shop = StackID("shop", "local")
    static let owner = OwnerID(bootID: "boot", processID: 4711, startTicks: 12)
    static let now = Instant(milliseconds: 1_700_000_000_000)

    static func later(_ seconds: Int) -> Instant { Instant(milliseconds: now.milliseconds + seconds * 1000) }

    /// Contents with other `code` run differently; another text of the spec alone means the same.
    static func contents(_ spec: String = "one", code: String? = nil, of stack: StackID = shop) -> Release.Contents {
        let api = Service(name: "api", kind: .app(App(command: ["serve", "\(.port)"], port: 8000)), replicas: 2)
        return Release.Contents(
            stack: Stack(name: stack.stack, environment: stack.environment, engine: .process, services: [api]),
            spec: spec,
            addresses: ["api": Address(host: "127.0.0.1", port: 8000)],
            secrets: ["api-key": 1],
            templates: [
                "api": ReplicaTemplate(
                    service: "api",
                    kind: "app",
                    command: ["serve"] + [code].compactMap { $0.map { Template($0) } }
                )
            ]
        )
    }

    static func plan(
        _ purpose: Plan.Purpose = .deploy,
        of stack: StackID = shop,
        release: Int = 1,
        digest: String = "release",
        services: [ServiceName]? = nil,
        replicas: Int = 1
    ) -> Plan {
        let steps = (1...replicas).flatMap { number in
            let id = ReplicaID("api", number)
            return [
                Step(
                    number: number * 2 - 1,
                    action: .startReplica(id, revision: Digest(of: "revision")),
                    cause: "\(id) is missing",
                    after: []
                ),
                Step(number: number * 2, action: .admit(id), cause: "\(id) is new", after: [number * 2 - 1]),
            ]
        }
        return Plan(
            purpose: purpose,
            stack: stack,
            release: release,
            releaseDigest: Digest(of: digest),
            services: services,
            basis: Digest(of: "world"),
            steps: steps
        )
    }

    static let failure = ReportableError(.replicaFailed, "api-1 exited with 1", details: ["last words"])
}

extension Ledger {
    func begin(_ plan: Plan = Samples.plan()) async throws -> (operation: Operation, epoch: Int) {
        try await begin(plan, actor: "ada@host", owner: Samples.owner, reason: "deploy", at: Samples.now)
    }

    func record(_ spec: String = "one", code: String? = nil, of stack: StackID = Samples.shop) async throws
        -> Release
    {
        let contents = Samples.contents(spec, code: code, of: stack)
        return try await record(contents, by: "ada@host", reason: "deploy", at: Samples.now)
    }

    /// Runs every step of a plan and activates its release.
    func succeed(_ plan: Plan) async throws {
        let (operation, epoch) = try await begin(plan)
        for step in plan.steps {
            try await recordIntent(of: step.number, in: operation.id, epoch: epoch, at: Samples.later(1))
            try await recordOutcome(.succeeded, of: step.number, in: operation.id, epoch: epoch, at: Samples.later(2))
        }
        try await finish(
            operation.id,
            as: .succeeded,
            failure: nil,
            epoch: epoch,
            at: Samples.later(3)
        )
    }

    /// An operation that dies between the intent and the outcome of its first step.
    func crash(_ plan: Plan = Samples.plan()) async throws {
        let (operation, epoch) = try await begin(plan)
        try await recordIntent(of: 1, in: operation.id, epoch: epoch, at: Samples.later(1))
        let next = try await takeOver(operation.id, by: Samples.owner, at: Samples.later(2))
        try await finish(
            operation.id,
            as: .crashed,
            failure: nil,
            epoch: next,
            at: Samples.later(3)
        )
    }
}
