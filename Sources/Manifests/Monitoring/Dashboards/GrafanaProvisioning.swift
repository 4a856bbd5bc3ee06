import StackModel

/// What Grafana reads at its start: where the figures are, and where the dashboards.
enum GrafanaProvisioning {
    /// `url` is where a Prometheus is reached from Grafana.
    static func dataSources(of stack: Stack, url: (ServiceName) -> String) -> ManifestValue {
        let sources = stack.services.filter(\.isPrometheus).enumerated().map { index, source -> ManifestValue in
            [
                "name": .text(source.name), "uid": .text(source.name), "type": "prometheus", "access": "proxy",
                "url": .text(url(source.name)), "isDefault": .boolean(index == 0), "editable": false,
                "jsonData": ["timeInterval": interval(of: source), "httpMethod": "POST"],
            ]
        }
        return ["apiVersion": 1, "datasources": .list(sources)]
    }

    /// Grafana takes no rate over less than four of these.
    private static func interval(of service: Service) -> ManifestValue {
        guard case .prometheus(let prometheus) = service.kind else { return .absent }
        return .text(prometheus.scrapeInterval)
    }

    /// Each folder below `directory` is one in Grafana.
    static func dashboards(in directory: String) -> ManifestValue {
        [
            "apiVersion": 1,
            "providers": [
                [
                    "name": "slipway", "type": "file", "disableDeletion": true, "allowUiUpdates": false,
                    "options": ["path": .text(directory), "foldersFromFilesStructure": true],
                ]
            ],
        ]
    }
}
