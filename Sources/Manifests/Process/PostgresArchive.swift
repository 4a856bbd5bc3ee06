import StackModel

/// What a Postgres needs whose log is backed up: each segment of it is laid beside the cluster when it is full, from where
/// a backup takes it.
enum PostgresArchive {
    /// What came whole and synced has its own name; a segment that is there already must be the same. The server waits, and
    /// keeps its own, for as long as this fails. It works in the directory of its cluster.
    private static let command: Template = """
        archive_command = 'mkdir -p ../wal && if test -e ../wal/%f; then cmp -s %p ../wal/%f; \
        else cp %p ../wal/.%f && sync ../wal/.%f && mv ../wal/.%f ../wal/%f && sync ../wal; fi'
        """

    static let settings: [Template] = [
        "wal_level = replica",
        "archive_mode = on",
        command,
        // What is written while the cluster is copied has to be there still when the copy ends.
        "wal_keep_size = 1GB",
    ]

    /// The superuser may copy the cluster, too.
    static let access: Template = "local replication postgres peer map=slipway"
}
