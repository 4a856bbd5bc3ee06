import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

extension DataServices {
    /// Prometheus itself, with the least configuration that it needs.
    @Suite struct PrometheusTests {
        @Test("Prometheus takes up a new configuration, and a wrong one is refused with the words of promtool")
        func prometheus() async throws {
            try await Harbour.with { harbour in
                let port = try await harbour.port("prometheus", .prometheus(Prometheus()))
                func template(_ configuration: Template) -> ReplicaTemplate {
                    ReplicaTemplate(
                        service: "prometheus",
                        kind: "prometheus",
                        command: [
                            "prometheus", "--config.file=\(.directory)/prometheus.yml",
                            "--storage.tsdb.path=\(.volume)",
                            "--web.listen-address=127.0.0.1:\(.port)",
                        ],
                        files: [RenderedFile(path: "prometheus.yml", content: configuration, reloadable: true)],
                        user: .named("prometheus"),
                        port: .fixed(port),
                        volume: Volume(),
                        probe: .http(path: "/-/ready"),
                        probeTiming: ProbeTiming(interval: TimeSpan(milliseconds: 100)),
                        reload: .hangup
                    )
                }
                let first = template("global: {scrape_interval: 15s}\n")
                try await harbour.perform(.prepareVolume("prometheus"), first)
                try await harbour.start(first)
                try await harbour.awaitReady(first)
                let second = template("global: {scrape_interval: 17s}\n")
                let time = try await ContinuousClock().measure {
                    try await harbour.perform(.reconfigure("prometheus-1", configuration: second.configuration), second)
                }
                let request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/status/config")
                let reply = try await harbour.engine.http.send(request)
                #expect(String(decoding: reply.body, as: UTF8.self).contains("scrape_interval: 17s"))
                try await harbour.perform(.reconfigure("prometheus-1", configuration: second.configuration), second)
                let wrong = template("global: {scrape_interval: often}\n")
                let error = await #expect(throws: ReportableError.self) {
                    try await harbour.perform(.reconfigure("prometheus-1", configuration: wrong.configuration), wrong)
                }
                #expect(error?.details.joined().contains("not a valid duration string") == true)
                #expect(try await harbour.observed("prometheus-1").configuration == second.configuration)
                #expect(
                    Disk.text("\(harbour.folder.replica("prometheus-1").work)/prometheus.yml")?.contains("17s") == true
                )
                print("Prometheus took up a configuration in \(time)")
            }
        }
    }
}
