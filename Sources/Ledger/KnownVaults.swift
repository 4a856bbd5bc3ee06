import GRDB
import StackModel

/// The table of the vaults that stores were seen to hold. By place and not by stack: whoever backs up to a place means the
/// same vault.
struct KnownVaults {
    let database: Database

    func vault(at place: String) throws -> String? {
        try String.fetchOne(database, sql: "SELECT vault FROM known_vault WHERE place = ?", arguments: [place])
    }

    func remember(_ vault: String, at place: String, seen now: Instant) throws {
        try database.execute(
            sql: """
                INSERT INTO known_vault (place, vault, seen_at) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET vault = excluded.vault, seen_at = excluded.seen_at
                """,
            arguments: [place, vault, now.milliseconds]
        )
    }
}
