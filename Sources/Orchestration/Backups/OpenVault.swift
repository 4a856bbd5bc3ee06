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

    /// The vault in a store. Throws `notFound` when there is none and `making` is false.
    func find(_ store: Store, making: Bool = false) async throws(ReportableError) -> Vault {
        let blobs = try await doors.store(store)
        do throws(ReportableError) {
            return try await Vault.open(blobs)
        } catch {
            guard making, error.code == .notFound else { throw error.during("the store \(store.name)") }
        }
        return try await Vault.create(in: blobs, recipients: try recipients(), now: dependencies.now())
    }

    /// Who is to read what is backed up here: no store is asked for that.
    func recipients() throws(ReportableError) -> [String] {
        guard let recipient = try doors.identity().recipient else {
            throw ReportableError(.broken, "the identity of this machine has no recipient")
        }
        return [recipient.description]
    }

    /// nil where there is no vault yet.
    func findAny(_ store: Store) async throws(ReportableError) -> Vault? {
        do throws(ReportableError) {
            return try await find(store)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Runs some work with the vault's lease, which ends with it.
    func holding<Value: Sendable>(
        _ vault: Vault,
        for purpose: String,
        _ work: (VaultLease) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let (machine, isAlive) = (doors.machine, dependencies.isAlive)
        let lease = try await vault.takeLease(
            as: LeaseHolder(machine: machine, process: CanonicalJSON.text(dependencies.owner), purpose: purpose),
            for: Self.term,
            now: dependencies.now(),
            isGone: { holder in
                guard holder.machine == machine,
                    let owner = try? CanonicalJSON.decode(OwnerID.self, from: holder.process)
                else { return false }
                return !isAlive(owner)
            }
        )
        do throws(ReportableError) {
            let value = try await work(lease)
            try? await lease.release()
            return value
        } catch {
            try? await lease.release()
            throw error
        }
    }
}
