import StackModel

/// The dashboards that a stack has something to show on.
enum Dashboards {
    static func all(of watch: Watch) -> [Dashboard] {
        [
            APIDashboard.make(watch), RedisDashboard.make(watch), PostgresDashboard.make(watch),
            EdgeDashboard.make(watch), OperationsDashboard.make(watch), HostDashboard.make(watch),
        ].compactMap { $0 }
    }

    /// The folders of Grafana.
    static let services = "services"
    static let data = "data"
    static let operations = "operations"

    /// The job to look at and, where it has several, its replicas.
    static func variables(_ label: String, _ jobs: [ServiceName]) -> [Dashboard.Variable] {
        [
            Dashboard.Variable(name: "job", label: label, choices: .fixed(jobs.map(\.text))),
            Dashboard.Variable(
                name: "instance",
                label: "replica",
                choices: .values(label: "instance", of: "up{job=\"$job\"}")
            ),
        ]
    }

    /// What the variables choose.
    static let chosen = "job=\"$job\",instance=~\"$instance\""
}
