/// Which services a policy has brought to rest and not told to go on yet.
enum SchemaV0007 {
    static let sql = """
        CREATE TABLE rest (
            stack TEXT NOT NULL REFERENCES stack (id),
            policy TEXT NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (stack, policy)
        ) STRICT;
        """
}
