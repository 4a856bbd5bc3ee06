CREATE TABLE activation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stack TEXT NOT NULL,
    release INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (id),
    at INTEGER NOT NULL,
    FOREIGN KEY (stack, release) REFERENCES release (stack, number)
) STRICT;
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
    failure TEXT, kind TEXT NOT NULL DEFAULT 'backup' CHECK (kind IN ('backup', 'prove')), evidence TEXT,
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK ((state = 'succeeded') = (backup_set IS NOT NULL)),
    CHECK ((state = 'failed') = (failure IS NOT NULL))
) STRICT;
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
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
CREATE TABLE known_vault (
    place TEXT NOT NULL PRIMARY KEY,
    vault TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
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
CREATE TABLE release (
    stack TEXT NOT NULL REFERENCES stack (id),
    number INTEGER NOT NULL CHECK (number > 0),
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    contents TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    reason TEXT NOT NULL, outline TEXT,
    PRIMARY KEY (stack, number)
) STRICT;
CREATE TABLE rest (
    stack TEXT NOT NULL REFERENCES stack (id),
    policy TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (stack, policy)
) STRICT;
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
CREATE TABLE stack (
    id TEXT NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    current_release INTEGER,
    FOREIGN KEY (id, current_release) REFERENCES release (stack, number)
) STRICT;
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
CREATE TABLE stopped_service (
    stack TEXT NOT NULL REFERENCES stack (id),
    service TEXT NOT NULL,
    PRIMARY KEY (stack, service)
) STRICT, WITHOUT ROWID;
INSERT INTO activation VALUES (1, 'shop/local', 1, 1, 1700000003000);
INSERT INTO event VALUES (1, '{"at":1700000000000,"fact":{"releaseRecorded":{"by":"ada@host","digest":"521fb9252448e04fa292c5c6d1db6080f17c99cd2712bd097dcaf1047d35ff8f","number":1}},"number":1,"stack":"shop/local"}', '0000000000000000000000000000000000000000000000000000000000000000', '5a7473b71be8580641b25876aae5e49a1fe141de5892bcd6bf9f4112bc198460');
INSERT INTO event VALUES (10, '{"at":1700000002000,"fact":{"stepEnded":{"operation":1,"state":"succeeded","step":2}},"number":10,"stack":"shop/local"}', 'dfb2fa869cba033dcd118d3e0c22c734a9f3458d4ad975ec890df7337f3c1625', '549bd4bf629dbf4e1c01c9b1a41fdf50f40af9c44abac407d1ec28ca21314008');
INSERT INTO event VALUES (11, '{"at":1700000003000,"fact":{"releaseActivated":{"number":1,"operation":1}},"number":11,"stack":"shop/local"}', '549bd4bf629dbf4e1c01c9b1a41fdf50f40af9c44abac407d1ec28ca21314008', 'b61071adf5cf88d18b0d944bd63ee3acf8f7a5019955c6835c8d3a05b8e59f6c');
INSERT INTO event VALUES (12, '{"at":1700000003000,"fact":{"operationEnded":{"operation":1,"state":"succeeded"}},"number":12,"stack":"shop/local"}', 'b61071adf5cf88d18b0d944bd63ee3acf8f7a5019955c6835c8d3a05b8e59f6c', '7ccbf6389812006630c7cbbed7669fd3bed74cd8373055302b0ee18d80aa8fbd');
INSERT INTO event VALUES (13, '{"at":1700000000000,"fact":{"operationBegan":{"by":"ada@host","epoch":2,"operation":2,"plan":"f79b0193d0e076d0478c8318eb56514b4bbef78a0586c74c942c3102a4167fb5","purpose":"deploy","release":1}},"number":13,"stack":"shop/local"}', '7ccbf6389812006630c7cbbed7669fd3bed74cd8373055302b0ee18d80aa8fbd', 'dddee5dea72a231bbddfd3d15894a16ee4d440b5b9644b69db6f6887bc000398');
INSERT INTO event VALUES (14, '{"at":1700000001000,"fact":{"stepBegan":{"operation":2,"step":1}},"number":14,"stack":"shop/local"}', 'dddee5dea72a231bbddfd3d15894a16ee4d440b5b9644b69db6f6887bc000398', 'c34182f71b976f8039f4d6d80aa28f6eb26fabce90936503d39637c44c07419a');
INSERT INTO event VALUES (15, '{"at":1700000002000,"fact":{"operationTakenOver":{"epoch":3,"operation":2,"owner":{"bootID":"boot","processID":4711,"startTicks":12}}},"number":15,"stack":"shop/local"}', 'c34182f71b976f8039f4d6d80aa28f6eb26fabce90936503d39637c44c07419a', '41867487f1318cec497c0699f9ce91015c3bf5aa348da16a1282cab876afda79');
INSERT INTO event VALUES (16, '{"at":1700000003000,"fact":{"operationEnded":{"operation":2,"state":"crashed"}},"number":16,"stack":"shop/local"}', '41867487f1318cec497c0699f9ce91015c3bf5aa348da16a1282cab876afda79', '1fccbc728f03a7e290f6078dfbe29a0a719b3ba093f1356839a0d1e15118a352');
INSERT INTO event VALUES (2, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"redis-app","version":1}},"number":2,"stack":"shop/local"}', '5a7473b71be8580641b25876aae5e49a1fe141de5892bcd6bf9f4112bc198460', 'f46993dbf67fc501c23472a52d1920b91b1d03eb292f77ed1f4834971a185266');
INSERT INTO event VALUES (3, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"postgres-app","version":1}},"number":3,"stack":"shop/local"}', 'f46993dbf67fc501c23472a52d1920b91b1d03eb292f77ed1f4834971a185266', 'b81df123bd6abe74341fcb00b985937aae7496de4592d3e7dbef6b79d2345af0');
INSERT INTO event VALUES (4, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"jwt","version":1}},"number":4,"stack":"shop/local"}', 'b81df123bd6abe74341fcb00b985937aae7496de4592d3e7dbef6b79d2345af0', 'f0a5e888307644a957b4efba325357d7c8a2f30c555fcad846c20c22e0c2a124');
INSERT INTO event VALUES (5, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"stripe","version":1}},"number":5,"stack":"shop/local"}', 'f0a5e888307644a957b4efba325357d7c8a2f30c555fcad846c20c22e0c2a124', 'ad580dd6b3e733b5805ff8154f454e35db425d4097f9f4354c6a7ce415ecb921');
INSERT INTO event VALUES (6, '{"at":1700000000000,"fact":{"operationBegan":{"by":"ada@host","epoch":1,"operation":1,"plan":"f79b0193d0e076d0478c8318eb56514b4bbef78a0586c74c942c3102a4167fb5","purpose":"deploy","release":1}},"number":6,"stack":"shop/local"}', 'ad580dd6b3e733b5805ff8154f454e35db425d4097f9f4354c6a7ce415ecb921', 'e20e23258ec0df684f9008b183e22378fd3ae08a237fbea82a23919ad96b2f0d');
INSERT INTO event VALUES (7, '{"at":1700000001000,"fact":{"stepBegan":{"operation":1,"step":1}},"number":7,"stack":"shop/local"}', 'e20e23258ec0df684f9008b183e22378fd3ae08a237fbea82a23919ad96b2f0d', 'f57d504750e1e0a2ca8592cfdaf276ebefd9d7858cc209b2d67ab032bbf4689d');
INSERT INTO event VALUES (8, '{"at":1700000002000,"fact":{"stepEnded":{"operation":1,"state":"succeeded","step":1}},"number":8,"stack":"shop/local"}', 'f57d504750e1e0a2ca8592cfdaf276ebefd9d7858cc209b2d67ab032bbf4689d', '7358b2dad6d98b6b3350951d8e0fa35f5d218bbe3872f06fb90b80c8bd4ecc98');
INSERT INTO event VALUES (9, '{"at":1700000001000,"fact":{"stepBegan":{"operation":1,"step":2}},"number":9,"stack":"shop/local"}', '7358b2dad6d98b6b3350951d8e0fa35f5d218bbe3872f06fb90b80c8bd4ecc98', 'dfb2fa869cba033dcd118d3e0c22c734a9f3458d4ad975ec890df7337f3c1625');
INSERT INTO grdb_migrations VALUES ('v0001-releases-operations-secrets');
INSERT INTO grdb_migrations VALUES ('v0002-release-outlines');
INSERT INTO grdb_migrations VALUES ('v0003-stopped-services');
INSERT INTO grdb_migrations VALUES ('v0004-backup-runs');
INSERT INTO grdb_migrations VALUES ('v0005-backup-schedules');
INSERT INTO grdb_migrations VALUES ('v0006-known-vaults');
INSERT INTO grdb_migrations VALUES ('v0007-rests');
INSERT INTO operation VALUES (1, 'shop/local', '{"basis":"486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7","purpose":"deploy","release":1,"releaseDigest":"a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829","stack":"shop/local","steps":[{"action":{"action":"startReplica","replica":"api-1","revision":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078"},"after":[],"cause":"api-1 is missing","isPivot":false,"number":1},{"action":{"action":"admit","replica":"api-1"},"after":[1],"cause":"api-1 is new","isPivot":false,"number":2}],"warnings":[]}', 'succeeded', 1700000000000, 1700000003000, 'ada@host', '{"bootID":"boot","processID":4711,"startTicks":12}', 'deploy', NULL);
INSERT INTO operation VALUES (2, 'shop/local', '{"basis":"486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7","purpose":"deploy","release":1,"releaseDigest":"a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829","stack":"shop/local","steps":[{"action":{"action":"startReplica","replica":"api-1","revision":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078"},"after":[],"cause":"api-1 is missing","isPivot":false,"number":1},{"action":{"action":"admit","replica":"api-1"},"after":[1],"cause":"api-1 is new","isPivot":false,"number":2}],"warnings":[]}', 'crashed', 1700000000000, 1700000003000, 'ada@host', '{"bootID":"boot","processID":4711,"startTicks":12}', 'deploy', NULL);
INSERT INTO release VALUES ('shop/local', 1, '521fb9252448e04fa292c5c6d1db6080f17c99cd2712bd097dcaf1047d35ff8f', '{"addresses":{"api":{"host":"127.0.0.1","port":8000}},"secrets":{"api-key":1},"spec":"one","stack":{"backups":[],"engine":"process","environment":"local","name":"shop","secrets":[],"services":[{"dependsOn":[],"kind":{"app":{"_0":{"command":[{"segments":[{"literal":{"_0":"serve"}}]},{"segments":[{"port":{}}]}],"env":{},"health":{"interval":"2s","timeout":"1s"},"migrates":false,"port":8000}}},"name":"api","optional":false,"replicas":2,"resources":{},"rollout":{"deadline":"2m","drain":"15s","healthyFor":"3s","maxSurge":"1","maxUnavailable":"0","onFailure":"rollback","strategy":"rolling"}}],"stores":[]},"templates":{"api":{"command":[{"segments":[{"literal":{"_0":"serve"}}]}],"environment":{},"files":[],"kind":"app","limits":{},"port":{"none":{}},"probe":{"running":{}},"probeTiming":{"interval":"2s","timeout":"1s"},"secrets":{},"service":"api","stop":{"grace":"15s","signal":"TERM"},"user":{"dedicated":{}}}}}', 1700000000000, 'ada@host', 'deploy', '{"createdAt":1700000000000,"createdBy":"ada@host","digest":"521fb9252448e04fa292c5c6d1db6080f17c99cd2712bd097dcaf1047d35ff8f","engine":"process","number":1,"services":[{"address":{"host":"127.0.0.1","port":8000},"isRouted":false,"kind":"app","name":"api","replicas":2,"revision":"2fe37f9ff88efd10e064c4618290250f3ef2ea0e647abd2b67de9682eb3a55c3"}]}');
INSERT INTO sealing VALUES (1, '4b9bbd2243f30d00dfe4724812a9810b8e585e952c65a1462848e27131679351');
INSERT INTO secret_version VALUES ('shop/local', 'jwt', 1, 'current', NULL, X'BFFF5B4F6DFF9C35AEB6ABF4B12074DE917365AFEC6A7D4742634C42FFAC16DADD7041FE9430DD213ECC33AABAFB6393D9196C182E86CCFCEF46F2189979DF3475EB1D358000AA', 1700000000000);
INSERT INTO secret_version VALUES ('shop/local', 'postgres-app', 1, 'current', 'postgres_app_a', X'6C21D53DB612558C95A02261DE209ABF8E95FACB16F702D2D1088CC93227D2F26CE4925F3A39B9D612F34253A2EE8F0E120B7D36A6A4D7D5C32A05B65E6F383F14C92F3E880827', 1700000000000);
INSERT INTO secret_version VALUES ('shop/local', 'redis-app', 1, 'current', 'redis_app_a', X'F72966F0F0616B864331A4C36CEF9242DFD54C316AC7DF2A62DC214F0FD530D4F59E4FD71A34C92BBF40274813998C8D1D8BE50074208325EAF947D9FCA22B3C5D4BC0E67C74F0', 1700000000000);
INSERT INTO secret_version VALUES ('shop/local', 'stripe', 1, 'current', NULL, X'161F8CC5B11E4EC99FF13D731BBCC34602A04BD592B6F554F9530C6B50CB3F3E4C04C8CB0B16A5A3AE009BB026D3A085DF64', 1700000000000);
INSERT INTO sqlite_sequence VALUES ('activation', 1);
INSERT INTO sqlite_sequence VALUES ('event', 16);
INSERT INTO sqlite_sequence VALUES ('operation', 2);
INSERT INTO stack VALUES ('shop/local', 3, 1);
INSERT INTO step VALUES (1, 1, 'd00f40c348345f30fd81cea1d1ec0537bde182e06f28b5f7844c9b5c1b022b24', 'succeeded', 1700000001000, 1700000002000, NULL);
INSERT INTO step VALUES (1, 2, 'e2d7dbc84c3484e12b6ca7f3ef1fc1b3d2201debc84373237203ecae409fedd5', 'succeeded', 1700000001000, 1700000002000, NULL);
INSERT INTO step VALUES (2, 1, 'd00f40c348345f30fd81cea1d1ec0537bde182e06f28b5f7844c9b5c1b022b24', 'begun', 1700000001000, NULL, NULL);
INSERT INTO step VALUES (2, 2, 'e2d7dbc84c3484e12b6ca7f3ef1fc1b3d2201debc84373237203ecae409fedd5', 'pending', NULL, NULL, NULL);
CREATE INDEX activation_by_stack ON activation (stack, id);
CREATE UNIQUE INDEX backup_run_alone ON backup_run (stack, policy, kind) WHERE state = 'running';
CREATE INDEX backup_run_by_stack ON backup_run (stack, id);
CREATE UNIQUE INDEX backup_run_once ON backup_run (stack, policy, kind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX backup_skip_by_stack ON backup_skip (stack, id);
CREATE UNIQUE INDEX operation_active ON operation (stack) WHERE state IN ('planned', 'running');
CREATE INDEX operation_by_stack ON operation (stack, id);
CREATE UNIQUE INDEX secret_current ON secret_version (stack, name) WHERE label = 'current';
CREATE UNIQUE INDEX secret_pending ON secret_version (stack, name) WHERE label = 'pending';
CREATE UNIQUE INDEX secret_previous ON secret_version (stack, name) WHERE label = 'previous';
CREATE INDEX step_by_key ON step (key, operation);
CREATE TRIGGER activation_keeps BEFORE UPDATE ON activation
    BEGIN SELECT RAISE(ABORT, 'an activation is immutable'); END;
CREATE TRIGGER activation_stays BEFORE DELETE ON activation
    BEGIN SELECT RAISE(ABORT, 'an activation is immutable'); END;
CREATE TRIGGER backup_run_ends_once BEFORE UPDATE ON backup_run WHEN OLD.ended_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a run that has ended does not change'); END;
CREATE TRIGGER backup_run_stays BEFORE DELETE ON backup_run
    BEGIN SELECT RAISE(ABORT, 'a run of a backup is history'); END;
CREATE TRIGGER backup_skip_is_fixed BEFORE UPDATE ON backup_skip
    BEGIN SELECT RAISE(ABORT, 'what was skipped does not change'); END;
CREATE TRIGGER backup_skip_stays BEFORE DELETE ON backup_skip
    BEGIN SELECT RAISE(ABORT, 'what was skipped is history'); END;
CREATE TRIGGER event_keeps BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is immutable'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is immutable'); END;
CREATE TRIGGER operation_ends_once BEFORE UPDATE ON operation WHEN OLD.ended_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'an operation that has ended does not change'); END;
CREATE TRIGGER operation_keeps_its_plan BEFORE UPDATE OF id, stack, plan, started_at, actor, reason ON operation
    BEGIN SELECT RAISE(ABORT, 'the plan of an operation does not change'); END;
CREATE TRIGGER release_keeps BEFORE UPDATE ON release
    BEGIN SELECT RAISE(ABORT, 'a release is immutable'); END;
CREATE TRIGGER release_stays BEFORE DELETE ON release
    BEGIN SELECT RAISE(ABORT, 'a release is immutable'); END;
CREATE TRIGGER secret_version_keeps BEFORE UPDATE OF stack, name, version, user, sealed, created_at
    ON secret_version BEGIN SELECT RAISE(ABORT, 'only the label of a secret version changes'); END;
CREATE TRIGGER secret_version_stays BEFORE DELETE ON secret_version
    BEGIN SELECT RAISE(ABORT, 'a release may need any version of a secret'); END;
PRAGMA application_id = 1399613808;
PRAGMA user_version = 7;
