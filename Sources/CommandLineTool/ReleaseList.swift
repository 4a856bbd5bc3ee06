import Basics
import StackModel

/// The releases of a stack and how they ended, as `history --releases` shows them.
struct ReleaseList: Encodable {
    struct Entry: Encodable {
        let release: Int
        let digest: Digest
        let createdAt: Instant
        let createdBy: String
        let reason: String
        let isCurrent: Bool
        /// The last operation that was to bring it; nil when that is too long ago, or never began.
        let operation: OperationOutline?
    }

    let entries: [Entry]

    /// `operations` newest first.
    init(_ releases: [Release], current: Int?, operations: [OperationOutline]) {
        entries = releases.map { release in
            Entry(
                release: release.number,
                digest: release.digest,
                createdAt: release.createdAt,
                createdBy: release.createdBy,
                reason: release.reason,
                isCurrent: release.number == current,
                operation: operations.first { $0.release == release.number && $0.purpose.activatesRelease }
            )
        }
    }

    func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }

    func text(style: TextStyle) -> String {
        var table = TextTable("RELEASE", "MADE", "WHO", "WHY", "DIGEST", "CURRENT", "ENDED")
        for entry in entries {
            table.add(
                "\(entry.release)",
                TimeText.stamp(entry.createdAt),
                entry.createdBy,
                entry.reason,
                entry.digest.short,
                entry.isCurrent ? "yes" : "-",
                entry.operation.map { OperationText.short(of: $0) } ?? "-"
            )
        }
        return table.render(style: style)
    }
}
