import Basics
import FoundationEssentials
import StackModel

/// A plan in a file, between its review and its execution.
enum SavedPlan {
    static func write(_ plan: Plan, to path: String) throws(ReportableError) {
        do {
            try Data(CanonicalJSON.pretty(plan).utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw ReportableError(.fileFailed, "cannot write the plan to \(path): \(error)")
        }
    }

    static func read(_ path: String) throws(ReportableError) -> Plan {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ReportableError(.fileFailed, "cannot read the plan \(path)")
        }
        do {
            return try JSONDecoder().decode(Plan.self, from: data)
        } catch {
            throw ReportableError(
                .usage,
                "\(path) is not a plan",
                hint: "Write one with `slipway plan --out \(path)`."
            )
        }
    }
}
