import Basics
import StackModel

/// What `version` of a server means.
private func versionWords(_ program: String) -> String {
    "The version of \(program), or the beginning of it. On a machine that has another one nothing is deployed."
}

enum RedisKeys {
    static let defaultStorage = ByteCount(bytes: 1 << 30)
    static let version = Key<String>("version", .version, default: "the installed one", versionWords("Redis"))
    static let persistence = Key<[Redis.Persistence]>(
        "persistence",
        .list(of: .choice, what: "aof and rdb"),
        default: "[aof, rdb]",
        "How data is kept on disk: the append-only file, snapshots, both, or `[]` for neither."
    )
    static let memory = Key<ByteCount>(
        "memory",
        .size(atLeast: ByteCount(bytes: 1 << 20)),
        default: "no limit",
        synonyms: ["maxmemory", "maxMemory"],
        "How much memory data may take."
    )
    static let storage = ServiceKeys.storage(default: defaultStorage)

    static let table = KeyTable(
        title: "redis",
        meaning: "A Redis server.",
        rules: ServiceKeys.common + [
            ServiceKeys.image.rule, version.rule, persistence.rule, memory.rule, storage.rule,
        ]
    )
}

enum PostgresKeys {
    static let defaultStorage = ByteCount(bytes: 10 << 30)
    static let version = Key<String>(
        "version",
        .version,
        default: "the installed one",
        versionWords("PostgreSQL")
    )
    static let database = Key<String>(
        "database",
        .databaseName,
        default: "the stack's name, with `_` for `-`",
        synonyms: ["db", "dbname", "name"],
        "The database that is made."
    )
    static let storage = ServiceKeys.storage(default: defaultStorage)

    static let table = KeyTable(
        title: "postgres",
        meaning: "A PostgreSQL server with one database.",
        rules: ServiceKeys.common + [ServiceKeys.image.rule, version.rule, database.rule, storage.rule]
    )
}

extension ValueType where Value == String {
    static var databaseName: ValueType {
        let words = "a name of lower-case letters, digits and underscores"
        let longest = ReservedLogin.longestDatabase
        return ValueType(shape: .text(pattern: "^[a-z_][a-z0-9_]{0,\(longest - 1)}$", words: words)) {
            node,
            key,
            reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            if ReservedLogin.isReserved(database: text) {
                return reading.refuse(
                    node,
                    key,
                    wanted: "a database of your own",
                    help: "PostgreSQL itself uses \(text)."
                )
            }
            guard text.isVariableName, text == text.lowercased() else {
                return reading.refuse(node, key, wanted: words)
            }
            guard text.utf8.count > longest else { return text }
            return reading.refuse(
                node,
                key,
                wanted: "a name of at most \(longest) letters",
                help: "The role that owns it has \"_owner\" behind the name, and PostgreSQL's names end at 63."
            )
        }
    }
}

enum PrometheusKeys {
    static let defaultStorage = ByteCount(bytes: 10 << 30)
    private static let model = Prometheus()
    static let retention = Key<TimeSpan>(
        "retention",
        .timeSpan,
        default: "\(model.retention)",
        "How long samples are kept."
    )
    static let scrapeInterval = Key<TimeSpan>(
        "scrapeInterval",
        .timeSpan(atMost: .seconds(3600)),
        default: "\(model.scrapeInterval)",
        synonyms: ["interval"],
        "Time between two scrapes of a target."
    )
    static let runbook = Key<String>(
        "runbook",
        .httpAddress,
        default: "none: alerts name a section of Slipway's, which is in a rendered set as `runbook.md`",
        synonyms: ["runbooks", "runbookURL", "runbook_url"],
        "The address of a page with a heading for each alert, such as the rendered `runbook.md` where you publish it: "
            + "`runbook_url` is that, `#` and the alert's name in small letters."
    )
    static let storage = ServiceKeys.storage(default: defaultStorage)

    static let table = KeyTable(
        title: "prometheus",
        meaning: "A Prometheus server that scrapes every service with metrics.",
        rules: ServiceKeys.common + [
            ServiceKeys.optional.rule, ServiceKeys.image.rule, retention.rule, scrapeInterval.rule, runbook.rule,
            storage.rule,
        ]
    )
}

enum GrafanaKeys {
    static let defaultStorage = ByteCount(bytes: 1 << 30)
    static let storage = ServiceKeys.storage(default: defaultStorage)

    static let table = KeyTable(
        title: "grafana",
        meaning: "A Grafana server that has the stack's Prometheus as its data source, and its dashboards.",
        rules: ServiceKeys.common + [ServiceKeys.optional.rule, ServiceKeys.image.rule, storage.rule]
    )
}
