import Basics
import StackModel

/// What came back, how old it is, how long it took, and what did not come back.
package struct RebuildReport: Hashable, Sendable, Codable {
    package let stack: StackID
    package let vault: String
    /// The release that serves now.
    package let release: Int
    package let parts: [RebuiltPart]
    package let steps: [RebuildStep]
    /// From the first look at the vault until everything was served, without what a person took to answer.
    package let recoveryTime: TimeSpan
    /// The same with the first backups.
    package let total: TimeSpan
    package let backups: [BackupReport]
    package let gaps: [RebuildGap]
    /// First backups that were not made.
    package let failures: [ReportableError]
    /// The spec and the sources, to deploy from.
    package let folder: String

    /// Everything that was backed up is back, and is backed up again.
    package var isWhole: Bool { failures.isEmpty && !gaps.contains(where: \.isLoss) }
}
