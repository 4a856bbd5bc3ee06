@testable import Manifests

extension AlertCase {
    static let controller = [
        AlertCase(
            name: "BackupFailed",
            severity: .warning,
            service: "slipway",
            at: 3,
            fires: [#"slipway_backup_last_run_failed{policy="redis-hourly"}"#: "1x5"],
            silent: [#"slipway_backup_last_run_failed{policy="redis-hourly"}"#: "0x5"]
        ),
        AlertCase(
            name: "BackupFailed",
            severity: .warning,
            service: "slipway",
            at: 3,
            fires: [
                #"slipway_backup_last_run_failed{policy="redis-hourly"}"#: "0x5",
                #"slipway_backup_last_proof_failed{policy="redis-hourly"}"#: "1x5",
            ],
            silent: [
                #"slipway_backup_last_run_failed{policy="redis-hourly"}"#: "0x5",
                #"slipway_backup_last_proof_failed{policy="redis-hourly"}"#: "0x5",
                #"slipway_backup_last_prune_failed{policy="redis-hourly"}"#: "0x5",
            ]
        ),
        AlertCase(
            name: "BackupSkipped",
            severity: .warning,
            service: "slipway",
            at: 50,
            fires: [#"slipway_backup_last_skip_timestamp_seconds{policy="redis-hourly"}"#: "0x60"],
            silent: [#"slipway_backup_last_skip_timestamp_seconds{policy="redis-hourly"}"#: "-3600x60"]
        ),
        AlertCase(
            name: "BackupTooOld",
            severity: .critical,
            service: "slipway",
            at: 190,
            fires: [
                #"slipway_backup_last_success_timestamp_seconds{policy="redis-hourly"}"#: "0x200",
                #"slipway_backup_expected_since_timestamp_seconds{policy="redis-hourly"}"#: "0x200",
                #"slipway_backup_interval_seconds{policy="redis-hourly"}"#: "3600x200",
            ],
            silent: [
                #"slipway_backup_last_success_timestamp_seconds{policy="redis-hourly"}"#: "0x200",
                #"slipway_backup_expected_since_timestamp_seconds{policy="redis-hourly"}"#: "7200x200",
                #"slipway_backup_interval_seconds{policy="redis-hourly"}"#: "3600x200",
            ]
        ),
        AlertCase(
            name: "LogNotShipped",
            severity: .warning,
            service: "slipway",
            at: 20,
            fires: [#"slipway_log_unshipped_bytes{policy="redis-hourly"}"#: "2000000000x30"],
            silent: [#"slipway_log_unshipped_bytes{policy="redis-hourly"}"#: "1000000000x30"]
        ),
        AlertCase(
            name: "BackupNotProven",
            severity: .warning,
            service: "slipway",
            at: 190,
            fires: [
                #"slipway_backup_proven_timestamp_seconds{policy="redis-hourly"}"#: "0x200",
                #"slipway_backup_proof_expected_since_timestamp_seconds{policy="redis-hourly"}"#: "0x200",
                #"slipway_backup_prove_interval_seconds{policy="redis-hourly"}"#: "3600x200",
            ],
            silent: [
                #"slipway_backup_proven_timestamp_seconds{policy="redis-hourly"}"#: "0x200",
                #"slipway_backup_proof_expected_since_timestamp_seconds{policy="redis-hourly"}"#: "7200x200",
                #"slipway_backup_prove_interval_seconds{policy="redis-hourly"}"#: "3600x200",
            ]
        ),
        AlertCase(
            name: "BackupVerifyFailed",
            severity: .critical,
            service: "slipway",
            at: 3,
            fires: [#"slipway_backup_last_verify_success{policy="redis-hourly"}"#: "0x5"],
            silent: [#"slipway_backup_last_verify_success{policy="redis-hourly"}"#: "1x5"]
        ),
        AlertCase(
            name: "CertExpiring",
            severity: .warning,
            service: "slipway",
            at: 10,
            fires: [
                #"slipway_certificate_not_before_timestamp_seconds{secret="site"}"#: "-20736000x20",
                #"slipway_certificate_not_after_timestamp_seconds{secret="site"}"#: "7776000x20",
            ],
            silent: [
                #"slipway_certificate_not_before_timestamp_seconds{secret="site"}"#: "0x20",
                #"slipway_certificate_not_after_timestamp_seconds{secret="site"}"#: "7776000x20",
            ]
        ),
        AlertCase(
            name: "CertExpiring",
            severity: .critical,
            service: "slipway",
            at: 10,
            fires: [
                #"slipway_certificate_not_before_timestamp_seconds{secret="site"}"#: "0x20",
                #"slipway_certificate_not_after_timestamp_seconds{secret="site"}"#: "500000x20",
            ],
            silent: [
                #"slipway_certificate_not_before_timestamp_seconds{secret="site"}"#: "0x20",
                #"slipway_certificate_not_after_timestamp_seconds{secret="site"}"#: "700000x20",
            ]
        ),
        AlertCase(
            name: "CertExpiresToday",
            severity: .critical,
            service: "slipway",
            at: 10,
            fires: [
                #"slipway_certificate_not_before_timestamp_seconds{secret="site"}"#: "0x20",
                #"slipway_certificate_not_after_timestamp_seconds{secret="site"}"#: "80000x20",
            ],
            silent: [
                #"slipway_certificate_not_before_timestamp_seconds{secret="site"}"#: "0x20",
                #"slipway_certificate_not_after_timestamp_seconds{secret="site"}"#: "90000x20",
            ]
        ),
        AlertCase(
            name: "ControllerStalled",
            severity: .critical,
            service: "slipway",
            at: 10,
            fires: ["slipway_controller_last_pass_timestamp_seconds": "0x20"],
            silent: ["slipway_controller_last_pass_timestamp_seconds": "500x20"]
        ),
        AlertCase(
            name: "ControllerDown",
            severity: .critical,
            service: "slipway",
            at: 3,
            fires: [#"up{job="slipway_controller"}"#: "0x5"],
            silent: [#"up{job="slipway_controller"}"#: "1x5"]
        ),
    ]

    /// The worker shows no figures of its own.
    static let silentApps = [
        AlertCase(
            name: "APIDown",
            severity: .critical,
            service: "worker",
            at: 7,
            fires: [
                #"slipway_service_replicas_ready{service="worker"}"#: "0x10",
                #"slipway_service_replicas_wanted{service="worker"}"#: "1x10",
            ],
            silent: [
                #"slipway_service_replicas_ready{service="worker"}"#: "0x10",
                #"slipway_service_replicas_wanted{service="worker"}"#: "0x10",
            ]
        ),
        AlertCase(
            name: "CrashLooping",
            severity: .critical,
            service: "worker",
            at: 15,
            fires: [#"slipway_service_restarts{service="worker"}"#: "0 0 1+1x20"],
            silent: [#"slipway_service_restarts{service="worker"}"#: "7 7 7 8x20"]
        ),
    ]
}
