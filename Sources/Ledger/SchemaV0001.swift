/// The first schema. Times are milliseconds since 1970-01-01 UTC; stacks are named `shop/local`; documents are
/// canonical JSON, which is not checked here: with an untrusted schema SQLite 3.40 refuses `json_valid` in a CHECK.
/// Of the words that the CHECKs allow for states, `planned`, `quarantined` and `skipped` are not in use.
/// Append-only tables are guarded by triggers, so that a slip in our own code can't rewrite history.
enum SchemaV0001 {
    static let sql = stacks + releases + operations + events + secrets

    private static let stacks = """
        CREATE TABLE stack (
            id TEXT NOT NULL PRIMARY KEY,
            epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0),
            current_release INTEGER,
            is_stopped INTEGER NOT NULL DEFAULT 0 CHECK (is_stopped IN (0, 1)),
            FOREIGN KEY (id, current_release) REFERENCES release (stack, number)
        ) STRICT;

        """

    private static let releases = """
        CREATE TABLE release (
            stack TEXT NOT NULL REFERENCES stack (id),
            number INTEGER NOT NULL CHECK (number > 0),
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            contents TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (stack, number)
        ) STRICT;
        CREATE TRIGGER release_keeps BEFORE UPDATE ON release
            BEGIN SELECT RAISE(ABORT, 'a release is immutable'); END;
        CREATE TRIGGER release_stays BEFORE DELETE ON release
            BEGIN SELECT RAISE(ABORT, 'a release is immutable'); END;

        CREATE TABLE activation (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stack TEXT NOT NULL,
            release INTEGER NOT NULL,
            operation INTEGER NOT NULL REFERENCES operation (id),
            at INTEGER NOT NULL,
            FOREIGN KEY (stack, release) REFERENCES release (stack, number)
        ) STRICT;
        CREATE INDEX activation_by_stack ON activation (stack, id);
        CREATE TRIGGER activation_keeps BEFORE UPDATE ON activation
            BEGIN SELECT RAISE(ABORT, 'an activation is immutable'); END;
        CREATE TRIGGER activation_stays BEFORE DELETE ON activation
            BEGIN SELECT RAISE(ABORT, 'an activation is immutable'); END;

        """

    private static let operations = """
        CREATE TABLE operation (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stack TEXT NOT NULL REFERENCES stack (id),
            plan TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('planned', 'running', 'succeeded', 'failed', 'interrupted', 'crashed', 'quarantined')),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            actor TEXT NOT NULL,
            owner TEXT NOT NULL,
            reason TEXT NOT NULL,
            failure TEXT,
            CHECK ((state IN ('planned', 'running')) = (ended_at IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX operation_active ON operation (stack) WHERE state IN ('planned', 'running');
        CREATE INDEX operation_by_stack ON operation (stack, id);
        CREATE TRIGGER operation_ends_once BEFORE UPDATE ON operation WHEN OLD.ended_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'an operation that has ended does not change'); END;
        CREATE TRIGGER operation_keeps_its_plan BEFORE UPDATE OF id, stack, plan, started_at, actor, reason ON operation
            BEGIN SELECT RAISE(ABORT, 'the plan of an operation does not change'); END;

        CREATE TABLE step (
            operation INTEGER NOT NULL REFERENCES operation (id),
            number INTEGER NOT NULL CHECK (number > 0),
            key TEXT NOT NULL CHECK (length(key) = 64),
            state TEXT NOT NULL CHECK (state IN ('pending', 'begun', 'succeeded', 'failed', 'skipped')),
            began_at INTEGER,
            ended_at INTEGER,
            failure TEXT,
            PRIMARY KEY (operation, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX step_by_key ON step (key, operation);

        """

    private static let events = """
        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            body TEXT NOT NULL,
            previous TEXT NOT NULL CHECK (length(previous) = 64),
            hash TEXT NOT NULL CHECK (length(hash) = 64)
        ) STRICT;
        CREATE TRIGGER event_keeps BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'an event is immutable'); END;
        CREATE TRIGGER event_stays BEFORE DELETE ON event
            BEGIN SELECT RAISE(ABORT, 'an event is immutable'); END;

        """

    private static let secrets = """
        CREATE TABLE sealing (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            key_check TEXT NOT NULL CHECK (length(key_check) = 64)
        ) STRICT;

        CREATE TABLE secret_version (
            stack TEXT NOT NULL REFERENCES stack (id),
            name TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version > 0),
            label TEXT NOT NULL CHECK (label IN ('pending', 'current', 'previous', 'retired')),
            user TEXT,
            sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (stack, name, version)
        ) STRICT;
        CREATE UNIQUE INDEX secret_pending ON secret_version (stack, name) WHERE label = 'pending';
        CREATE UNIQUE INDEX secret_current ON secret_version (stack, name) WHERE label = 'current';
        CREATE UNIQUE INDEX secret_previous ON secret_version (stack, name) WHERE label = 'previous';
        CREATE TRIGGER secret_version_keeps BEFORE UPDATE OF stack, name, version, user, sealed, created_at
            ON secret_version BEGIN SELECT RAISE(ABORT, 'only the label of a secret version changes'); END;
        CREATE TRIGGER secret_version_stays BEFORE DELETE ON secret_version
            BEGIN SELECT RAISE(ABORT, 'a release may need any version of a secret'); END;

        """
}
