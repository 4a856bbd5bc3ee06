import Basics
import StackModel

/// Grafana: provisioned from files, with the stack's Prometheus as its data source, and the dashboards.
enum GrafanaTemplate {
    static let grace = TimeSpan.seconds(15)

    static func make(_ service: Service, _ inputs: ManifestInputs) throws(ReportableError) -> ReplicaTemplate {
        let administrator = try ProcessManifests.administratorSecret(of: service.name, in: inputs.stack)
        let key = try ProcessManifests.encryptionSecret(of: service.name, in: inputs.stack)
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: [
                "grafana-server", "--homepath=/usr/share/grafana", "--config=\(.directory)/grafana.ini",
            ],
            files: [
                RenderedFile(path: "grafana.ini", content: configuration),
                RenderedFile(path: "admin.secret", content: Template([.secret(administrator, .value)])),
                RenderedFile(path: "key.secret", content: Template([.secret(key, .value)])),
            ] + provisioning(inputs.stack),
            user: .named("grafana"),
            port: .fixed(try inputs.port(of: service.name)),
            volume: Volume(),
            probe: .http(path: "/api/health"),
            limits: service.resources,
            stop: StopRule(signal: .terminate, grace: grace)
        )
    }

    private static let configuration: Template = """
        [server]
        http_addr = 127.0.0.1
        http_port = \(.port)
        [paths]
        data = \(.volume)
        plugins = \(.volume)/plugins
        provisioning = \(.directory)/provisioning
        [log]
        mode = console
        [security]
        admin_user = admin
        admin_password = $__file{\(.directory)/admin.secret}
        secret_key = $__file{\(.directory)/key.secret}
        [analytics]
        reporting_enabled = false
        check_for_updates = false
        [users]
        allow_sign_up = false

        """

    /// The dashboards and, since a stack has them only with a Prometheus, what makes Grafana read them.
    private static func provisioning(_ stack: Stack) -> [RenderedFile] {
        let sources = RenderedFile(path: "provisioning/datasources/slipway.yaml", content: dataSources(stack))
        guard let prometheus = stack.services.first(where: \.isPrometheus) else { return [sources] }
        let watch = PrometheusTemplate.watch(over: stack)
        let dashboards = Monitoring.dashboards(watch, prometheus.name).map {
            RenderedFile(path: "dashboards/\($0.path)", content: Template($0.content))
        }
        return [sources, RenderedFile(path: "provisioning/dashboards/slipway.yaml", content: provider)] + dashboards
    }

    private static let provider: Template = """
        apiVersion: 1
        providers:
          - name: slipway
            type: file
            disableDeletion: true
            allowUiUpdates: false
            options:
              path: \(.directory)/dashboards
              foldersFromFilesStructure: true

        """

    private static func dataSources(_ stack: Stack) -> Template {
        let sources = stack.services.filter { if case .prometheus = $0.kind { true } else { false } }
        var text = ConfigurationText()
        text.line("apiVersion: 1")
        text.line(sources.isEmpty ? "datasources: []" : "datasources:")
        for (index, source) in sources.enumerated() {
            text.lines([
                "  - name: \(YAMLScalar.quoted(source.name.text))",
                "    uid: \(YAMLScalar.quoted(source.name.text))",
                "    type: prometheus",
                "    access: proxy",
                "    url: \"http://\(.service(source.name, .hostAndPort))\"",
                "    isDefault: \(index == 0)",
                "    editable: false",
            ])
        }
        return text.template
    }
}
