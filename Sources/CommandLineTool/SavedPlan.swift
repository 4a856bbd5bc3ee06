import Basics
import FoundationEssentials
import StackModel

#if canImport(Glibc)
    import Glibc
#endif

/// A plan in a file, between its review and its execution.
enum SavedPlan {
    static func write(_ plan: Plan, to path: String) throws(ReportableError) {
        do {
            try SmallFile.write(CanonicalJSON.pretty(plan), to: path, flags: O_TRUNC, mode: 0o600)
        } catch {
            throw ReportableError(.fileFailed, "cannot write the plan to \(path): \(error)")
        }
    }

    /// Room for a plan of ten thousand replicas.
    private static let limit = ByteCount(bytes: 64 << 20)

    static func read(_ path: String) throws(ReportableError) -> Plan {
        let bytes: [UInt8]
        do throws(SmallFile.Failure) {
            bytes = try SmallFile.read(path, atMost: limit)
        } catch {
            throw ReportableError(.usage, "cannot read the plan \(path): \(error)")
        }
        do {
            return try JSONDecoder().decode(Plan.self, from: Data(bytes))
        } catch {
            throw ReportableError(
                .usage,
                "\(path) is not a plan",
                hint: "Write one with `slipway plan --out \(path)`."
            )
        }
    }
}
