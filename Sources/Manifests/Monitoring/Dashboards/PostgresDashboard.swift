import StackModel

/// Postgres, as its exporter sees it.
enum PostgresDashboard {
    private static let chosen = Dashboards.chosen
    /// Without the databases that nobody works in.
    private static let databases = "\(Dashboards.chosen),datname!~\"template.*|\""
    private static let interval = "[$__rate_interval]"

    static func make(_ watch: Watch) -> Dashboard? {
        let jobs = watch.exported(.postgres).map(\.job)
        guard !jobs.isEmpty else { return nil }
        return Dashboard(
            uid: "slipway-postgres",
            folder: Dashboards.data,
            title: "Postgres",
            variables: Dashboards.variables("exporter", jobs),
            rows: [state, work, trouble]
        )
    }

    private static let share =
        "sum by (instance) (pg_stat_activity_count{\(chosen)})"
        + " / sum by (instance) (pg_settings_max_connections{\(chosen)})"

    private static let state = Dashboard.Row(
        title: "State",
        panels: [
            Panel(
                title: "Answers",
                kind: .number,
                width: 6,
                queries: [.init("max by (instance) (pg_up{\(chosen)})", "{{instance}}")],
                critical: 1,
                isBadWhenLow: true
            ),
            Panel(
                title: "Connections taken",
                kind: .number,
                unit: "percentunit",
                width: 6,
                queries: [.init(share, "{{instance}}")],
                warning: 0.8,
                critical: 0.95
            ),
            Panel(
                title: "Oldest transaction id",
                kind: .number,
                width: 6,
                queries: [
                    .init(
                        "max by (instance) (pg_database_wraparound_age_datfrozenxid_seconds{\(chosen)})",
                        "{{instance}}"
                    )
                ],
                warning: 500_000_000,
                critical: 1_500_000_000,
                description: "Transactions since; Postgres stops taking writes at 2 G."
            ),
            Panel(
                title: "Size",
                kind: .number,
                unit: "bytes",
                width: 6,
                queries: [.init("sum by (instance) (pg_database_size_bytes{\(chosen)})", "{{instance}}")]
            ),
        ],
        height: 4
    )

    private static func rate(_ metric: String) -> String {
        "sum by (datname) (rate(\(metric){\(databases)}\(interval)))"
    }

    private static let work = Dashboard.Row(
        title: "Work",
        panels: [
            Panel(
                title: "Transactions",
                unit: "ops",
                queries: [
                    .init(rate("pg_stat_database_xact_commit"), "{{datname}} committed"),
                    .init(rate("pg_stat_database_xact_rollback"), "{{datname}} rolled back"),
                ]
            ),
            Panel(
                title: "Rows read",
                unit: "ops",
                queries: [
                    .init(rate("pg_stat_database_tup_returned"), "{{datname}} scanned"),
                    .init(rate("pg_stat_database_tup_fetched"), "{{datname}} fetched"),
                ]
            ),
            Panel(
                title: "Rows written",
                unit: "ops",
                queries: [
                    .init(rate("pg_stat_database_tup_inserted"), "{{datname}} inserted"),
                    .init(rate("pg_stat_database_tup_updated"), "{{datname}} updated"),
                    .init(rate("pg_stat_database_tup_deleted"), "{{datname}} deleted"),
                ]
            ),
            Panel(
                title: "Connections by state",
                queries: [.init("sum by (state) (pg_stat_activity_count{\(databases)})", "{{state}}")]
            ),
            Panel(
                title: "Pages found in memory",
                unit: "percentunit",
                queries: [
                    .init(
                        "\(rate("pg_stat_database_blks_hit"))"
                            + " / (\(rate("pg_stat_database_blks_hit")) + \(rate("pg_stat_database_blks_read")) > 0)",
                        "{{datname}}"
                    )
                ]
            ),
            Panel(
                title: "Size of databases",
                unit: "bytes",
                queries: [.init("sum by (datname) (pg_database_size_bytes{\(databases)})", "{{datname}}")]
            ),
        ]
    )

    private static let trouble = Dashboard.Row(
        title: "Trouble",
        panels: [
            Panel(
                title: "Longest transaction",
                unit: "s",
                queries: [.init("max by (state) (pg_stat_activity_max_tx_duration{\(chosen)})", "{{state}}")],
                warning: Double(PostgresRules.longest)
            ),
            Panel(
                title: "Locks",
                queries: [.init("sum by (mode) (pg_locks_count{\(databases)})", "{{mode}}")]
            ),
            Panel(
                title: "Deadlocks and conflicts",
                unit: "ops",
                queries: [
                    .init(rate("pg_stat_database_deadlocks"), "{{datname}} deadlocks"),
                    .init(rate("pg_stat_database_conflicts"), "{{datname}} conflicts"),
                ]
            ),
        ]
    )
}
