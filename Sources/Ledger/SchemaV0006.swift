/// Which vault each store was seen to hold, so that a store that has lost it is not taken for a new one.
enum SchemaV0006 {
    static let sql = """
        CREATE TABLE known_vault (
            place TEXT NOT NULL PRIMARY KEY,
            vault TEXT NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """
}
