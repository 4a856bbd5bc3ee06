import Basics
import Ledger
import StackModel
import Testing

@Suite("Secrets out of a backup")
struct SecretRestorationTests {
    private func store(_ ledger: Ledger) -> SecretStore { SecretStore(ledger: ledger, key: Keys.master) }

    private func saved(_ version: Int, _ text: String) -> [SecretName: SavedSecret] {
        ["jwt": SavedSecret(version: version, value: SecretValue(user: nil, value: Redacted(text)))]
    }

    @Test("keep their numbers and are what releases carry from then on, however often they are brought back")
    func numbers() async throws {
        let store = store(try Ledger.inMemory())
        for _ in 1...2 { try await store.restore(saved(3, "old"), of: Samples.shop, at: Samples.now) }
        let declarations = Keys.declarations.filter { $0.name == "jwt" }
        #expect(try await store.preview(declarations, of: Samples.shop) == ["jwt": 3])
        #expect(try await store.open("jwt", version: 3, of: Samples.shop).value.reveal() == "old")
        #expect(try await store.versions(of: Samples.shop).map(\.label) == [.current])
    }

    @Test("take the place of another version, and never that of another value")
    func others() async throws {
        let store = store(try Ledger.inMemory())
        try await store.restore(saved(1, "first"), of: Samples.shop, at: Samples.now)
        try await store.restore(saved(2, "second"), of: Samples.shop, at: Samples.now)
        #expect(try await store.versions(of: Samples.shop).map(\.label) == [.previous, .current])
        let error = await #expect(throws: ReportableError.self) {
            try await store.restore(saved(2, "third"), of: Samples.shop, at: Samples.now)
        }
        #expect(error?.code == .needsDecision)
        #expect(try await store.open("jwt", version: 2, of: Samples.shop).value.reveal() == "second")
    }
}
