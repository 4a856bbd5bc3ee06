import StackModel

/// Backups and rotations, by the figures of Slipway's controller (docs/reference/metrics.md).
enum OperationsDashboard {
    static func make(_ watch: Watch) -> Dashboard? {
        let rotates = watch.stack.secrets.contains { $0.rotate != nil }
        guard !watch.stack.backups.isEmpty || rotates else { return nil }
        return Dashboard(
            uid: "slipway-operations",
            folder: Dashboards.operations,
            title: "Backups and rotations",
            rows: [backups, rotations]
        )
    }

    private static let backups = Dashboard.Row(
        title: "Backups",
        panels: [
            Panel(
                title: "Age of the last backup",
                kind: .number,
                unit: "s",
                width: 12,
                queries: [
                    .init("time() - max by (policy) (slipway_backup_last_success_timestamp_seconds)", "{{policy}}")
                ]
            ),
            Panel(
                title: "Time since one was proven",
                kind: .number,
                unit: "s",
                width: 12,
                queries: [.init("time() - max by (policy) (slipway_backup_proven_timestamp_seconds)", "{{policy}}")]
            ),
            Panel(
                title: "Size",
                unit: "bytes",
                width: 12,
                queries: [.init("max by (policy) (slipway_backup_last_size_bytes)", "{{policy}}")]
            ),
            Panel(
                title: "Duration",
                unit: "s",
                width: 12,
                queries: [.init("max by (policy) (slipway_backup_last_duration_seconds)", "{{policy}}")]
            ),
        ],
        height: 6
    )

    private static let rotations = Dashboard.Row(
        title: "Secrets",
        panels: [
            Panel(
                title: "Time until the next rotation",
                kind: .number,
                unit: "s",
                width: 12,
                queries: [
                    .init("min by (secret) (slipway_rotation_due_timestamp_seconds) - time()", "{{secret}}")
                ],
                warning: 0,
                critical: -86400,
                isBadWhenLow: true
            ),
            Panel(
                title: "Sessions on the old value",
                kind: .number,
                width: 12,
                queries: [.init("max by (secret) (slipway_rotation_stragglers)", "{{secret}}")],
                warning: 1
            ),
        ],
        height: 6
    )
}
