import Basics
import Ledger
import StackModel
import Testing

@Suite("Secrets that a person gives")
struct GivenSecretTests {
    private let store: SecretStore

    init() throws {
        store = SecretStore(ledger: try Ledger.inMemory(), key: Keys.master)
    }

    private func ensure(_ value: String?) async throws -> Int? {
        let given: [SecretName: Redacted<String>] = value.map { ["stripe": Redacted($0)] } ?? [:]
        let preview = try await store.preview([Keys.stripe], of: Samples.shop, given: given)["stripe"]
        let version = try await store.ensure([Keys.stripe], of: Samples.shop, given: given, at: Samples.now)["stripe"]
        #expect(preview == version)
        return version
    }

    private func adopt(_ version: Int) async throws {
        try await store.adopt(["stripe": version], of: Samples.shop, at: Samples.now)
    }

    private func labels() async throws -> [SecretLabel] { try await store.versions(of: Samples.shop).map(\.label) }

    @Test("another value is a new version, pending until a release with it is current")
    func changed() async throws {
        #expect(try await ensure("one") == 1)
        #expect(try await ensure("two") == 2)
        #expect(try await labels() == [.current, .pending])
        // The deploy did not succeed: what is in use stays, and the same value is the same version.
        #expect(try await ensure("one") == 1)
        #expect(try await ensure(nil) == 1)
        #expect(try await ensure("") == 1)
        #expect(try await ensure("two") == 2)
        try await adopt(2)
        try await adopt(2)
        #expect(try await labels() == [.previous, .current])
        #expect(try await ensure(nil) == 2)
        #expect(try await store.open("stripe", version: 2, of: Samples.shop).value.reveal() == "two")
    }

    @Test("a value that was given up is replaced by the next")
    func replaced() async throws {
        _ = try await ensure("one")
        _ = try await ensure("two")
        #expect(try await ensure("three") == 3)
        #expect(try await labels() == [.current, .retired, .pending])
    }

    @Test("a rollback makes the version of its release the current one again, however old")
    func rollback() async throws {
        for (number, value) in ["one", "two", "three"].enumerated() {
            #expect(try await ensure(value) == number + 1)
            try await adopt(number + 1)
        }
        #expect(try await labels() == [.retired, .previous, .current])
        try await adopt(2)
        #expect(try await labels() == [.retired, .current, .previous])
        #expect(try await ensure(nil) == 2)
        // The value that was rolled back from is the version it was.
        #expect(try await ensure("three") == 3)
        try await adopt(1)
        #expect(try await labels() == [.current, .previous, .retired])
        // A version that is not there changes nothing.
        try await adopt(9)
        #expect(try await labels() == [.current, .previous, .retired])
    }
}
