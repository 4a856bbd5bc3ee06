import StackModel

/// Alerts of Redis, from its exporter's figures.
enum RedisRules {
    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "redis",
            about: ["Redis: is it there, does it keep what it is given, and is there room."],
            rules: watch.exported(.redis).flatMap { job, service in
                let (job, name) = ("job=\"\(job)\"", service.text)
                return health(job, name) + room(job, name) + clients(job, name)
            }.map { .alert($0) }
        )
    }

    private static func health(_ job: String, _ name: String) -> [Alert] {
        let failing = [
            "redis_rdb_last_bgsave_status", "redis_aof_last_write_status", "redis_aof_last_bgrewrite_status",
        ]
        return [
            Alert(
                name: "RedisDown",
                severity: .critical,
                service: name,
                expression: "max by (job) (redis_up{\(job)}) == 0",
                holding: "1m",
                summary: "Redis \(name) does not answer",
                description:
                    "Everything that depends on it fails or does without. Its data is on disk as last written.",
                next: "logs --service \(name)"
            ),
            Alert(
                name: "RedisPersistenceFailing",
                severity: .critical,
                service: name,
                expression: failing.map { "min by (job) (\($0){\(job)}) == 0" }.joined(separator: " or "),
                holding: "5m",
                summary: "Redis \(name) cannot write its data to disk",
                description: "What it is given now is lost when it ends. Usually the disk is full.",
                next: "logs --service \(name)"
            ),
            Alert(
                name: "RedisReplicaLinkDown",
                severity: .critical,
                service: name,
                expression: "min by (job) (redis_master_link_up{\(job)}) == 0",
                holding: "2m",
                summary: "A replica of Redis \(name) has lost its primary",
                description: "It serves data that gets older, and is no substitute if the primary ends now.",
                next: "logs --service \(name)"
            ),
        ]
    }

    private static func room(_ job: String, _ name: String) -> [Alert] {
        let share =
            "sum by (job) (redis_memory_used_bytes{\(job)}) / (sum by (job) (redis_memory_max_bytes{\(job)}) > 0)"
        let full = [(Alert.Severity.warning, 80), (.critical, 90)].map { severity, percent in
            Alert(
                name: "RedisMemoryHigh",
                severity: severity,
                service: name,
                expression: "\(share) > \(Number.text(Double(percent) / 100))",
                holding: "10m",
                summary: "Redis \(name) uses {{ $value | humanizePercentage }} of its memory",
                description: "When it is full it refuses writes. Raise services.\(name).memory or let keys expire.",
                next: "status"
            )
        }
        return full + [
            Alert(
                name: "RedisFragmented",
                severity: .warning,
                service: name,
                expression: "max by (job) (redis_mem_fragmentation_ratio{\(job)}) > 1.5"
                    + " and sum by (job) (redis_memory_used_bytes{\(job)}) > 67108864",
                holding: "30m",
                summary: "Redis \(name) takes {{ $value }} times the memory that its data needs",
                description: "Memory that was freed is not given back. A restart in a quiet hour mends it.",
                next: "restart --service \(name)"
            ),
            Alert(
                name: "RedisEvicting",
                severity: .warning,
                service: name,
                expression: "sum by (job) (rate(redis_evicted_keys_total{\(job)}[5m])) > 0",
                holding: "5m",
                summary: "Redis \(name) throws {{ $value | humanize }} keys a second away",
                description: "Its memory is full and its policy gives up keys, data among them if it is no cache.",
                next: "status"
            ),
        ]
    }

    private static func clients(_ job: String, _ name: String) -> [Alert] {
        let share =
            "sum by (job) (redis_connected_clients{\(job)}) / (sum by (job) (redis_config_maxclients{\(job)}) > 0)"
        return [
            Alert(
                name: "RedisConnectionsHigh",
                severity: .warning,
                service: name,
                expression: "\(share) > 0.8",
                holding: "10m",
                summary: "{{ $value | humanizePercentage }} of the connections to Redis \(name) are taken",
                description: "Somebody opens connections and does not close them.",
                next: "status"
            ),
            Alert(
                name: "RedisRejecting",
                severity: .critical,
                service: name,
                expression: "sum by (job) (increase(redis_rejected_connections_total{\(job)}[5m])) > 0",
                holding: "1m",
                summary: "Redis \(name) has turned clients away",
                description: "All its connections are taken. Requests that need it fail.",
                next: "status"
            ),
        ]
    }
}
