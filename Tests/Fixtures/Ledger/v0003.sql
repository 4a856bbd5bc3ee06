CREATE TABLE activation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stack TEXT NOT NULL,
    release INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (id),
    at INTEGER NOT NULL,
    FOREIGN KEY (stack, release) REFERENCES release (stack, number)
) STRICT;
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
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
INSERT INTO event VALUES (10, '{"at":1700000002000,"fact":{"stepEnded":{"operation":1,"state":"succeeded","step":2}},"number":10,"stack":"shop/local"}', '430aaa36b5bb40170fcfb9942e7a87b42d4bea44ba88fca934d3c12e81a017bb', '5de8092e69ba387ba0eacedfe8f83dd1aa373bbf94706b6bbe9ec47bae9e3bc8');
INSERT INTO event VALUES (11, '{"at":1700000003000,"fact":{"releaseActivated":{"number":1,"operation":1}},"number":11,"stack":"shop/local"}', '5de8092e69ba387ba0eacedfe8f83dd1aa373bbf94706b6bbe9ec47bae9e3bc8', '4e8aaadf1f200451e0d4b46ac2f0bc941e967a2a5b48526541f5e5bc9081c22b');
INSERT INTO event VALUES (12, '{"at":1700000003000,"fact":{"operationEnded":{"operation":1,"state":"succeeded"}},"number":12,"stack":"shop/local"}', '4e8aaadf1f200451e0d4b46ac2f0bc941e967a2a5b48526541f5e5bc9081c22b', '0b9869a20159eebe1f283f681fe8a46ebba7942de1d0511f10c3773c5fb2e5d9');
INSERT INTO event VALUES (13, '{"at":1700000000000,"fact":{"operationBegan":{"by":"ada@host","epoch":2,"operation":2,"plan":"b90711b7317300d8f84fc8d11c2ea8f8e5896ff58f8766ef6d67d16f2cc793f8","purpose":"deploy","release":1}},"number":13,"stack":"shop/local"}', '0b9869a20159eebe1f283f681fe8a46ebba7942de1d0511f10c3773c5fb2e5d9', 'e9cdcf6c85ea23a639312c359e60946b6d518f539f8cbf32530fb644597dbe19');
INSERT INTO event VALUES (14, '{"at":1700000001000,"fact":{"stepBegan":{"operation":2,"step":1}},"number":14,"stack":"shop/local"}', 'e9cdcf6c85ea23a639312c359e60946b6d518f539f8cbf32530fb644597dbe19', 'e1c39cb705333a3e744b2a06557e65cbbf210d2c16a71a5c2aa45e9a0ec1c003');
INSERT INTO event VALUES (15, '{"at":1700000002000,"fact":{"operationTakenOver":{"epoch":3,"operation":2,"owner":{"bootID":"boot","processID":4711,"startTicks":12}}},"number":15,"stack":"shop/local"}', 'e1c39cb705333a3e744b2a06557e65cbbf210d2c16a71a5c2aa45e9a0ec1c003', '13afbd2e0b7d1e01270d8f4f4786fca07df2893d9a4ca3c5258db83f62ca7ff2');
INSERT INTO event VALUES (16, '{"at":1700000003000,"fact":{"operationEnded":{"operation":2,"state":"crashed"}},"number":16,"stack":"shop/local"}', '13afbd2e0b7d1e01270d8f4f4786fca07df2893d9a4ca3c5258db83f62ca7ff2', 'eb019115655c128430d61a6fc99d1e21bcf4f4cd024bdeb48036c45f1248ce97');
INSERT INTO event VALUES (2, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"redis-app","version":1}},"number":2,"stack":"shop/local"}', '5a7473b71be8580641b25876aae5e49a1fe141de5892bcd6bf9f4112bc198460', 'f46993dbf67fc501c23472a52d1920b91b1d03eb292f77ed1f4834971a185266');
INSERT INTO event VALUES (3, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"postgres-app","version":1}},"number":3,"stack":"shop/local"}', 'f46993dbf67fc501c23472a52d1920b91b1d03eb292f77ed1f4834971a185266', 'b81df123bd6abe74341fcb00b985937aae7496de4592d3e7dbef6b79d2345af0');
INSERT INTO event VALUES (4, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"jwt","version":1}},"number":4,"stack":"shop/local"}', 'b81df123bd6abe74341fcb00b985937aae7496de4592d3e7dbef6b79d2345af0', 'f0a5e888307644a957b4efba325357d7c8a2f30c555fcad846c20c22e0c2a124');
INSERT INTO event VALUES (5, '{"at":1700000000000,"fact":{"secretLabelled":{"label":"current","name":"stripe","version":1}},"number":5,"stack":"shop/local"}', 'f0a5e888307644a957b4efba325357d7c8a2f30c555fcad846c20c22e0c2a124', 'ad580dd6b3e733b5805ff8154f454e35db425d4097f9f4354c6a7ce415ecb921');
INSERT INTO event VALUES (6, '{"at":1700000000000,"fact":{"operationBegan":{"by":"ada@host","epoch":1,"operation":1,"plan":"b90711b7317300d8f84fc8d11c2ea8f8e5896ff58f8766ef6d67d16f2cc793f8","purpose":"deploy","release":1}},"number":6,"stack":"shop/local"}', 'ad580dd6b3e733b5805ff8154f454e35db425d4097f9f4354c6a7ce415ecb921', 'e8fd079fb5bc0e79eefc3e7614cad8298abfdb09828088828660c347e96f2bb3');
INSERT INTO event VALUES (7, '{"at":1700000001000,"fact":{"stepBegan":{"operation":1,"step":1}},"number":7,"stack":"shop/local"}', 'e8fd079fb5bc0e79eefc3e7614cad8298abfdb09828088828660c347e96f2bb3', '0b3ff0d555aafc6eb31234d8dec292570ba5d448c6b9ee9b52f0079c7b39960b');
INSERT INTO event VALUES (8, '{"at":1700000002000,"fact":{"stepEnded":{"operation":1,"state":"succeeded","step":1}},"number":8,"stack":"shop/local"}', '0b3ff0d555aafc6eb31234d8dec292570ba5d448c6b9ee9b52f0079c7b39960b', 'c89a1a8fe6d1881b13a72f69799064db8fa59c0e6042c8e09059b355db80e330');
INSERT INTO event VALUES (9, '{"at":1700000001000,"fact":{"stepBegan":{"operation":1,"step":2}},"number":9,"stack":"shop/local"}', 'c89a1a8fe6d1881b13a72f69799064db8fa59c0e6042c8e09059b355db80e330', '430aaa36b5bb40170fcfb9942e7a87b42d4bea44ba88fca934d3c12e81a017bb');
INSERT INTO grdb_migrations VALUES ('v0001-releases-operations-secrets');
INSERT INTO grdb_migrations VALUES ('v0002-release-outlines');
INSERT INTO grdb_migrations VALUES ('v0003-stopped-services');
INSERT INTO operation VALUES (1, 'shop/local', '{"basis":"486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7","purpose":"deploy","release":1,"releaseDigest":"a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829","stack":"shop/local","steps":[{"action":{"action":"startReplica","replica":"api-1","revision":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078"},"after":[],"cause":"api-1 is missing","isPivot":false,"number":1},{"action":{"action":"admit","replica":"api-1"},"after":[1],"cause":"api-1 is new","isPivot":false,"number":2}],"warnings":[]}', 'succeeded', 1700000000000, 1700000003000, 'ada@host', '{"bootID":"boot","processID":4711,"startTicks":12}', 'deploy', NULL);
INSERT INTO operation VALUES (2, 'shop/local', '{"basis":"486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7","purpose":"deploy","release":1,"releaseDigest":"a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829","stack":"shop/local","steps":[{"action":{"action":"startReplica","replica":"api-1","revision":"2b214ddf3326016519afcb268f63623b80b91a65265277668e4d020d87dd9078"},"after":[],"cause":"api-1 is missing","isPivot":false,"number":1},{"action":{"action":"admit","replica":"api-1"},"after":[1],"cause":"api-1 is new","isPivot":false,"number":2}],"warnings":[]}', 'crashed', 1700000000000, 1700000003000, 'ada@host', '{"bootID":"boot","processID":4711,"startTicks":12}', 'deploy', NULL);
INSERT INTO release VALUES ('shop/local', 1, '521fb9252448e04fa292c5c6d1db6080f17c99cd2712bd097dcaf1047d35ff8f', '{"addresses":{"api":{"host":"127.0.0.1","port":8000}},"secrets":{"api-key":1},"spec":"one","stack":{"backups":[],"engine":"process","environment":"local","name":"shop","secrets":[],"services":[{"dependsOn":[],"kind":{"app":{"_0":{"command":[{"segments":[{"literal":{"_0":"serve"}}]},{"segments":[{"port":{}}]}],"env":{},"health":{"interval":"2s","timeout":"1s"},"migrates":false,"port":8000}}},"name":"api","optional":false,"replicas":2,"resources":{},"rollout":{"deadline":"2m","drain":"15s","healthyFor":"3s","maxSurge":"1","maxUnavailable":"0","onFailure":"rollback","strategy":"rolling"}}],"stores":[]},"templates":{"api":{"command":[{"segments":[{"literal":{"_0":"serve"}}]}],"environment":{},"files":[],"kind":"app","limits":{},"port":{"none":{}},"probe":{"running":{}},"probeTiming":{"interval":"2s","timeout":"1s"},"secrets":{},"service":"api","stop":{"grace":"15s","signal":"TERM"},"user":{"dedicated":{}}}}}', 1700000000000, 'ada@host', 'deploy', '{"createdAt":1700000000000,"createdBy":"ada@host","digest":"521fb9252448e04fa292c5c6d1db6080f17c99cd2712bd097dcaf1047d35ff8f","engine":"process","number":1,"services":[{"address":{"host":"127.0.0.1","port":8000},"isRouted":false,"kind":"app","name":"api","replicas":2,"revision":"2fe37f9ff88efd10e064c4618290250f3ef2ea0e647abd2b67de9682eb3a55c3"}]}');
INSERT INTO sealing VALUES (1, '4b9bbd2243f30d00dfe4724812a9810b8e585e952c65a1462848e27131679351');
INSERT INTO secret_version VALUES ('shop/local', 'jwt', 1, 'current', NULL, X'EF360E69F32E9A4F6969FA42D2607B617F5AE4FD00D1DDDF537EFECAC2AB5AF3C14E85CC8C1571C8BFDEE5AE704B0186B3B86999C2AB90C67108F45ACAECFEAC52CC4ED7952734', 1700000000000);
INSERT INTO secret_version VALUES ('shop/local', 'postgres-app', 1, 'current', 'postgres_app_a', X'E6DD764C5EE94A4E1E970BA05C13B4573CCFBF21F72E2CD176AB2657A8DFA41B7A08478CCA14630EEEEBF9230B2FA30BF3D08A83CDA88EC9214ACA59FCF08354AC857EF3C5DC06', 1700000000000);
INSERT INTO secret_version VALUES ('shop/local', 'redis-app', 1, 'current', 'redis_app_a', X'3463DE4DA1D6CF63B42D8974A92FDE70C1FDF55E6B988DD739D85FBAB2F0E4A96B85F5908BBC08973D9E9BC284B936E6012CC79A7B4FB11012422180E03FE8138990FC4578495F', 1700000000000);
INSERT INTO secret_version VALUES ('shop/local', 'stripe', 1, 'current', NULL, X'B53D5D2CF1040BB6395F39C75F5AEA209AD316820C10D5ED8449A000BEE6E06753F87EA6FE84263B22A55875E29209081A86', 1700000000000);
INSERT INTO sqlite_sequence VALUES ('activation', 1);
INSERT INTO sqlite_sequence VALUES ('event', 16);
INSERT INTO sqlite_sequence VALUES ('operation', 2);
INSERT INTO stack VALUES ('shop/local', 3, 1);
INSERT INTO step VALUES (1, 1, '17dad0f05e128d7f1c0f307d5cb38acde318561d9946e76197531227f3d28251', 'succeeded', 1700000001000, 1700000002000, NULL);
INSERT INTO step VALUES (1, 2, '2763b8abf79a2591d8c1a10e05572100a012b827939e797de5f17b267f61d849', 'succeeded', 1700000001000, 1700000002000, NULL);
INSERT INTO step VALUES (2, 1, '17dad0f05e128d7f1c0f307d5cb38acde318561d9946e76197531227f3d28251', 'begun', 1700000001000, NULL, NULL);
INSERT INTO step VALUES (2, 2, '2763b8abf79a2591d8c1a10e05572100a012b827939e797de5f17b267f61d849', 'pending', NULL, NULL, NULL);
CREATE INDEX activation_by_stack ON activation (stack, id);
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
PRAGMA user_version = 3;
