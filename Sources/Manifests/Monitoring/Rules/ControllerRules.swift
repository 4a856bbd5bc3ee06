import StackModel

/// Alerts from the figures of Slipway's controller (docs/reference/metrics.md), where Prometheus asks it.
enum ControllerRules {
    /// The service that these alerts are of.
    static let service = "slipway"
    /// No service can have this name.
    static let job = "slipway_controller"
    static let about = ["The figures come from Slipway's controller."]

    static func group(_ watch: Watch) -> RuleGroup {
        let stalled = Alert(
            name: "ControllerStalled",
            severity: .critical,
            service: service,
            expression: "time() - max(slipway_controller_last_pass_timestamp_seconds) > 300",
            holding: "1m",
            summary: "The controller has done nothing for {{ $value | humanizeDuration }}",
            description: "No backup and no repair is made until it goes on.",
            next: "history"
        )
        let down = Alert(
            name: "ControllerDown",
            severity: .critical,
            service: service,
            expression: "max(up{job=\"\(job)\"}) == 0",
            holding: "1m",
            summary: "No controller runs",
            description: "Nothing that is scheduled is done: no backup is made, and nobody looks at certificates.",
            next: "history"
        )
        return RuleGroup(
            name: "controller",
            about: about,
            rules: watch.asksController ? [down, stalled].map { .alert($0) } : []
        )
    }
}

enum BackupRules {
    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "backups",
            about: ControllerRules.about,
            rules: watch.asksController ? alerts(for: watch.stack).map { .alert($0) } : []
        )
    }

    private static func alerts(for stack: Stack) -> [Alert] {
        guard !stack.backups.isEmpty else { return [] }
        let hasLog = stack.backups.contains { $0.log != nil }
        return [failed, skipped, tooOld, notProven, verifyFailed] + (hasLog ? [notShipped] : [])
    }

    private static let failed = Alert(
        name: "BackupFailed",
        severity: .warning,
        service: ControllerRules.service,
        // Not with `or`, where a run that was well hides a proof that was not.
        expression: "max by (policy) ({__name__=~\"slipway_backup_last_(run|proof|prune)_failed\"}) == 1",
        summary: "The last run, proof or pruning of the backup policy {{ $labels.policy }} has failed",
        description: "The earlier sets are there. The controller's log says why.",
        next: "backup list"
    )

    private static let skipped = Alert(
        name: "BackupSkipped",
        severity: .warning,
        service: ControllerRules.service,
        expression: "time() - max by (policy) (slipway_backup_last_skip_timestamp_seconds) < 3600",
        summary: "A backup of {{ $labels.policy }} that was due was not made",
        description: "The controller was away, or the run before had not ended.",
        next: "backup list"
    )

    /// Two whole runs were missed, and there was an hour for one that is under way.
    private static let tooOld = Alert(
        name: "BackupTooOld",
        severity: .critical,
        service: ControllerRules.service,
        expression: "time() - max by (policy)"
            + " ({__name__=~\"slipway_backup_(last_success|expected_since)_timestamp_seconds\"})"
            + " > 2 * max by (policy) (slipway_backup_interval_seconds) + 3600",
        holding: "5m",
        summary: "{{ $labels.policy }} has made no backup for {{ $value | humanizeDuration }}",
        description: "Two runs have failed or were not made. What was written since then cannot be restored.",
        next: "history"
    )

    private static let notProven = Alert(
        name: "BackupNotProven",
        severity: .warning,
        service: ControllerRules.service,
        expression: "time() - max by (policy)"
            + " ({__name__=~\"slipway_backup_(proven|proof_expected_since)_timestamp_seconds\"})"
            + " > 2 * max by (policy) (slipway_backup_prove_interval_seconds) + 3600",
        holding: "5m",
        summary: "No backup of {{ $labels.policy }} was restored and probed for {{ $value | humanizeDuration }}",
        description: "The backups may be good. Nobody knows.",
        next: "history"
    )

    private static let notShipped = Alert(
        name: "LogNotShipped",
        severity: .warning,
        service: ControllerRules.service,
        expression: "max by (policy) (slipway_log_unshipped_bytes) > 1073741824",
        holding: "15m",
        summary: "{{ $value | humanize1024 }}B of the log of {{ $labels.policy }} are in no store",
        description: "They stay on the disk of the server's data until they are, and fill it.",
        next: "backup list"
    )

    private static let verifyFailed = Alert(
        name: "BackupVerifyFailed",
        severity: .critical,
        service: ControllerRules.service,
        expression: "min by (policy) (slipway_backup_last_verify_success) == 0",
        summary: "The last backup of {{ $labels.policy }} is damaged",
        description: "It could not be read back, or its digests are not those of its manifest.",
        next: "history"
    )
}

enum CertificateRules {
    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "certificates",
            about: ControllerRules.about,
            rules: watch.asksController && watch.stack.hasCertificates
                ? [
                    alert("CertExpiring", .warning, "(\(end) - \(start)) / 3"),
                    alert("CertExpiring", .critical, "\(7 * 86400)"),
                    alert("CertExpiresToday", .critical, "86400"),
                ] : []
        )
    }

    private static let end = "min by (secret) (slipway_certificate_not_after_timestamp_seconds)"
    private static let start = "min by (secret) (slipway_certificate_not_before_timestamp_seconds)"

    private static func alert(_ name: String, _ severity: Alert.Severity, _ left: String) -> RuleGroup.Rule {
        .alert(
            Alert(
                name: name,
                severity: severity,
                service: ControllerRules.service,
                expression: "\(end) - time() < \(left)",
                holding: "5m",
                summary: "The certificate {{ $labels.secret }} ends in {{ $value | humanizeDuration }}",
                description: "When it has ended, clients refuse to connect.",
                next: "history"
            )
        )
    }
}
