import Basics
import StackModel
import TestKit
import Testing
import Vault

@testable import Orchestration

@Suite("The kit")
struct KitTests {
    @Test("names vaults and key, holds the identity only where it is asked for, and says what is missing")
    func read() async throws {
        try await Dockyard.with { yard in
            let backups = BackupYard(["near": MemoryStore()])
            try await backups.deploy(["files"], to: ["near", "gone"], in: yard)
            let reader = KitReader(yard.dependencies, backups.doors)
            let early = try await reader.read(Dockyard.shop, withIdentity: false)
            #expect(early.warnings.contains { $0.contains("no store that could be read holds a configuration") })
            _ = try? await BackupRunner(yard.dependencies, backups.doors).run("files", of: Dockyard.shop)
            let kit = try await reader.read(Dockyard.shop, withIdentity: false)
            #expect(kit.identity == nil)
            #expect(kit.recipient == backups.identity.recipient?.description)
            #expect(kit.places.map(\.store) == ["near", "gone"])
            #expect(kit.places.map(\.holdsConfiguration) == [true, false])
            #expect(kit.warnings.contains { $0.contains("the store gone could not be read") })
            let secret = try await reader.read(Dockyard.shop, withIdentity: true)
            #expect(secret.identity?.reveal() == backups.identity.text?.reveal())
        }
    }

    @Test("with a key that opens nothing is no kit")
    func wrongKey() async throws {
        try await Dockyard.with { yard in
            let stores = ["near" as StoreName: MemoryStore()]
            let backups = BackupYard(stores)
            try await backups.deploy(["files"], to: ["near"], in: yard)
            _ = try? await BackupRunner(yard.dependencies, backups.doors).run("files", of: Dockyard.shop)
            let stranger = BackupYard(stores)
            let refused = await #expect(throws: ReportableError.self) {
                _ = try await KitReader(yard.dependencies, stranger.doors).read(Dockyard.shop, withIdentity: false)
            }
            #expect(refused?.code == .needsDecision)
            #expect(refused?.message.hasPrefix("the identity does not open the vault in near") == true)
        }
    }
}
