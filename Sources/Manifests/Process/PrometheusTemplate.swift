import Basics
import StackModel

/// Prometheus: scrapes whatever shows figures, and evaluates the rules. The engine keeps the list of targets of each app.
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
        let watch = watch(over: inputs.stack)
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: command(service, prometheus),
            files: [
                RenderedFile(path: "prometheus.yml", content: configuration(prometheus, watch), reloadable: true)
            ] + ruleFiles(watch),
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

    /// The edge shows its figures to this machine only.
    static func watch(over stack: Stack) -> Watch {
        Watch(stack) {
            ["0.0.0.0", "127.0.0.1", "::", "localhost"].contains($0.address)
        }
    }

    private static func ruleFiles(_ watch: Watch) -> [RenderedFile] {
        RuleGroup.all(of: watch).map { group in
            RenderedFile(
                path: "rules/\(group.name).yml",
                content: Template(group.file(AlertHelp(.slipway, for: watch.stack))),
                reloadable: true
            )
        }
    }

    private static func configuration(_ prometheus: Prometheus, _ watch: Watch) -> Template {
        var text = ConfigurationText()
        text.lines([
            "global:",
            "  scrape_interval: \(prometheus.scrapeInterval)",
            "  evaluation_interval: \(prometheus.scrapeInterval)",
            "  external_labels:",
            "    stack: \(YAMLScalar.quoted(watch.stack.name.text))",
            "    environment: \(YAMLScalar.quoted(watch.stack.environment.text))",
            "rule_files:",
        ])
        text.lines(RuleGroup.all(of: watch).map { "  - \(YAMLScalar.quoted("rules/\($0.name).yml"))" })
        for alertmanager in watch.alertmanagers {
            text.lines([
                "alerting:", "  alertmanagers:", "    - static_configs:",
                "        - targets: [\"\(.service(alertmanager.name, .hostAndPort))\"]",
            ])
        }
        text.line("scrape_configs:")
        for job in watch.jobs { text.lines(scrape(job, watch.stack)) }
        if watch.asksController { text.lines(controller(of: watch.stack)) }
        return text.template
    }

    /// The controller of this machine, where it listens when nobody says otherwise (`slipway controller --listen`). It has
    /// the figures of every stack; these are asked for one.
    private static func controller(of stack: Stack) -> [Template] {
        [
            "  - job_name: \(YAMLScalar.quoted(ControllerRules.job))",
            "    params: {stack: [\(YAMLScalar.quoted(stack.id.description))]}",
            "    static_configs:",
            "      - targets: [\"127.0.0.1:9466\"]",
            "        labels: {instance: \"controller\"}",
        ]
    }

    private static func scrape(_ job: ScrapeJob, _ stack: Stack) -> [Template] {
        let head: Template = "  - job_name: \(YAMLScalar.quoted(job.service.text))"
        switch stack.service(job.service)?.kind {
        case .app:
            return [
                head,
                "    metrics_path: \(YAMLScalar.quoted(job.path))",
                "    file_sd_configs:",
                "      - files: [\"\(.targets)/\(job.service).json\"]",
            ]
        case .edge(let edge):
            return [
                head,
                "    metrics_path: \(YAMLScalar.quoted(EdgeConfiguration.metricsPath))",
            ] + encryption(edge) + [
                "    static_configs:",
                "      - targets: [\"127.0.0.1:\(edge.listen)\"]",
            ] + labels(of: job)
        default:
            return [
                head, "    static_configs:", "      - targets: [\"\(.service(job.service, .hostAndPort))\"]",
            ] + labels(of: job)
        }
    }

    /// It asks by an address of this machine, which no certificate names.
    private static func encryption(_ edge: Edge) -> [Template] {
        edge.tls == nil ? [] : ["    scheme: https", "    tls_config: {insecure_skip_verify: true}"]
    }

    private static func labels(of job: ScrapeJob) -> [Template] {
        guard let instance = job.instance else { return [] }
        return ["        labels: {instance: \(YAMLScalar.quoted(instance))}"]
    }
}
