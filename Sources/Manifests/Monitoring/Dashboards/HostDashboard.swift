import StackModel

/// The machines, by node_exporter's figures.
enum HostDashboard {
    private static let chosen = Dashboards.chosen
    private static let interval = "[$__rate_interval]"

    static func make(_ watch: Watch) -> Dashboard? {
        guard !watch.hosts.isEmpty else { return nil }
        return Dashboard(
            uid: "slipway-host",
            folder: Dashboards.operations,
            title: "Host",
            variables: Dashboards.variables("exporter", watch.hosts.map(\.name)),
            rows: [Dashboard.Row(title: "The machine", panels: panels)]
        )
    }

    private static let panels = [
        Panel(
            title: "Processors",
            unit: "percentunit",
            width: 12,
            queries: [
                .init(
                    "1 - avg by (instance) (rate(node_cpu_seconds_total{\(chosen),mode=\"idle\"}\(interval)))",
                    "{{instance}}"
                )
            ],
            warning: 0.7,
            critical: 0.9
        ),
        Panel(
            title: "Memory",
            unit: "percentunit",
            width: 12,
            queries: [
                .init(
                    "1 - sum by (instance) (node_memory_MemAvailable_bytes{\(chosen)})"
                        + " / sum by (instance) (node_memory_MemTotal_bytes{\(chosen)})",
                    "{{instance}}"
                )
            ],
            warning: 0.8,
            critical: 0.9
        ),
        Panel(
            title: "Room on disks",
            unit: "percentunit",
            width: 12,
            queries: [
                .init(
                    "sum by (instance, mountpoint) (node_filesystem_avail_bytes{\(chosen),\(HostRules.realFilesystems)})"
                        + " / sum by (instance, mountpoint)"
                        + " (node_filesystem_size_bytes{\(chosen),\(HostRules.realFilesystems)})",
                    "{{instance}} {{mountpoint}}"
                )
            ],
            warning: 0.2,
            critical: 0.05,
            isBadWhenLow: true
        ),
        Panel(
            title: "Network",
            unit: "Bps",
            width: 12,
            queries: [
                .init(
                    "sum by (instance) (rate(node_network_receive_bytes_total{\(chosen),device!=\"lo\"}\(interval)))",
                    "{{instance}} in"
                ),
                .init(
                    "sum by (instance) (rate(node_network_transmit_bytes_total{\(chosen),device!=\"lo\"}\(interval)))",
                    "{{instance}} out"
                ),
            ]
        ),
    ]
}
