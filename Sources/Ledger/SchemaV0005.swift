/// Schedules: up to when the due times of a policy are settled, and which were skipped. Runs that prove sets stand beside
/// those that make them.
enum SchemaV0005 {
    static let sql = """
        ALTER TABLE backup_run ADD COLUMN kind TEXT NOT NULL DEFAULT 'backup' CHECK (kind IN ('backup', 'prove'));
        ALTER TABLE backup_run ADD COLUMN evidence TEXT;
        DROP INDEX backup_run_once;
        DROP INDEX backup_run_alone;
        CREATE UNIQUE INDEX backup_run_once ON backup_run (stack, policy, kind, due_at) WHERE due_at IS NOT NULL;
        CREATE UNIQUE INDEX backup_run_alone ON backup_run (stack, policy, kind) WHERE state = 'running';
        CREATE TABLE backup_schedule (
            stack TEXT NOT NULL REFERENCES stack (id),
            policy TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('backup', 'prove')),
            expression TEXT NOT NULL,
            settled_at INTEGER NOT NULL,
            PRIMARY KEY (stack, policy, kind)
        ) STRICT;
        CREATE TABLE backup_skip (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stack TEXT NOT NULL REFERENCES stack (id),
            policy TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('backup', 'prove')),
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count > 0),
            reason TEXT NOT NULL,
            noticed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX backup_skip_by_stack ON backup_skip (stack, id);
        CREATE TRIGGER backup_skip_is_fixed BEFORE UPDATE ON backup_skip
            BEGIN SELECT RAISE(ABORT, 'what was skipped does not change'); END;
        CREATE TRIGGER backup_skip_stays BEFORE DELETE ON backup_skip
            BEGIN SELECT RAISE(ABORT, 'what was skipped is history'); END;
        """
}
