import Basics
import StackModel
import Vault

extension Vault {
    /// Reads and hashes what is stored of a set, and has its marks say what was found.
    func verifyMarking(_ set: SetID, at now: Instant) async throws(ReportableError) -> SetVerdict {
        let found = try await verify(set)
        try await mark(found, of: set, at: now)
        return found
    }

    func mark(_ found: SetVerdict, of set: SetID, at now: Instant) async throws(ReportableError) {
        if found.isSound {
            try await mark(set, .verified, evidence: ["bytes": "\(found.size)"], at: now)
        } else {
            try await markDamaged(set, evidence: ["flaws": "\(found.flaws.count)"], at: now)
        }
    }
}
