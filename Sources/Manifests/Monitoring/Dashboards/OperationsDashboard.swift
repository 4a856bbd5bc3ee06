import StackModel

/// Backups, by the figures of Slipway's controller (docs/reference/metrics.md).
enum OperationsDashboard {
    static func make(_ watch: Watch) -> Dashboard? {
        guard watch.asksController, !watch.stack.backups.isEmpty else { return nil }
        return Dashboard(
            uid: "slipway-operations",
            folder: Dashboards.operations,
            title: "Backups",
            rows: [backups]
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
}
