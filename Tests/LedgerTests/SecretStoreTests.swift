import Basics
import FoundationEssentials
import GRDB
import Ledger
import StackModel
import Testing

@Suite("Sealed secrets")
struct SecretStoreTests {
    private func store(_ ledger: Ledger) -> SecretStore { SecretStore(ledger: ledger, key: Keys.master) }

    private func ensure(_ store: SecretStore) async throws -> [SecretName: Int] {
        try await store.ensure(Keys.declarations, of: Samples.shop, given: Keys.given, at: Samples.now)
    }

    @Test("secrets are made once, and stay the same ever after")
    func idempotent() async throws {
        let store = store(try Ledger.inMemory())
        #expect(try await store.preview(Keys.declarations, of: Samples.shop, given: Keys.given) == all(1))
        #expect(try await store.versions(of: Samples.shop).isEmpty)
        #expect(try await ensure(store) == all(1))
        let first = try await store.open("jwt", version: 1, of: Samples.shop)
        #expect(try await ensure(store) == all(1))
        #expect(try await store.open("jwt", version: 1, of: Samples.shop) == first)
        #expect(try await store.versions(of: Samples.shop).map(\.label) == [.current, .current, .current, .current])
    }

    private func all(_ version: Int) -> [SecretName: Int] {
        Dictionary(uniqueKeysWithValues: Keys.declarations.map { ($0.name, version) })
    }

    @Test("generated values are 32 random bytes that need no escaping in a URL")
    func alphabet() async throws {
        let store = store(try Ledger.inMemory())
        let names = (1...40).map { SecretName(unchecked: "secret-\($0)") }
        _ = try await store.ensure(
            names.map { SecretDeclaration(name: $0, kind: .random) },
            of: Samples.shop,
            given: [:],
            at: Samples.now
        )
        var values: Set<String> = []
        for name in names {
            let value = try await store.open(name, version: 1, of: Samples.shop).value.reveal()
            #expect(value.utf8.count == 43)
            #expect(value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
            values.insert(value)
        }
        #expect(values.count == names.count)
    }

    @Test("every absent given secret is named at once, and nothing is made")
    func absent() async throws {
        let store = store(try Ledger.inMemory())
        let mail = SecretDeclaration(name: "mail", kind: .given, from: "MAIL_KEY")
        let error = await #expect(throws: ReportableError.self) {
            try await store.ensure(Keys.declarations + [mail], of: Samples.shop, given: [:], at: Samples.now)
        }
        #expect(error?.message == "no value was given for stripe, mail")
        await expect(.invalidSpec) { _ = try await store.preview([mail], of: Samples.shop, given: [:]) }
        let empty: [SecretName: Redacted<String>] = ["mail": Redacted("")]
        await expect(.invalidSpec) { _ = try await store.preview([mail], of: Samples.shop, given: empty) }
        await expect(.invalidSpec) {
            _ = try await store.ensure([mail], of: Samples.shop, given: empty, at: Samples.now)
        }
        await expect(.invalidSpec) {
            _ = try await store.stage(mail, of: Samples.shop, given: Redacted(""), at: Samples.now)
        }
        #expect(error?.hint == "Set STRIPE_KEY, MAIL_KEY in the environment or in .env.")
        #expect(try await store.versions(of: Samples.shop).isEmpty)
    }

    @Test("users alternate with the versions: a, b, a")
    func users() async throws {
        let store = store(try Ledger.inMemory())
        _ = try await ensure(store)
        _ = try await store.stage(Keys.postgres, of: Samples.shop, at: Samples.now)
        _ = try await store.promote("postgres-app", of: Samples.shop, at: Samples.now)
        _ = try await store.retire("postgres-app", of: Samples.shop, at: Samples.now)
        _ = try await store.stage(Keys.postgres, of: Samples.shop, at: Samples.now)
        let users = try await store.versions(of: Samples.shop).filter { $0.name == "postgres-app" }.map(\.user)
        #expect(users == ["postgres_app_a", "postgres_app_b", "postgres_app_a"])
        #expect(try await store.open("postgres-app", version: 2, of: Samples.shop).user == "postgres_app_b")
        #expect(try await store.open("jwt", version: 1, of: Samples.shop).user == nil)
    }

    @Test("a rotation goes pending, current, previous, retired, and an old release still opens its version")
    func rotation() async throws {
        let store = store(try Ledger.inMemory())
        _ = try await ensure(store)
        let old = try await store.open("jwt", version: 1, of: Samples.shop)
        #expect(try await store.stage(Keys.token, of: Samples.shop, at: Samples.now) == 2)
        #expect(try await labels(store) == [1: .current, 2: .pending])
        // Until the promotion a release carries the old one.
        #expect(try await ensure(store)["jwt"] == 1)
        #expect(try await store.promote("jwt", of: Samples.shop, at: Samples.now) == 2)
        #expect(try await labels(store) == [1: .previous, 2: .current])
        #expect(try await ensure(store)["jwt"] == 2)
        #expect(try await store.retire("jwt", of: Samples.shop, at: Samples.now) == 1)
        #expect(try await labels(store) == [1: .retired, 2: .current])
        #expect(try await store.open("jwt", version: 1, of: Samples.shop) == old)
        #expect(try await store.open("jwt", version: 2, of: Samples.shop) != old)
    }

    private func labels(_ store: SecretStore) async throws -> [Int: SecretLabel] {
        let versions = try await store.versions(of: Samples.shop).filter { $0.name == "jwt" }
        return Dictionary(uniqueKeysWithValues: versions.map { ($0.version, $0.label) })
    }

    @Test("a rotation out of order is refused and changes nothing")
    func disorder() async throws {
        let store = store(try Ledger.inMemory())
        _ = try await ensure(store)
        await expect(.notFound) { _ = try await store.promote("jwt", of: Samples.shop, at: Samples.now) }
        await expect(.notFound) { _ = try await store.retire("jwt", of: Samples.shop, at: Samples.now) }
        await expect(.notFound) { _ = try await store.discard("jwt", of: Samples.shop, at: Samples.now) }
        #expect(try await labels(store) == [1: .current])
        _ = try await store.stage(Keys.token, of: Samples.shop, at: Samples.now)
        await expect(.stackBusy) { _ = try await store.stage(Keys.token, of: Samples.shop, at: Samples.now) }
        #expect(try await store.discard("jwt", of: Samples.shop, at: Samples.now) == 2)
        // A number is never used twice.
        #expect(try await store.stage(Keys.token, of: Samples.shop, at: Samples.now) == 3)
        _ = try await store.promote("jwt", of: Samples.shop, at: Samples.now)
        _ = try await store.stage(Keys.token, of: Samples.shop, at: Samples.now)
        await expect(.needsDecision) { _ = try await store.promote("jwt", of: Samples.shop, at: Samples.now) }
        #expect(try await labels(store) == [1: .previous, 2: .retired, 3: .current, 4: .pending])
    }

    private func expect(_ code: ErrorCode, _ body: () async throws -> Void) async {
        let error = await #expect(throws: ReportableError.self) { try await body() }
        #expect(error?.code == code)
    }

    @Test("the database itself allows one pending, one current and one previous version")
    func labelIndexes() async throws {
        try await Folder.with { folder in
            _ = try await ensure(store(try Ledger(path: folder.ledger)))
            for label in ["pending", "current", "previous"] {
                let sql = """
                    INSERT INTO secret_version SELECT stack, name, version + :n, :label, user, sealed, created_at
                    FROM secret_version WHERE name = 'jwt' AND version = 1
                    """
                let raw = try folder.raw()
                #expect(throws: DatabaseError.self) {
                    try raw.write { database in
                        for n in [10, 11] { try database.execute(sql: sql, arguments: ["n": n, "label": label]) }
                    }
                }
            }
        }
    }

    @Test("no byte of a value, of its base64 or of the master key is in the ledger's files")
    func canary() async throws {
        try await Folder.with { folder in
            let store = store(try Ledger(path: folder.ledger))
            _ = try await ensure(store)
            let generated = try await store.open("redis-app", version: 1, of: Samples.shop).value.reveal()
            let encoded = Data(Keys.canary.utf8).base64EncodedString()
            let needles = [Keys.canary, generated, encoded].map { Array($0.utf8) } + [Array(1...32)]
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let bytes = try Data(contentsOf: URL(filePath: "\(folder.path)/\(file)"))
                for needle in needles { #expect(bytes.firstRange(of: Data(needle)) == nil, "in \(file)") }
            }
            let value = try await store.open("stripe", version: 1, of: Samples.shop)
            #expect(!"\(value) \(String(reflecting: value))".contains(Keys.canary))
        }
    }

    @Test(
        "a sealed value that was copied to another name, version, user or stack, or changed, does not open",
        arguments: [
            ("jwt", 1, "sealed = (SELECT sealed FROM secret_version WHERE name = 'stripe')", "shop/local"),
            ("jwt", 9, "version = 9", "shop/local"),
            ("jwt", 1, "stack = 'shop/test'", "shop/test"),
            ("jwt", 1, "stack = 'other/local'", "other/local"),
            ("moved", 1, "name = 'moved'", "shop/local"),
            ("jwt", 1, "user = 'root'", "shop/local"),
            ("jwt", 1, "sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)", "shop/local"),
            ("jwt", 1, "sealed = x''", "shop/local"),
        ]
    )
    func moved(name: SecretName, version: Int, change: String, stack: String) async throws {
        try await Folder.with { folder in
            let store = store(try Ledger(path: folder.ledger))
            _ = try await ensure(store)
            try folder.tamper(
                """
                INSERT INTO stack (id) VALUES ('shop/test'), ('other/local');
                UPDATE secret_version SET \(change) WHERE name = 'jwt'
                """
            )
            let stack = try #require(StackID(stack))
            let error = await #expect(throws: ReportableError.self) {
                try await store.open(name, version: version, of: stack)
            }
            #expect(error?.code == .secretFailed)
            #expect(error?.message.contains("does not open: its row was changed or moved") == true)
        }
    }

    @Test("another master key is recognised before anything is opened or made")
    func wrongKey() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await ensure(store(ledger))
        let wrong = SecretStore(ledger: ledger, key: Keys.other)
        let message = "this ledger was sealed with another master key"
        let calls: [() async throws -> Void] = [
            { _ = try await wrong.open("jwt", version: 1, of: Samples.shop) },
            { _ = try await wrong.ensure([Keys.token], of: Samples.shop, given: [:], at: Samples.now) },
            { _ = try await wrong.stage(Keys.token, of: Samples.shop, at: Samples.now) },
        ]
        for call in calls {
            let error = await #expect(throws: ReportableError.self) { try await call() }
            #expect(error?.message == message)
        }
        await expect(.notFound) { _ = try await store(ledger).open("jwt", version: 7, of: Samples.shop) }
    }

    @Test("the key file is made for the first secret, and its loss is told and never mended")
    func lostKey() async throws {
        try await Folder.with { folder in
            let path = folder.path + "/master.key"
            let store = SecretStore(ledger: try Ledger(path: folder.ledger), keyPath: path)
            let files = FileManager.default
            _ = try await store.preview(Keys.declarations, of: Samples.shop, given: Keys.given)
            _ = try await store.ensure([], of: Samples.shop, given: [:], at: Samples.now)
            #expect(!files.fileExists(atPath: path))
            #expect(try await ensure(store) == all(1))
            try files.removeItem(atPath: path)
            let calls: [() async throws -> Void] = [
                { _ = try await ensure(store) },
                { _ = try await store.ensure([Keys.token], of: Samples.shop, given: [:], at: Samples.now) },
                { _ = try await store.stage(Keys.token, of: Samples.shop, at: Samples.now) },
                { _ = try await store.open("jwt", version: 1, of: Samples.shop) },
            ]
            for call in calls {
                let error = await #expect(throws: ReportableError.self) { try await call() }
                #expect(error?.message == "the master key \(path) does not exist")
                #expect(!files.fileExists(atPath: path))
            }
            #expect(try await store.preview(Keys.declarations, of: Samples.shop) == all(1))
        }
    }

    @Test("two processes that ensure the same secrets at once get the same ones")
    func race() async throws {
        try await Folder.with { folder in
            let stores = try (1...4).map { _ in store(try Ledger(path: folder.ledger)) }
            try await withThrowingTaskGroup(of: [SecretName: Int].self) { group in
                for store in stores { group.addTask { try await ensure(store) } }
                for try await versions in group { #expect(versions == all(1)) }
            }
            #expect(try await stores[0].versions(of: Samples.shop).count == Keys.declarations.count)
        }
    }
}
