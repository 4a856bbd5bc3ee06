/// Runs of backup policies. One row for each due time, so that nothing runs twice; one running row for each policy.
enum SchemaV0004 {
    static let sql = """
        CREATE TABLE backup_run (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stack TEXT NOT NULL REFERENCES stack (id),
            policy TEXT NOT NULL,
            due_at INTEGER,
            state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed')),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            actor TEXT NOT NULL,
            owner TEXT NOT NULL,
            backup_set TEXT,
            failure TEXT,
            CHECK ((state = 'running') = (ended_at IS NULL)),
            CHECK ((state = 'succeeded') = (backup_set IS NOT NULL)),
            CHECK ((state = 'failed') = (failure IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX backup_run_once ON backup_run (stack, policy, due_at) WHERE due_at IS NOT NULL;
        CREATE UNIQUE INDEX backup_run_alone ON backup_run (stack, policy) WHERE state = 'running';
        CREATE INDEX backup_run_by_stack ON backup_run (stack, id);
        CREATE TRIGGER backup_run_ends_once BEFORE UPDATE ON backup_run WHEN OLD.ended_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a run that has ended does not change'); END;
        CREATE TRIGGER backup_run_stays BEFORE DELETE ON backup_run
            BEGIN SELECT RAISE(ABORT, 'a run of a backup is history'); END;
        """
}
