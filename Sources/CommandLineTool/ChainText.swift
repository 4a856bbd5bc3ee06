import Basics
import Ledger

/// What recomputing the audit chain showed, in words.
enum ChainText {
    /// Throws `ledgerFailed` with everything that does not hold, the first of it in the sentence.
    static func verdict(on report: ChainReport) throws(ReportableError) -> String {
        guard let first = report.faults.first else {
            let events = "\(report.length) event\(report.length == 1 ? "" : "s")"
            return "the history is intact: \(events)" + (report.head.map { ", the last one \($0)" } ?? "")
        }
        throw ReportableError(
            .ledgerFailed,
            "the history is not what was recorded: \(first.message)",
            hint: "Compare the ledger with a copy of it from before, and see who can write to it.",
            details: report.faults.dropFirst().map(\.message)
        )
    }
}
