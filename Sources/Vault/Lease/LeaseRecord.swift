import Basics
import Interfaces

/// Who writes to a vault, so that another one can say it, and find out whether they still live.
package struct LeaseHolder: Hashable, Sendable, Codable {
    package let machine: String
    /// What tells the process from every other that the machine has had.
    package let process: String
    /// What it does: `backup redis-hourly of shop/local`.
    package let purpose: String

    package init(machine: String, process: String, purpose: String) {
        self.machine = machine
        self.process = process
        self.purpose = purpose
    }
}

/// `lease.json`.
struct LeaseRecord: Hashable, Sendable, Codable {
    /// The generations that a record can have; the next one must have a number, too.
    static let generations = 1..<(1 << 52)

    let format: Int
    /// Grows by one whenever the lease is taken.
    let generation: Int
    /// nil once it was given back.
    let holder: LeaseHolder?
    /// Random: tells this taking of the lease from every other, whatever became of the numbers.
    let token: String
    let expires: VaultTime

    init(generation: Int, holder: LeaseHolder?, token: String, expires: VaultTime) {
        self.format = VaultFile.format
        self.generation = generation
        self.holder = holder
        self.token = token
        self.expires = expires
    }

    /// nil for what is no record: it binds nobody.
    static func decode(_ bytes: [UInt8]) throws(ReportableError) -> LeaseRecord? {
        do throws(ReportableError) {
            let record = try VaultFile.decode(LeaseRecord.self, from: bytes, of: VaultLayout.lease.text)
            return generations.contains(record.generation) ? record : nil
        } catch  where error.code == .vaultDamaged {
            return nil
        }
    }
}
