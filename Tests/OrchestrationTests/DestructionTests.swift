import Basics
import Orchestration
import StackModel
import TestKit
import Testing
import Vault

/// Real sets of real data before they go: acceptance.
@Suite("Before data is destroyed")
struct DestructionTests {
    private let store = MemoryStore()

    private func deploy(_ policies: [(String, BackupPolicy.Subject)], in dock: Dockyard) async throws {
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [.app(), .redis, .edge("api")],
            backups: policies.map { name, subject in
                BackupPolicy(
                    name: name,
                    subject: subject,
                    schedule: "0 * * * *",
                    keep: Retention(last: 2),
                    stores: ["near"]
                )
            },
            stores: [Store(name: "near", location: .directory("/nowhere/near"))]
        )
        try await dock.carryOut(.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop")))
    }

    private func sets(_ destroying: Bool, in dock: Dockyard) async throws -> BackupBeforeChange {
        BackupBeforeChange(try await dock.deployer.propose(.down(destroyData: destroying), to: Dockyard.shop))
    }

    @Test("a set of all that goes is made and proven, of the configuration too; a plain down makes none")
    func proven() async throws {
        try await Dockyard.with { dock in
            try await deploy([("daily", .config)], in: dock)
            let (plain, sets) = (try await sets(false, in: dock), try await sets(true, in: dock))
            #expect(plain.policies == [] && plain.uncovered == [])
            #expect(sets.policies == ["daily"] && sets.uncovered == ["redis"] && sets.isDestruction)
            let doors = BackupYard(["near": store], folder: dock.folder).doors
            let runner = BackupRunner(dock.dependencies, doors)
            let made = try await sets.take(before: nil, of: Dockyard.shop, runner).compactMap { $0.copies.first?.set }
            let rows = try await BackupReader(dock.dependencies, doors).list(Dockyard.shop).rows
            #expect(rows.map(\.set) == made && rows.map(\.state) == [.proven])
        }
    }

    @Test("data of which no set can be made stays")
    func refused() async throws {
        try await Dockyard.with { dock in
            try await deploy([("hourly", .service("redis")), ("daily", .config)], in: dock)
            let sets = try await sets(true, in: dock)
            #expect(sets.policies == ["hourly", "daily"] && sets.uncovered == [])
            let runner = BackupRunner(dock.dependencies, BackupYard(["near": store], folder: dock.folder).doors)
            let error = try await expect(.broken) { () async throws(ReportableError) in
                try await sets.take(before: nil, of: Dockyard.shop, runner)
            }
            #expect(error.message.contains("nothing was changed"))
        }
    }

    @Test("what a down leaves of a stack that is down already has to be given up by word")
    func later() async throws {
        try await Dockyard.with { dock in
            try await deploy([("hourly", .service("redis"))], in: dock)
            try await dock.carryOut(.down(destroyData: false))
            let sets = try await self.sets(true, in: dock)
            #expect(sets.policies == ["hourly"])
            let runner = BackupRunner(dock.dependencies, BackupYard(["near": store], folder: dock.folder).doors)
            let error = try await expect(.notFound) { () async throws(ReportableError) in
                try await sets.take(before: nil, of: Dockyard.shop, runner)
            }
            #expect(error.message.contains("nothing was changed") && error.message.contains("not deployed"))
            try await dock.carryOut(.down(destroyData: true))
            #expect(try await self.sets(true, in: dock).policies == [])
        }
    }
}
