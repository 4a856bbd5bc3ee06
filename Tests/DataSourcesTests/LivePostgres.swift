import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Synchronization
import Testing

@testable import DataSources

/// A Postgres as a stack runs one: its account and root come in by the socket, all others with a password.
struct LivePostgres: Sendable {
    static let programs = "/usr/lib/postgresql/15/bin"

    let yard: Yard
    /// The volume; the cluster is in `data` below it.
    let folder: String
    let program: any RunningProgram

    static func with(
        _ yard: Yard,
        _ name: String = "live",
        settings more: [String] = [],
        _ body: (LivePostgres) async throws -> Void
    ) async throws {
        let owner = yard.owner("postgres")
        let folder = "\(yard.path)/\(name)"
        let sockets = "\(yard.path)/\(name).s"
        try await Folder.make(sockets)
        try Folder.give(sockets, to: owner)
        if !yard.names("").contains(name) { try await make(folder, owner, yard) }
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(sockets)", "port=6543", "fsync=off", "shared_buffers=32MB",
            "timezone=UTC",
        ]
        let command = CommandLine(
            "\(programs)/postgres",
            ["-D", "\(folder)/data"] + (settings + more).flatMap { ["-c", $0] },
            directory: "/",
            user: owner.user
        )
        let program = try await yard.runner.start(command)
        let postgres = LivePostgres(yard: yard, folder: folder, program: program)
        do {
            try await postgres.awaitReady()
            try await body(postgres)
        } catch {
            await postgres.stop(SIGQUIT)
            throw error
        }
        await postgres.stop(SIGINT)
        try await Leftovers.clear(sockets, yard.runner)
    }

    /// A cluster as the engine makes one. The first is kept for all the others: to make one takes seconds.
    private static func make(_ folder: String, _ owner: DataOwner, _ yard: Yard) async throws {
        try await Folder.make(folder)
        try Folder.give(folder, to: owner)
        if let kept = golden.withLock({ $0 }) {
            let unpack = CommandLine("tar", ["-x", "-C", folder], directory: "/", user: owner.user)
            let program = try await yard.runner.start(unpack, input: ByteStream(bytes: kept))
            while try await program.output.next() != nil {}
            return
        }
        let made = try await yard.runner.run(
            CommandLine(
                "\(programs)/initdb",
                [
                    "-D", "\(folder)/data", "-U", "postgres", "--auth-local=peer", "--auth-host=scram-sha-256",
                    "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync", "--wal-segsize=1",
                ],
                directory: "/",
                user: owner.user
            )
        )
        #expect(made.succeeded, "\(made.errorOutput)")
        let pack = CommandLine("tar", ["-c", "-C", folder, "data"], directory: "/", user: owner.user)
        let packing = try await yard.runner.start(pack)
        var content: [UInt8] = []
        while let piece = try await packing.output.next() { content += piece }
        golden.withLock { [content] in $0 = content }
    }

    private static let golden = Mutex<[UInt8]?>(nil)

    private func awaitReady() async throws {
        for _ in 0..<500 {
            if (try? await client.execute("SELECT 1;", in: "template1")) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func stop(_ signal: Int32) async {
        program.send(signal: signal)
        _ = await program.end()
    }

    var client: PostgresClient {
        PostgresClient(
            runner: yard.runner,
            programs: Self.programs,
            socket: "\(folder).s",
            port: 6543,
            user: "postgres",
            account: yard.owner("postgres").user
        )
    }

    /// As the target of a restore, too.
    var place: DataPlace {
        DataPlace(
            service: "postgres",
            server: .postgres,
            version: "15.8",
            programs: Self.programs,
            volume: folder,
            beside: "\(yard.path)/.beside/postgres",
            owner: yard.owner("postgres"),
            settings: [:]
        )
    }

    var access: DataAccess {
        DataAccess(
            place: place,
            login: DataLogin(socket: client.socket, port: 6543, user: "postgres", password: nil)
        )
    }

    var source: PostgresSource { PostgresSource(access: access, runner: yard.runner) }
    var restoration: PostgresRestoration { PostgresRestoration(target: place, runner: yard.runner) }

    func ask(_ sql: String, in database: String = "shop") async throws -> String {
        var command = client.psql(database)
        command.environment["PGOPTIONS"] = Redacted(
            "-c search_path=public -c statement_timeout=0 -c default_transaction_read_only=off"
        )
        command.input = Redacted(sql)
        let text = try await client.output(of: command)
        return text.split(separator: "\n").joined(separator: " ")
    }

    static let strange = #"my "odd" da\ta'base"#

    /// As the engine would have made it, and what people do to it later.
    func fill() async throws {
        _ = try await ask(
            #"""
            CREATE ROLE shop_owner NOLOGIN;
            CREATE ROLE app LOGIN PASSWORD 'app-password-91c4' CONNECTION LIMIT 7;
            GRANT shop_owner TO app;
            ALTER ROLE app SET role TO 'shop_owner';
            COMMENT ON ROLE app IS E'two\nlines';
            CREATE DATABASE shop OWNER shop_owner;
            REVOKE ALL ON DATABASE shop FROM PUBLIC;
            REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
            ALTER DATABASE shop SET statement_timeout = '7s';
            ALTER ROLE app IN DATABASE shop SET work_mem = '5MB';
            CREATE DATABASE "my ""odd"" da\ta'base";
            """#,
            in: "postgres"
        )
        _ = try await ask(
            #"""
            CREATE EXTENSION pgcrypto;
            CREATE SCHEMA sales AUTHORIZATION app;
            CREATE TABLE sales.orders (id serial PRIMARY KEY, item text NOT NULL, price numeric CHECK (price > 0));
            ALTER TABLE sales.orders OWNER TO app;
            INSERT INTO sales.orders (item, price) SELECT 'item ' || i, i FROM generate_series(1, 5000) i;
            CREATE TABLE public."Odd ""name""
            here" (x int);
            INSERT INTO public."Odd ""name""
            here" VALUES (1), (2);
            CREATE TABLE parted (d int) PARTITION BY RANGE (d);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
            INSERT INTO parted VALUES (3);
            CREATE MATERIALIZED VIEW totals AS SELECT sum(price) FROM sales.orders;
            CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 2 * n; END';
            SELECT lo_from_bytea(4711, 'a large object');
            ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;
            ALTER TABLE sales.orders FORCE ROW LEVEL SECURITY;
            """#
        )
        _ = try await ask("CREATE TABLE t AS SELECT 1 AS x", in: Self.strange)
    }

    /// What an owner of the database can do to whoever looks at it with more rights, or wants to load it again.
    func poison() async throws {
        _ = try await ask(
            """
            CREATE FUNCTION public.evil(bigint) RETURNS bigint LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END $$;
            CREATE AGGREGATE public.count(*) (SFUNC = public.evil, STYPE = bigint, INITCOND = '0');
            ALTER DATABASE shop SET search_path = public, pg_catalog;
            ALTER DATABASE shop SET default_transaction_read_only = on;
            ALTER ROLE postgres SET statement_timeout = 1;
            """
        )
        _ = try await ask("CREATE DATABASE closed ALLOW_CONNECTIONS false", in: "postgres")
    }
}
