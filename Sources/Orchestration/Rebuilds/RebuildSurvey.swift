import Basics
import StackModel
import Vault

/// What a rebuild would bring back, from which sets, and what it would not. Nothing was changed to find that out.
package struct RebuildSurvey: Sendable {
    package let stack: StackID
    package let vault: StoreAddress
    package let configuration: BackupList.Row
    /// What the manifest of that set has as its digest, to be compared with one that was kept elsewhere.
    package let configurationDigest: String
    /// Empty when the data is back already.
    package let parts: [RebuildPart]
    /// What an earlier attempt has brought back, where the data is back already.
    let earlier: [RebuildPart]
    package let gaps: [RebuildGap]
    package let warnings: [String]
    /// An earlier attempt has brought everything back; only the first backups are left.
    package let isServing: Bool
    let identity: AgeIdentity
    let saved: SavedConfiguration
    /// The release as this machine would run it.
    let release: Release
    let began: Instant
    let elapsed: TimeSpan

    /// How long the data takes, by what proofs have measured; nil where one of the parts was never proven.
    package var estimate: TimeSpan? {
        let times = parts.compactMap(\.estimate)
        guard times.count == parts.count, !times.isEmpty else { return nil }
        return TimeSpan(milliseconds: times.map(\.milliseconds).reduce(0, +))
    }
}
