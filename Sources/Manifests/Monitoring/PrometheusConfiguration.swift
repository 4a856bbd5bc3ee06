import StackModel

/// `prometheus.yml` where containers run, and the files of rules it names.
struct PrometheusConfiguration {
    let watch: Watch
    let reach: Monitoring.Reach

    private var stack: Stack { watch.stack }
    private var groups: [RuleGroup] { RuleGroup.all(of: watch) }

    var files: [ManifestFile] {
        [ManifestFile("prometheus/prometheus.yml", YAMLWriter.document(document))]
            + groups.map { ManifestFile("prometheus/rules/\($0.name).yml", $0.file(reach.help(for: stack))) }
    }

    /// All Prometheuses of a stack do the same; the first one says how often.
    private var interval: ManifestValue {
        for service in watch.prometheuses {
            if case .prometheus(let prometheus) = service.kind { return .text(prometheus.scrapeInterval) }
        }
        return .absent
    }

    private var document: ManifestValue {
        [
            "global": [
                "scrape_interval": interval,
                "evaluation_interval": interval,
                "external_labels": [
                    "stack": .text(stack.name),
                    "environment": .text(stack.environment),
                ],
            ],
            "rule_files": .texts(groups.map { "rules/\($0.name).yml" }),
            "alerting": alerting,
            "scrape_configs": .list(watch.jobs.map(scrape)),
        ]
    }

    private var alerting: ManifestValue {
        guard let name = stack.alertmanager, let service = stack.service(name),
            let port = ContainerAddress.port(of: service)
        else { return nil }
        return ["alertmanagers": [["static_configs": [["targets": ["\(name):\(port)"]]]]]]
    }

    private func scrape(_ job: ScrapeJob) -> ManifestValue {
        let head: ManifestValue = [
            "job_name": .text(job.service),
            "metrics_path": job.path == "/metrics" ? nil : .text(job.path),
        ]
        switch reach {
        case .compose: return head.merging(inCompose(job))
        case .kubernetes: return head.merging(inKubernetes(job))
        }
    }

    /// Compose's name server has an address for each replica, so replicas that are added by `--scale` are found.
    private func inCompose(_ job: ScrapeJob) -> ManifestValue {
        if let instance = job.instance {
            return [
                "static_configs": [
                    ["targets": ["\(job.service):\(job.port)"], "labels": ["instance": .text(instance)]]
                ]
            ]
        }
        return [
            "dns_sd_configs": [
                ["names": [.text(job.service)], "type": "A", "port": .integer(job.port), "refresh_interval": "15s"]
            ]
        ]
    }

    /// The pods of the service in the namespace that Prometheus runs in, each known by its name.
    private func inKubernetes(_ job: ScrapeJob) -> ManifestValue {
        let instance: ManifestValue =
            job.instance.map { ["target_label": "instance", "replacement": .text($0)] }
            ?? ["source_labels": ["__meta_kubernetes_pod_name"], "target_label": "instance"]
        return [
            "kubernetes_sd_configs": [["role": "pod", "namespaces": ["own_namespace": true]]],
            "relabel_configs": [
                [
                    "source_labels": [
                        "__meta_kubernetes_pod_label_app_kubernetes_io_component",
                        "__meta_kubernetes_pod_container_port_name",
                    ],
                    "regex": "\(job.service);(metrics|http)",
                    "action": "keep",
                ],
                ["source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Succeeded|Failed", "action": "drop"],
                instance,
            ],
        ]
    }
}
