import Basics
import FoundationEssentials
import Glibc
import HostAccess
import Interfaces
import Ledger
import Orchestration
import ProcessEngine
import StackModel

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
