import StackModel

extension Exporter {
    /// What the rules and dashboards read and the exporter collects only when it is told to.
    static let postgresCollectors = ["--collector.database_wraparound"]
}
