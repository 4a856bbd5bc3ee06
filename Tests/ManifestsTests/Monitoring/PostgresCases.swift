@testable import Manifests

extension AlertCase {
    static let postgres = [
        AlertCase(
            name: "PgDown",
            severity: .critical,
            service: "postgres",
            at: 3,
            fires: [#"pg_up{job="postgres-exporter"}"#: "0x5"],
            silent: [#"pg_up{job="postgres-exporter"}"#: "1x5"]
        ),
        AlertCase(
            name: "PgConnections",
            severity: .warning,
            service: "postgres",
            at: 7,
            fires: [
                #"pg_stat_activity_count{job="postgres-exporter",datname="a"}"#: "50x10",
                #"pg_stat_activity_count{job="postgres-exporter",datname="b"}"#: "35x10",
                #"pg_settings_max_connections{job="postgres-exporter"}"#: "100x10",
            ],
            silent: [
                #"pg_stat_activity_count{job="postgres-exporter",datname="a"}"#: "50x10",
                #"pg_stat_activity_count{job="postgres-exporter",datname="b"}"#: "20x10",
                #"pg_settings_max_connections{job="postgres-exporter"}"#: "100x10",
            ]
        ),
        AlertCase(
            name: "PgPoolExhausted",
            severity: .critical,
            service: "postgres",
            at: 4,
            fires: [
                #"pg_stat_activity_count{job="postgres-exporter"}"#: "96x10",
                #"pg_settings_max_connections{job="postgres-exporter"}"#: "100x10",
            ],
            silent: [
                #"pg_stat_activity_count{job="postgres-exporter"}"#: "90x10",
                #"pg_settings_max_connections{job="postgres-exporter"}"#: "100x10",
            ]
        ),
        AlertCase(
            name: "PgSlowQuery",
            severity: .warning,
            service: "postgres",
            at: 5,
            fires: [#"pg_stat_activity_max_tx_duration{job="postgres-exporter",state="active"}"#: "400x10"],
            silent: [
                #"pg_stat_activity_max_tx_duration{job="postgres-exporter",state="active"}"#: "200x10",
                #"pg_stat_activity_max_tx_duration{job="postgres-exporter",state="idle"}"#: "4000x10",
            ]
        ),
        AlertCase(
            name: "PgIdleInTransaction",
            severity: .warning,
            service: "postgres",
            at: 5,
            fires: [
                #"pg_stat_activity_max_tx_duration{job="postgres-exporter",state="idle in transaction"}"#: "400x10"
            ],
            silent: [
                #"pg_stat_activity_max_tx_duration{job="postgres-exporter",state="active"}"#: "400x10",
                #"pg_stat_activity_max_tx_duration{job="postgres-exporter",state="idle in transaction"}"#: "9x10",
            ]
        ),
        AlertCase(
            name: "PgDeadlocks",
            severity: .warning,
            service: "postgres",
            at: 16,
            fires: [#"pg_stat_database_deadlocks{job="postgres-exporter",datname="a"}"#: "0+1x20"],
            silent: [#"pg_stat_database_deadlocks{job="postgres-exporter",datname="a"}"#: "0x8 1x12"]
        ),
        AlertCase(
            name: "PgWraparound",
            severity: .warning,
            service: "postgres",
            at: 12,
            fires: [#"pg_database_wraparound_age_datfrozenxid_seconds{job="postgres-exporter"}"#: "600000000x20"],
            silent: [#"pg_database_wraparound_age_datfrozenxid_seconds{job="postgres-exporter"}"#: "200000000x20"]
        ),
        AlertCase(
            name: "PgWraparound",
            severity: .critical,
            service: "postgres",
            at: 12,
            fires: [#"pg_database_wraparound_age_datfrozenxid_seconds{job="postgres-exporter"}"#: "1600000000x20"],
            silent: [#"pg_database_wraparound_age_datfrozenxid_seconds{job="postgres-exporter"}"#: "600000000x20"]
        ),
    ]
}
