import Basics
import StackModel

/// Prometheus and Alertmanager in containers: what they are told.
enum PrometheusContainer {
    static func arguments(_ prometheus: Prometheus, storage: ByteCount?) -> [String] {
        let own = [
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=\(prometheus.retention)",
        ]
        guard let storage else { return own }
        return own + ["--storage.tsdb.retention.size=\(storage.bytes / 100 * PrometheusTemplate.retainedShare)B"]
    }

    static let alertmanager = [
        "--config.file=/etc/alertmanager/alertmanager.yml",
        "--storage.path=/alertmanager",
        // One replica: it has no cluster to talk to.
        "--cluster.listen-address=",
    ]
}
