import Basics
import Interfaces
import Orchestration
import StackModel
import TestKit
import Vault

/// Stores in memory, and what backups need besides. No data service can be reached: only configuration is backed up.
struct BackupYard {
    let stores: [StoreName: any BlobStore]
    let identity: AgeIdentity
    /// Where a rebuild may lay its files, and works their scratch; by itself nowhere, where not even root can make a folder.
    let folder: String
    let runner: any CommandRunner & ProgramStarter

    init(
        _ stores: [StoreName: any BlobStore],
        identity: AgeIdentity = .generate(),
        folder: String = "/proc/nowhere",
        runner: any CommandRunner & ProgramStarter = NoPrograms()
    ) {
        self.stores = stores
        self.identity = identity
        self.folder = folder
        self.runner = runner
    }

    struct NoPrograms: CommandRunner, ProgramStarter {
        func run(_ command: CommandLine) async throws(ReportableError) -> CommandResult { throw Self.none }
        func start(_ command: CommandLine, input: ByteStream?) async throws(ReportableError) -> any RunningProgram {
            throw Self.none
        }
        static let none = ReportableError(.broken, "no program is run here")
    }

    var doors: BackupDoors { doors(seeing: { _ in }) }

    /// - Parameter see: is told of each store that is opened.
    func doors(seeing see: @escaping @Sendable (StoreName) -> Void) -> BackupDoors {
        let (stores, identity, folder) = (stores, identity, folder)
        return BackupDoors(
            store: { (store) async throws(ReportableError) in
                see(store.name)
                guard let found = stores[store.name] else {
                    throw ReportableError(.storeFailed, "the store \(store.name) is away")
                }
                return found
            },
            runner: runner,
            scratch: { (name) throws(ReportableError) in "\(folder)/scratch/\(name)" },
            identity: { () throws(ReportableError) in identity },
            newIdentity: { () throws(ReportableError) in identity },
            keepIdentity: { _ in },
            stackFolder: { (stack) throws(ReportableError) in "\(folder)/rebuilt/\(stack)" },
            machine: "here"
        )
    }

    /// Deploys a shop that backs up its configuration by these policies, each to these stores.
    func deploy(_ policies: [String], to places: [StoreName], in yard: Dockyard) async throws(ReportableError) {
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [.app(), .edge("api")],
            backups: policies.map { name in
                BackupPolicy(
                    name: name,
                    subject: .config,
                    schedule: "0 * * * *",
                    keep: Retention(last: 2),
                    stores: places,
                    prove: "30 * * * *"
                )
            },
            stores: places.map { Store(name: $0, location: .directory("/nowhere/\($0)")) }
        )
        try await yard.carryOut(.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop")))
    }
}
