import Basics
import Interfaces
import StackModel
import Vault

/// A vault of a store, made where there is none, and the right to write to it for as long as some work takes.
struct OpenVault {
    let dependencies: Dependencies
    let doors: BackupDoors

    /// How long a lease lasts that nobody renews: what a killed process holds others up for, where they cannot see that it
    /// is gone.
    private static let term = TimeSpan.seconds(120)
    private static let renewal = Duration.seconds(20)

    /// The vault in a store, made where there is none. Throws `needsDecision` when the store held another one, unless
    /// `acceptingNew`: a person has said that a new one is to be begun, or the one that is there taken.
    func findOrMake(_ store: Store, acceptingNew: Bool = false) async throws(ReportableError) -> Vault {
        let blobs = try await doors.store(store)
        let known = try await KnownVault(of: store, in: dependencies.ledger)
        let there = try await open(blobs, of: store)
        if !acceptingNew { try known.check(there?.description.id) }
        let vault: Vault
        if let there { vault = there } else { vault = try await make(in: blobs, of: store) }
        try await known.remember(vault.description.id, at: dependencies.now())
        return vault
    }

    /// nil where there is no vault yet. Throws `needsDecision` when the store held one, and it is not there.
    func findAny(_ store: Store) async throws(ReportableError) -> Vault? {
        let known = try await KnownVault(of: store, in: dependencies.ledger)
        let there = try await open(try await doors.store(store), of: store)
        try known.check(there?.description.id)
        if let there { try await known.remember(there.description.id, at: dependencies.now()) }
        return there
    }

    /// nil when there is none.
    private func open(_ blobs: any BlobStore, of store: Store) async throws(ReportableError) -> Vault? {
        do throws(ReportableError) {
            return try await Vault.open(blobs)
        } catch {
            guard error.code == .notFound else { throw error.during("the store \(store.name)") }
            return nil
        }
    }

    private func make(in blobs: any BlobStore, of store: Store) async throws(ReportableError) -> Vault {
        let recipients = try Self.recipients(of: try doors.newIdentity())
        do throws(ReportableError) {
            return try await Vault.create(in: blobs, recipients: recipients, now: dependencies.now())
        } catch {
            // Policies that are due together come to a new store together.
            guard error.code == .storeConflict, let made = try await open(blobs, of: store) else { throw error }
            return made
        }
    }

    /// Who is to read what is backed up here: no store is asked for that.
    func recipients() throws(ReportableError) -> [String] { try Self.recipients(of: try doors.identity()) }

    private static func recipients(of identity: AgeIdentity) throws(ReportableError) -> [String] {
        guard let recipient = identity.recipient else {
            throw ReportableError(.broken, "the identity of this machine has no recipient")
        }
        return [recipient.description]
    }

    /// Runs some work with the vault's lease, which is kept for as long as the work takes and ends with it. Waits for whoever
    /// has it: one vault has many policies, and they come due together.
    func holding<Value: Sendable>(
        _ vault: Vault,
        for purpose: String,
        _ work: (VaultLease) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let lease = try await take(vault, for: purpose)
        let now = dependencies.now
        let renewal = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.renewal)
                // Who has lost it finds out at the next write.
                if !Task.isCancelled { try? await lease.renewIfDue(now: now()) }
            }
        }
        let result: Result<Value, ReportableError>
        do throws(ReportableError) {
            result = .success(try await work(lease))
        } catch {
            result = .failure(error)
        }
        renewal.cancel()
        await renewal.value
        // Also where this task was cancelled: nobody is to wait for what has ended.
        await Task.detached { try? await lease.release() }.value
        return try result.get()
    }

    private func take(_ vault: Vault, for purpose: String) async throws(ReportableError) -> VaultLease {
        let holder = LeaseHolder(
            machine: doors.machine,
            process: CanonicalJSON.text(dependencies.owner),
            purpose: purpose
        )
        let (began, machine, isAlive) = (dependencies.now(), doors.machine, dependencies.isAlive)
        var isTold = false
        while true {
            do throws(ReportableError) {
                return try await vault.takeLease(as: holder, for: Self.term, now: dependencies.now()) { holder in
                    guard holder.machine == machine,
                        let owner = try? CanonicalJSON.decode(OwnerID.self, from: holder.process)
                    else { return false }
                    return !isAlive(owner)
                }
            } catch {
                let hasPatience = began.elapsed(until: dependencies.now()) < doors.patience
                guard error.code == .storeConflict, hasPatience, !Task.isCancelled else { throw error }
                if !isTold { doors.tell("\(purpose) waits: \(error.message)") }
                isTold = true
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
