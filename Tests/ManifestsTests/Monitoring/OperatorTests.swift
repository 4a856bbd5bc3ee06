import Basics
import Foundation
import StackModel
import Testing
import Yams

@testable import Manifests

@Suite("Rules for an operator's Prometheus")
struct OperatorTests {
    private static let stack: Stack = {
        var stack = MonitoredStack.stack()
        stack.engine = .kubernetes
        stack.kubernetes = KubernetesOptions(prometheusOperator: true)
        stack.services.removeAll { $0.isPrometheus }
        return stack
    }()

    @Test("fire for backups that fail or are too old, and for this namespace only")
    func fires() throws {
        let folder = "\(NSTemporaryDirectory())/operator-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(try Self.groups(), to: "\(folder)/rules.yml")
        let accepted = try run(["promtool", "check", "rules", "\(folder)/rules.yml"])
        #expect(accepted.status == 0, "\(accepted.output)")
        try write(
            AlertCase.document(Self.jobs + Self.workers + Self.neighbours, of: ["rules.yml"]),
            to: "\(folder)/tests.yml"
        )
        let tested = try run(["promtool", "test", "rules", "\(folder)/tests.yml"])
        #expect(tested.status == 0, "\(tested.output)")
    }

    @Test("are there without a Prometheus of the stack's own, with the exporters they read and no Watchdog")
    func standAlone() throws {
        let completed = Self.stack.withCompanions()
        #expect(completed.service("redis-exporter") != nil && completed.service("postgres-exporter") != nil)
        #expect(completed.service("alertmanager") == nil)
        let names = Set(Monitoring.operatorRules(of: completed).flatMap(\.alerts).map(\.name))
        #expect(names.isSuperset(of: ["APIDown", "RedisDown", "PgDown", "TargetMissing", "BackupFailed"]))
        #expect(!names.contains("Watchdog"))
        let omissions = StackManifests.omissions(of: Self.stack, for: .kubernetes).map(\.key)
        #expect(!omissions.contains(["backups"]))
    }

    /// As they stand in the PrometheusRule.
    private static func groups() throws -> ManifestValue {
        let files = try StackManifests.files(of: stack, for: .kubernetes)
        let rules = try KubernetesObjects.documents(
            of: try #require(files.first { $0.path == "prometheus-rules.yaml" })
        )
        return ["groups": try #require(rules.first?["spec"]?["groups"])]
    }

    private func write(_ value: ManifestValue, to path: String) throws {
        try YAMLWriter.document(value).write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static let created = #"kube_cronjob_created{namespace="shop",cronjob="backup-redis-hourly"}"#
    private static let succeeded =
        #"kube_cronjob_status_last_successful_time{namespace="shop",cronjob="backup-redis-hourly"}"#
    private static let started = #"kube_job_status_start_time{namespace="shop",job_name="backup-redis-hourly-291"}"#
    private static let failed =
        #"kube_job_failed{namespace="shop",job_name="backup-redis-hourly-291",condition="true"}"#

    private static let jobs = [
        backup(
            "BackupTooOld",
            .critical,
            at: 200,
            fires: [created: "0x220"],
            silent: [created: "0x220", succeeded: "7200x220"]
        ),
        backup(
            "BackupTooOld",
            .critical,
            at: 20,
            fires: [#"kube_cronjob_created{namespace="other",cronjob="backup-redis-hourly"}"#: "0x30"],
            silent: [created: "0x30"]
        ),
        backup(
            "BackupFailed",
            .warning,
            at: 5,
            fires: [succeeded: "50x10", started: "100x10", failed: "1x10"],
            silent: [succeeded: "200x10", started: "100x10", failed: "1x10"]
        ),
        backup(
            "BackupFailed",
            .warning,
            at: 5,
            fires: [started: "100x10", failed: "1x10"],
            silent: [started: "100x10", failed: "0x10"]
        ),
    ]

    private static let ready = #"kube_deployment_status_replicas_available{namespace="shop",deployment="worker"}"#
    private static let restarts =
        #"kube_pod_container_status_restarts_total{namespace="shop",container="worker",pod="a"}"#

    /// It shows no figures of its own.
    private static let workers = [
        worker("APIDown", at: 8, fires: [ready: "0x10"], silent: [ready: "1x10"]),
        worker("APIDown", at: 8, fires: [:], silent: [ready: "1x10"]),
        worker("CrashLooping", at: 15, fires: [restarts: "0+1x20"], silent: [restarts: "0 0 1x20"]),
    ]

    private static func worker(
        _ name: String,
        at minute: Int,
        fires: [String: String],
        silent: [String: String]
    ) -> AlertCase {
        AlertCase(name: name, severity: .critical, service: "worker", at: minute, fires: fires, silent: silent)
    }

    private static func backup(
        _ name: String,
        _ severity: Alert.Severity,
        at minute: Int,
        fires: [String: String],
        silent: [String: String]
    ) -> AlertCase {
        AlertCase(
            name: name,
            severity: severity,
            service: "slipway",
            labels: ["policy": "redis-hourly"],
            at: minute,
            fires: fires,
            silent: silent
        )
    }

    /// Another stack of the cluster has a job of the same name.
    private static let neighbours = [
        AlertCase(
            name: "APIDown",
            severity: .critical,
            service: "api",
            at: 5,
            fires: [#"up{namespace="other",job="api",instance="a"}"#: "1x10"],
            silent: [
                #"up{namespace="shop",job="api",instance="a"}"#: "1x10",
                #"up{namespace="other",job="api",instance="a"}"#: "0x10",
            ]
        ),
        AlertCase(
            name: "HighErrorRate",
            severity: .warning,
            service: "api",
            at: 15,
            fires: [
                #"http_requests_total{namespace="shop",job="api",status="200"}"#: "0+60x20",
                #"http_requests_total{namespace="shop",job="api",status="500"}"#: "0+60x20",
            ],
            silent: [
                #"http_requests_total{namespace="shop",job="api",status="200"}"#: "0+60x20",
                #"http_requests_total{namespace="other",job="api",status="500"}"#: "0+60x20",
            ]
        ),
    ]
}
