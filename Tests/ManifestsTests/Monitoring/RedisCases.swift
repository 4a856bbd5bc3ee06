@testable import Manifests

extension AlertCase {
    static let redis = [
        AlertCase(
            name: "RedisDown",
            severity: .critical,
            service: "redis",
            at: 3,
            fires: [#"redis_up{job="redis-exporter"}"#: "0x5"],
            silent: [#"redis_up{job="redis-exporter"}"#: "1x5"]
        ),
        AlertCase(
            name: "RedisPersistenceFailing",
            severity: .critical,
            service: "redis",
            at: 7,
            fires: [
                #"redis_rdb_last_bgsave_status{job="redis-exporter"}"#: "0x10",
                #"redis_aof_last_write_status{job="redis-exporter"}"#: "1x10",
            ],
            silent: [
                #"redis_rdb_last_bgsave_status{job="redis-exporter"}"#: "1x10",
                #"redis_aof_last_write_status{job="redis-exporter"}"#: "1x10",
                #"redis_aof_last_bgrewrite_status{job="redis-exporter"}"#: "1x10",
            ]
        ),
        AlertCase(
            name: "RedisPersistenceFailing",
            severity: .critical,
            service: "redis",
            at: 7,
            fires: [
                #"redis_rdb_last_bgsave_status{job="redis-exporter"}"#: "1x10",
                #"redis_aof_last_write_status{job="redis-exporter"}"#: "0x10",
            ],
            silent: [#"redis_rdb_last_bgsave_status{job="redis-exporter"}"#: "0x3 1x7"]
        ),
        AlertCase(
            name: "RedisReplicaLinkDown",
            severity: .critical,
            service: "redis",
            at: 4,
            fires: [#"redis_master_link_up{job="redis-exporter"}"#: "0x6"],
            silent: [#"redis_master_link_up{job="redis-exporter"}"#: "1x6"]
        ),
        AlertCase(
            name: "RedisMemoryHigh",
            severity: .warning,
            service: "redis",
            at: 12,
            fires: [
                #"redis_memory_used_bytes{job="redis-exporter"}"#: "85x15",
                #"redis_memory_max_bytes{job="redis-exporter"}"#: "100x15",
            ],
            silent: [
                #"redis_memory_used_bytes{job="redis-exporter"}"#: "85x15",
                #"redis_memory_max_bytes{job="redis-exporter"}"#: "0x15",
            ]
        ),
        AlertCase(
            name: "RedisMemoryHigh",
            severity: .critical,
            service: "redis",
            at: 12,
            fires: [
                #"redis_memory_used_bytes{job="redis-exporter"}"#: "95x15",
                #"redis_memory_max_bytes{job="redis-exporter"}"#: "100x15",
            ],
            silent: [
                #"redis_memory_used_bytes{job="redis-exporter"}"#: "85x15",
                #"redis_memory_max_bytes{job="redis-exporter"}"#: "100x15",
            ]
        ),
        AlertCase(
            name: "RedisFragmented",
            severity: .warning,
            service: "redis",
            at: 35,
            fires: [
                #"redis_mem_fragmentation_ratio{job="redis-exporter"}"#: "2x40",
                #"redis_memory_used_bytes{job="redis-exporter"}"#: "100000000x40",
            ],
            silent: [
                #"redis_mem_fragmentation_ratio{job="redis-exporter"}"#: "8x40",
                #"redis_memory_used_bytes{job="redis-exporter"}"#: "1000000x40",
            ]
        ),
        AlertCase(
            name: "RedisEvicting",
            severity: .warning,
            service: "redis",
            at: 12,
            fires: [#"redis_evicted_keys_total{job="redis-exporter"}"#: "0+60x20"],
            silent: [#"redis_evicted_keys_total{job="redis-exporter"}"#: "500x20"]
        ),
        AlertCase(
            name: "RedisConnectionsHigh",
            severity: .warning,
            service: "redis",
            at: 12,
            fires: [
                #"redis_connected_clients{job="redis-exporter"}"#: "90x15",
                #"redis_config_maxclients{job="redis-exporter"}"#: "100x15",
            ],
            silent: [
                #"redis_connected_clients{job="redis-exporter"}"#: "70x15",
                #"redis_config_maxclients{job="redis-exporter"}"#: "100x15",
            ]
        ),
        AlertCase(
            name: "RedisRejecting",
            severity: .critical,
            service: "redis",
            at: 7,
            fires: [#"redis_rejected_connections_total{job="redis-exporter"}"#: "0+1x10"],
            silent: [#"redis_rejected_connections_total{job="redis-exporter"}"#: "5x10"]
        ),
    ]
}
