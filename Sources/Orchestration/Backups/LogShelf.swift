import Basics
import Planning
import StackModel
import Vault

/// The parts of a log that a store has: read once for a run, and told of what that adds.
struct LogShelf {
    let store: Store
    let vault: Vault
    /// But those that are known to be damaged.
    private(set) var parts: [SetManifest]
    /// Made by this run.
    private(set) var copies: [BackupReport.Copy] = []

    init(_ store: Store, _ vault: Vault, _ series: SetSeries) async throws(ReportableError) {
        self.store = store
        self.vault = vault
        parts = try await vault.catalogue(of: series).entries.filter { $0.damaged == nil }.map(\.manifest)
    }

    var logs: [LogSet] { parts.compactMap { LogSet($0) } }

    mutating func add(_ manifest: SetManifest) {
        parts.append(manifest)
        copies.append(BackupReport.Copy(store.name, manifest))
    }
}

/// What tells a part of a log from the others, wherever it is stored.
struct LogPart: Hashable {
    private let words: [String?]

    init(_ manifest: SetManifest) {
        let keys = [LogFacts.lineage, LogFacts.first, LogFacts.last, LogFacts.idle, LogFacts.from, LogFacts.to]
        words = keys.map { manifest.identity[$0] } + [manifest.captured.description]
    }
}
