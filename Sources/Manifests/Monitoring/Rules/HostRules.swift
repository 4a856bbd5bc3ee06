import StackModel

/// Alerts of machines, in a stack that runs node_exporter as an app called `node` or `node-exporter`.
enum HostRules {
    static let realFilesystems = "fstype!~\"tmpfs|ramfs|overlay|squashfs|nsfs\""

    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "host",
            about: ["The machines, as node_exporter sees them."],
            rules: watch.hosts.flatMap { host in
                let (name, job) = (host.name.text, "job=\"\(host.name)\"")
                return processor(job, name) + memory(job, name) + disks(job, name)
            }.map { .alert($0) }
        )
    }

    private static func processor(_ job: String, _ name: String) -> [Alert] {
        [(Alert.Severity.warning, 70), (.critical, 90)].map { severity, percent in
            Alert(
                name: "HostCPUHigh",
                severity: severity,
                service: name,
                expression: "1 - avg by (job, instance) (rate(node_cpu_seconds_total{\(job),mode=\"idle\"}[5m]))"
                    + " > \(Number.text(Double(percent) / 100))",
                holding: "15m",
                summary: "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its processors",
                description: "Everything on it gets slower.",
                next: "status"
            )
        }
    }

    private static func memory(_ job: String, _ name: String) -> [Alert] {
        [(Alert.Severity.warning, 80), (.critical, 90)].map { severity, percent in
            Alert(
                name: "HostMemoryHigh",
                severity: severity,
                service: name,
                expression: "1 - sum by (job, instance) (node_memory_MemAvailable_bytes{\(job)})"
                    + " / sum by (job, instance) (node_memory_MemTotal_bytes{\(job)})"
                    + " > \(Number.text(Double(percent) / 100))",
                holding: "10m",
                summary: "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory",
                description: "When it is full the kernel ends a program of its choice.",
                next: "status"
            )
        }
    }

    private static func disks(_ job: String, _ name: String) -> [Alert] {
        let by = "by (job, instance, mountpoint)"
        let free = "node_filesystem_avail_bytes{\(job),\(realFilesystems)}"
        let share = "sum \(by) (\(free)) / sum \(by) (node_filesystem_size_bytes{\(job),\(realFilesystems)})"
        return [
            Alert(
                name: "DiskFillsUp",
                severity: .warning,
                service: name,
                expression: "min \(by) (predict_linear(\(free)[6h], 86400)) < 0 and \(share) < 0.4",
                holding: "1h",
                summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} will be full within a day",
                description: "Redis and Postgres stop taking writes on a full disk.",
                next: "status"
            ),
            Alert(
                name: "DiskFull",
                severity: .critical,
                service: name,
                expression: "\(share) < 0.05",
                holding: "5m",
                summary:
                    "{{ $labels.mountpoint }} on {{ $labels.instance }} has {{ $value | humanizePercentage }} left",
                description: "Redis and Postgres stop taking writes on a full disk.",
                next: "status"
            ),
        ]
    }
}
