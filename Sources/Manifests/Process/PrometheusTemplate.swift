import Basics
import StackModel

/// Prometheus: scrapes itself and every app that has metrics; the engine keeps the list of targets of each.
enum PrometheusTemplate {
    /// Prometheus closes its block and write-ahead log on TERM; measured in seconds even for large heads.
    static let grace = TimeSpan.seconds(30)
    /// Share of the declared storage that blocks may fill; the rest is for the write-ahead log and compaction.
    static let retainedShare = 80

    static func make(
        _ service: Service,
        _ prometheus: Prometheus,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: command(service, prometheus),
            files: [
                RenderedFile(
                    path: "prometheus.yml",
                    content: configuration(service, prometheus, inputs.stack),
                    reloadable: true
                )
            ],
            user: .named("prometheus"),
            port: .fixed(try inputs.port(of: service.name)),
            volume: Volume(),
            probe: .http(path: "/-/ready"),
            limits: service.resources,
            stop: StopRule(signal: .terminate, grace: grace),
            reload: .hangup
        )
    }

    /// The lifecycle and administration endpoints stay off, as they are by default.
    private static func command(_ service: Service, _ prometheus: Prometheus) -> [Template] {
        var command: [Template] = [
            "prometheus",
            "--config.file=\(.directory)/prometheus.yml",
            "--storage.tsdb.path=\(.volume)",
            "--storage.tsdb.retention.time=\(prometheus.retention)",
            "--web.listen-address=127.0.0.1:\(.port)",
        ]
        if let storage = service.storage {
            command.append("--storage.tsdb.retention.size=\(storage.bytes / 100 * retainedShare)B")
        }
        return command
    }

    private static func configuration(_ service: Service, _ prometheus: Prometheus, _ stack: Stack) -> Template {
        var text = ConfigurationText()
        text.lines([
            "global:",
            "  scrape_interval: \(prometheus.scrapeInterval)",
            "  evaluation_interval: \(prometheus.scrapeInterval)",
            "  external_labels:",
            "    stack: \(YAMLScalar.quoted(stack.name.text))",
            "    environment: \(YAMLScalar.quoted(stack.environment.text))",
            "scrape_configs:",
            "  - job_name: \(YAMLScalar.quoted(service.name.text))",
            "    static_configs:",
            "      - targets: [\"127.0.0.1:\(.port)\"]",
        ])
        for scraped in stack.services {
            switch scraped.kind {
            case .app(let app): text.lines(job(scraping: app, of: scraped.name))
            case .edge(let edge): text.lines(job(scraping: edge, of: scraped.name))
            case .redis, .postgres, .prometheus, .grafana, .exporter, .alertmanager: continue
            }
        }
        return text.template
    }

    private static func job(scraping app: App, of service: ServiceName) -> [Template] {
        guard let path = app.metrics else { return [] }
        return [
            "  - job_name: \(YAMLScalar.quoted(service.text))",
            "    metrics_path: \(YAMLScalar.quoted(path))",
            "    file_sd_configs:",
            "      - files: [\"\(.targets)/\(service).json\"]",
        ]
    }

    /// The edge shows its figures to this machine only.
    private static func job(scraping edge: Edge, of service: ServiceName) -> [Template] {
        guard ["0.0.0.0", "127.0.0.1", "::", "localhost"].contains(edge.address) else { return [] }
        return [
            "  - job_name: \(YAMLScalar.quoted(service.text))",
            "    metrics_path: \(YAMLScalar.quoted(EdgeConfiguration.metricsPath))",
            "    static_configs:",
            "      - targets: [\"127.0.0.1:\(edge.listen)\"]",
        ]
    }
}
