import StackModel

/// Alerts of Postgres, from its exporter's figures.
enum PostgresRules {
    /// A transaction that runs or waits longer keeps dead rows and locks.
    static let longest = 300

    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "postgres",
            about: ["Postgres: is it there, are there connections left, and does anybody keep it from its work."],
            rules: watch.exported(.postgres).flatMap { job, service in
                let (job, name) = ("job=\"\(job)\"", service.text)
                return [down(job, name)] + connections(job, name) + transactions(job, name) + wraparound(job, name)
            }.map { .alert($0) }
        )
    }

    private static func down(_ job: String, _ name: String) -> Alert {
        Alert(
            name: "PgDown",
            severity: .critical,
            service: name,
            expression: "max by (job) (pg_up{\(job)}) == 0",
            holding: "1m",
            summary: "Postgres \(name) does not answer",
            description: "Everything that depends on it fails. Committed data is on disk.",
            next: "logs --service \(name)"
        )
    }

    private static func connections(_ job: String, _ name: String) -> [Alert] {
        let share =
            "sum by (job) (pg_stat_activity_count{\(job)}) / sum by (job) (pg_settings_max_connections{\(job)})"
        return [
            Alert(
                name: "PgConnections",
                severity: .warning,
                service: name,
                expression: "\(share) > 0.8",
                holding: "5m",
                summary: "{{ $value | humanizePercentage }} of the connections to Postgres \(name) are taken",
                description: "Near the limit new connections fail. Look for a pool that is too large, or that leaks.",
                next: "status"
            ),
            Alert(
                name: "PgPoolExhausted",
                severity: .critical,
                service: name,
                expression: "\(share) > 0.95",
                holding: "1m",
                summary: "Postgres \(name) has hardly a connection left",
                description: "The next client is turned away. A restart of the app that holds them frees them.",
                next: "status"
            ),
        ]
    }

    private static func transactions(_ job: String, _ name: String) -> [Alert] {
        [
            Alert(
                name: "PgSlowQuery",
                severity: .warning,
                service: name,
                expression: oldest(job, "active"),
                holding: "2m",
                summary: "A query on Postgres \(name) has run for {{ $value | humanizeDuration }}",
                description: "It may hold locks that others wait for.",
                next: "logs --service \(name)"
            ),
            Alert(
                name: "PgIdleInTransaction",
                severity: .warning,
                service: name,
                expression: oldest(job, "idle in transaction.*"),
                holding: "2m",
                summary: "A session on Postgres \(name) is idle in a transaction since {{ $value | humanizeDuration }}",
                description: "It holds its locks and keeps vacuum from its work: the app forgot to end it.",
                next: "logs --service \(name)"
            ),
            Alert(
                name: "PgDeadlocks",
                severity: .warning,
                service: name,
                expression: "sum by (job) (increase(pg_stat_database_deadlocks{\(job)}[15m])) > 3",
                summary: "{{ $value | humanize }} deadlocks on Postgres \(name) in 15 minutes",
                description: "Transactions take locks in different orders; Postgres ends one of each pair.",
                next: "logs --service \(name)"
            ),
        ]
    }

    private static func oldest(_ job: String, _ state: String) -> String {
        "max by (job) (pg_stat_activity_max_tx_duration{\(job),state=~\"\(state)\"}) > \(longest)"
    }

    /// Transaction ids end at two thousand million; long before that Postgres stops taking writes.
    private static func wraparound(_ job: String, _ name: String) -> [Alert] {
        [(Alert.Severity.warning, 500_000_000), (.critical, 1_500_000_000)].map { severity, age in
            Alert(
                name: "PgWraparound",
                severity: severity,
                service: name,
                expression: "max by (job) (pg_database_wraparound_age_datfrozenxid_seconds{\(job)}) > \(age)",
                holding: "10m",
                summary: "The oldest transaction id of Postgres \(name) is {{ $value | humanize }} behind",
                description: "Vacuum does not keep up. At 2 G Postgres refuses writes. Look for old transactions, then"
                    + " run VACUUM.",
                next: "logs --service \(name)"
            )
        }
    }
}
