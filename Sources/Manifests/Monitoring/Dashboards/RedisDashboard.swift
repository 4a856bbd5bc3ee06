import StackModel

/// Redis, as its exporter sees it.
enum RedisDashboard {
    private static let chosen = Dashboards.chosen
    private static let interval = "[$__rate_interval]"

    static func make(_ watch: Watch) -> Dashboard? {
        let jobs = watch.exported(.redis).map(\.job)
        guard !jobs.isEmpty else { return nil }
        return Dashboard(
            uid: "slipway-redis",
            folder: Dashboards.data,
            title: "Redis",
            variables: Dashboards.variables("exporter", jobs),
            rows: [state, work, memory]
        )
    }

    private static let state = Dashboard.Row(
        title: "State",
        panels: [
            Panel(
                title: "Answers",
                kind: .number,
                width: 6,
                queries: [.init("max by (instance) (redis_up{\(chosen)})", "{{instance}}")],
                critical: 1,
                isBadWhenLow: true
            ),
            Panel(
                title: "Time since start",
                kind: .number,
                unit: "s",
                width: 6,
                queries: [.init("max by (instance) (redis_uptime_in_seconds{\(chosen)})", "{{instance}}")]
            ),
            Panel(
                title: "Last snapshot succeeded",
                kind: .number,
                width: 6,
                queries: [.init("min by (instance) (redis_rdb_last_bgsave_status{\(chosen)})", "{{instance}}")],
                critical: 1,
                isBadWhenLow: true
            ),
            Panel(
                title: "Last write to the append-only file succeeded",
                kind: .number,
                width: 6,
                queries: [.init("min by (instance) (redis_aof_last_write_status{\(chosen)})", "{{instance}}")],
                critical: 1,
                isBadWhenLow: true
            ),
        ],
        height: 4
    )

    private static let work = Dashboard.Row(
        title: "Work",
        panels: [
            Panel(
                title: "Commands",
                unit: "ops",
                queries: [
                    .init(
                        "sum by (instance) (rate(redis_commands_processed_total{\(chosen)}\(interval)))",
                        "{{instance}}"
                    )
                ]
            ),
            Panel(
                title: "Busiest commands",
                unit: "ops",
                queries: [.init("topk(8, sum by (cmd) (rate(redis_commands_total{\(chosen)}\(interval))))", "{{cmd}}")]
            ),
            Panel(
                title: "Time spent in commands",
                unit: "percentunit",
                queries: [
                    .init(
                        "topk(8, sum by (cmd) (rate(redis_commands_duration_seconds_total{\(chosen)}\(interval))))",
                        "{{cmd}}"
                    )
                ],
                description: "Of one processor: Redis works on one command at a time."
            ),
            Panel(
                title: "Clients",
                queries: [
                    .init("sum by (instance) (redis_connected_clients{\(chosen)})", "connected"),
                    .init("sum by (instance) (redis_blocked_clients{\(chosen)})", "waiting"),
                ]
            ),
            Panel(
                title: "Keys looked up",
                unit: "ops",
                queries: [
                    .init("sum by (instance) (rate(redis_keyspace_hits_total{\(chosen)}\(interval)))", "found"),
                    .init("sum by (instance) (rate(redis_keyspace_misses_total{\(chosen)}\(interval)))", "not found"),
                ]
            ),
            Panel(
                title: "Network",
                unit: "Bps",
                queries: [
                    .init("sum by (instance) (rate(redis_net_input_bytes_total{\(chosen)}\(interval)))", "in"),
                    .init("sum by (instance) (rate(redis_net_output_bytes_total{\(chosen)}\(interval)))", "out"),
                ]
            ),
        ]
    )

    private static let memory = Dashboard.Row(
        title: "Memory and disk",
        panels: [
            Panel(
                title: "Memory",
                unit: "bytes",
                queries: [
                    .init("sum by (instance) (redis_memory_used_bytes{\(chosen)})", "used"),
                    .init("sum by (instance) (redis_memory_max_bytes{\(chosen)})", "limit"),
                    .init("sum by (instance) (redis_memory_used_rss_bytes{\(chosen)})", "taken from the machine"),
                ]
            ),
            Panel(
                title: "Keys",
                queries: [
                    .init("sum by (instance) (redis_db_keys{\(chosen)})", "all"),
                    .init("sum by (instance) (redis_db_keys_expiring{\(chosen)})", "with an end"),
                ]
            ),
            Panel(
                title: "Keys that went",
                unit: "ops",
                queries: [
                    .init("sum by (instance) (rate(redis_expired_keys_total{\(chosen)}\(interval)))", "expired"),
                    .init("sum by (instance) (rate(redis_evicted_keys_total{\(chosen)}\(interval)))", "evicted"),
                ]
            ),
            Panel(
                title: "Changes since the last snapshot",
                width: 12,
                queries: [
                    .init("sum by (instance) (redis_rdb_changes_since_last_save{\(chosen)})", "{{instance}}")
                ]
            ),
            Panel(
                title: "Pause for the last fork",
                unit: "s",
                width: 12,
                queries: [.init("max by (instance) (redis_latest_fork_seconds{\(chosen)})", "{{instance}}")]
            ),
        ]
    )
}
