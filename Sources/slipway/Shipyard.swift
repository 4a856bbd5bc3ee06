import Basics
import Controller
import FoundationEssentials
import Glibc
import HostAccess
import Interfaces
import Ledger
import Orchestration
import ProcessEngine
import StackModel
import Vault

/// Builds the adapters, each when it is first needed.
struct Shipyard: Sendable {
    let variables: [String: String]

    func dependencies() throws(ReportableError) -> Dependencies {
        let home = try HomeDirectory(variables: variables)
        try home.prepare()
        let ledger = try Ledger(path: home.ledger)
        let keyPath = variables["SLIPWAY_MASTER_KEY_FILE"] ?? home.masterKey
        return Dependencies(
            ledger: ledger,
            secrets: SecretStore(ledger: ledger, keyPath: keyPath),
            engine: { (kind) throws(ReportableError) in try engine(kind, home: home) },
            certificates: OpenSSLCertificates(runner: LiveCommandRunner()),
            lockFile: { (stack) throws(ReportableError) in home.lock(for: stack) },
            now: { Instant(milliseconds: Int(Date().timeIntervalSince1970 * 1000)) },
            owner: ProcessIdentity.own,
            isAlive: ProcessIdentity.isAlive,
            actor: ProcessIdentity.actor(variables),
            faultPoint: FaultInjection.hook(variables)
        )
    }

    /// - Parameter patience: how long somebody else's lease of a vault is waited for.
    func backups(patience: TimeSpan = .seconds(600), _ tell: @escaping @Sendable (String) -> Void)
        throws(ReportableError) -> BackupDoors
    {
        let home = try HomeDirectory(variables: variables)
        try home.prepare()
        let own = AgeIdentityFile(path: home.vaultIdentity)
        // A file that is named is there, or the name is wrong.
        let named = variables["SLIPWAY_VAULT_IDENTITY_FILE"].map { AgeIdentityFile(path: $0) }
        return BackupDoors(
            store: { (store) async throws(ReportableError) in try await open(store) },
            runner: LiveCommandRunner(),
            scratch: { (name) throws(ReportableError) in try home.scratch(name) },
            identity: { () throws(ReportableError) in try (named ?? own).read() },
            newIdentity: { () throws(ReportableError) in
                if let named { return try named.read() }
                if !own.exists { tell("the new vault is sealed for \(own.path): keep a copy of this file elsewhere") }
                return try own.readOrMake()
            },
            keepIdentity: { (identity) throws(ReportableError) in
                guard let named else { return try own.keep(identity) }
                try named.check(is: identity)
            },
            stackFolder: { (stack) throws(ReportableError) in try home.stackFolder(stack) },
            machine: ProcessIdentity.distinctMachine,
            patience: patience,
            tell: tell
        )
    }

    func controller(_ log: @escaping @Sendable (String) -> Void) throws(ReportableError) -> Controller {
        let webhook = variables["SLIPWAY_WEBHOOK_URL"].flatMap { url in
            url.isEmpty ? nil : Webhook(url: Redacted(url), http: LiveHTTPTransport())
        }
        // A long run of one policy makes the others late, not fail.
        let backups = try backups(patience: .seconds(86_400), log)
        return Controller(try dependencies(), backups, webhook: webhook, log: log)
    }

    private func open(_ store: Store) async throws(ReportableError) -> any BlobStore {
        switch store.location {
        case .directory(let path): return try await DirectoryStore(at: path)
        case .s3(let endpoint, let bucket, let region, let prefix):
            let place = try S3Place(endpoint: endpoint, bucket: bucket, region: region, prefix: prefix ?? "")
            let plain = S3Store(
                place,
                credentials: try S3Variables(variables).credentials(of: store.name),
                now: { Instant(milliseconds: Int(Date().timeIntervalSince1970 * 1000)) }
            )
            return S3Bucket(plain)
        case .sftp(let host, let port, let user, let path):
            let keys = SFTPVariables(variables, home: try HomeDirectory(variables: variables))
            let place = SFTPPlace(
                host: host,
                port: port,
                user: user,
                path: path,
                keyFile: try keys.keyFile(of: store.name),
                knownHostsFile: try keys.knownHosts(host, port)
            )
            return SFTPStore(place, starter: LiveCommandRunner())
        }
    }

    private func engine(_ kind: EngineKind, home: HomeDirectory) throws(ReportableError) -> any Engine {
        switch kind {
        case .process:
            let runner = LiveCommandRunner()
            return ProcessEngine(
                home: home.path,
                runner: runner,
                http: LiveHTTPTransport(),
                edge: HAProxyEdge(runner: runner)
            )
        case .docker, .kubernetes:
            throw ReportableError(
                .engineFailed,
                "the \(kind.rawValue) engine is not built yet",
                hint: "Choose an environment with `engine: process`."
            )
        }
    }
}
