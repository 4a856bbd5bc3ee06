import Basics
import StackModel

/// Alerts of apps that show figures.
enum APIRules {
    /// Requests at once over all replicas.
    static let inFlight = 100
    /// Fewer requests than this in the window are too few to judge by.
    static let fewestRequests = 30.0

    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "api",
            about: ["Apps: are they there, do they answer, how fast, and are they near their limits."],
            rules: watch.apps.flatMap { service in
                presence(service) + requests(service, watch) + limits(service)
            }.map { .alert($0) }
        )
    }

    private static func presence(_ service: Service) -> [Alert] {
        let (name, logs) = (service.name.text, "logs --service \(service.name)")
        let up = "sum by (job) (up{job=\"\(name)\"})"
        let down = Alert(
            name: "APIDown",
            severity: .critical,
            service: name,
            expression: "\(up) == 0 or absent(up{job=\"\(name)\"})",
            holding: "1m",
            summary: "\(name) is down",
            description: "No replica of \(name) answers, or there is none. Its users get errors.",
            next: "status"
        )
        let loop = Alert(
            name: "CrashLooping",
            severity: .critical,
            service: name,
            expression: "max by (job) (changes(process_start_time_seconds{job=\"\(name)\"}[15m])) > 3",
            summary: "A replica of \(name) was started {{ $value }} times in 15 minutes",
            description: "It ends soon after each start. Its last words are in its log.",
            next: logs
        )
        let fewest = wanted(service)
        guard fewest > 1 else { return [down, loop] }
        let missing = Alert(
            name: "TargetMissing",
            severity: .warning,
            service: name,
            expression: "\(up) < \(fewest)",
            holding: "10m",
            summary: "\(name) has {{ $value }} of \(fewest) replicas",
            description: "The others carry its load. With the next one that fails there may be too few.",
            next: "status"
        )
        return [down, loop, missing]
    }

    /// Where a machine scales, fewer than the least are missing.
    private static func wanted(_ service: Service) -> Int {
        service.autoscale?.minimum ?? service.replicas
    }

    private static func requests(_ service: Service, _ watch: Watch) -> [Alert] {
        let (name, job, promise) = (service.name.text, "job=\"\(service.name)\"", watch.promise)
        // What clients get counts, where an edge tells: EdgeErrors.
        let isCountedAtEdge = watch.countedAtEdges.contains { $0.name == service.name }
        let errors = Alert(
            name: "HighErrorRate",
            severity: promise.hasBudget || isCountedAtEdge ? .warning : .critical,
            service: name,
            expression: "job:http_request_errors:ratio_rate5m{\(job)} > \(promise.errors.fraction)"
                + " and \(enough(job, minutes: 5))",
            holding: "5m",
            summary: "{{ $value | humanizePercentage }} of the requests to \(name) fail",
            description: "More than the \(promise.errors) that slo.errors allows, for five minutes.",
            next: "logs --service \(name)"
        )
        let busy = Alert(
            name: "InFlightHigh",
            severity: .warning,
            service: name,
            expression: "sum by (job) (http_requests_in_progress{\(job)}) > \(inFlight)",
            holding: "5m",
            summary: "\(name) works on {{ $value }} requests at once",
            description: "Requests come faster than they are answered: it or something it waits for is slow.",
            next: "status"
        )
        return [errors] + promise.latency.map { slow(name, job, $0) } + [busy]
    }

    private static func slow(_ name: String, _ job: String, _ objective: LatencyObjective) -> Alert {
        Alert(
            name: "HighLatency",
            severity: .warning,
            service: name,
            labels: ["quantile": "\(objective.quantile)"],
            expression: "histogram_quantile(\(objective.quantile), sum by (job, le) "
                + "(rate(http_request_duration_seconds_bucket{\(job)}[5m]))) > \(Number.text(objective.bound.seconds))"
                + " and \(enough(job, minutes: 5))",
            holding: "10m",
            summary: "p\(objective.percentile) of \(name) is {{ $value | humanizeDuration }}",
            description: "Above the \(objective.bound) that slo.latency promises, for ten minutes.",
            next: "status"
        )
    }

    /// `level` is the label that the rates are summed by.
    static func enough(_ selected: String, by level: String = "job", minutes: Int) -> String {
        more("\(level):http_requests:rate5m{\(selected)}", than: fewestRequests, minutes: minutes)
    }

    /// Whether a rate makes more than a number in these minutes.
    static func more(_ rate: String, than number: Double, minutes: Int) -> String {
        let average = minutes == 5 ? rate : "avg_over_time(\(rate)[\(minutes)m])"
        return "\(average) > \(Number.text(number / Double(minutes * 60)))"
    }

    private static func limits(_ service: Service) -> [Alert] {
        let name = service.name.text
        var alerts: [Alert] = []
        if let cpu = service.resources.cpu {
            let used = "max by (job) (rate(process_cpu_seconds_total{job=\"\(name)\"}[5m]))"
            alerts += levels(70, scaledAt: service.autoscale?.cpu).map { severity, percent in
                limit("CPUHigh", severity, name, used, Double(cpu.thousandths) / 1000, percent, "processor time")
            }
        }
        if let memory = service.resources.memory {
            let used = "max by (job) (process_resident_memory_bytes{job=\"\(name)\"})"
            alerts += levels(80, scaledAt: service.autoscale?.memory).map { severity, percent in
                limit("MemoryHigh", severity, name, used, Double(memory.bytes), percent, "memory")
            }
        }
        return alerts
    }

    /// Where a machine scales, what it aims at is no reason to look.
    private static func levels(_ warning: Int, scaledAt target: Percent?) -> [(Alert.Severity, Int)] {
        let levels = [(Alert.Severity.warning, warning), (.critical, 90)]
        return levels.filter { $0.1 * 1000 > target?.thousandths ?? 0 }
    }

    private static func limit(
        _ alert: String,
        _ severity: Alert.Severity,
        _ name: String,
        _ used: String,
        _ limit: Double,
        _ percent: Int,
        _ what: String
    ) -> Alert {
        Alert(
            name: alert,
            severity: severity,
            service: name,
            expression: "\(used) / \(Number.text(limit)) > \(Number.text(Double(percent) / 100))",
            holding: "15m",
            summary: "A replica of \(name) uses {{ $value | humanizePercentage }} of its \(what)",
            description: "Above \(percent)% of what resources.\(what == "memory" ? "memory" : "cpu") allows.",
            next: "status"
        )
    }
}

extension Service {
    fileprivate var autoscale: Autoscale? { if case .app(let app) = kind { app.autoscale } else { nil } }
}
