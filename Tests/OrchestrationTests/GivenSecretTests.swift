import Basics
import Ledger
import Orchestration
import StackModel
import Testing

@Suite("Values that a person gives")
struct GivenSecretTests {
    private static func deployment(_ value: String?) -> Change {
        let key = SecretDeclaration(name: "stripe", kind: .given, from: "STRIPE_KEY")
        let app = App(command: ["serve"], port: 8000, env: ["STRIPE_KEY": "\(.secret("stripe", .value))"])
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [Service(name: "api", kind: .app(app), replicas: 2), .edge("api")],
            secrets: [key]
        )
        let given: [SecretName: Redacted<String>] = value.map { ["stripe": Redacted($0)] } ?? [:]
        return .deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop", given: given))
    }

    @Test("a missing or empty one is said before anything is asked or made", arguments: [nil, ""] as [String?])
    func missing(value: String?) async throws {
        try await Dockyard.with { yard in
            let (deployer, change) = (yard.deployer, Self.deployment(value))
            let error = try await expect(.invalidSpec) { () throws(ReportableError) in
                try await deployer.propose(change, to: Dockyard.shop)
            }
            #expect(error.message == "no value was given for stripe")
        }
    }

    @Test("another one replaces the replicas that use it, and a rollback returns to the one before")
    func changed() async throws {
        try await Dockyard.with { yard in
            try await yard.carryOut(Self.deployment("one"))
            #expect(try await yard.version() == 1)
            #expect(try await yard.carryOut(Self.deployment("one")).isNothing)
            #expect(try await yard.carryOut(Self.deployment(nil)).isNothing)

            let proposal = try await yard.deployer.propose(Self.deployment("two"), to: Dockyard.shop)
            #expect(proposal.plan.steps.count { if case .startReplica = $0.action { true } else { false } } == 2)
            #expect(try await yard.deployer.carryOut(proposal, acceptingChanges: false).isSuccess)
            #expect(try await yard.version() == 2)
            #expect(try await yard.value() == "two")
            #expect(try await yard.carryOut(Self.deployment(nil)).isNothing)

            #expect(try await yard.carryOut(.rollback(to: nil)).isSuccess)
            #expect(try await yard.version() == 1)
            #expect(try await yard.value() == "one")
            // What runs now is what stays where nobody gives a value.
            #expect(try await yard.carryOut(Self.deployment(nil)).isNothing)
            #expect(try await yard.carryOut(Self.deployment("two")).isSuccess)
            #expect(try await yard.version() == 2)

            // Died after the release was current and before its versions were.
            try await yard.dependencies.secrets.adopt(
                ["stripe": 1],
                of: Dockyard.shop,
                at: Instant(milliseconds: 1_700_000_000_000)
            )
            #expect(try await yard.carryOut(Self.deployment(nil)).isNothing)
            #expect(try await yard.version() == 2)
        }
    }
}

extension Dockyard {
    /// Of the only secret, in the release that is current.
    fileprivate func version() async throws -> Int? {
        try await ledger.currentRelease(of: Self.shop)?.contents.secrets["stripe"]
    }

    fileprivate func value() async throws -> String? {
        guard let version = try await version() else { return nil }
        return try await dependencies.secrets.open("stripe", version: version, of: Self.shop).value.reveal()
    }
}
