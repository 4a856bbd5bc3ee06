import Basics
import StackModel

/// How Docker knows that a container works: it runs a command in it. Each run costs a process, so it asks less often
/// than an edge does; whatever fails within the time a replica has to become ready does not count.
struct ComposeHealth {
    let command: [String]
    let startPeriod: TimeSpan
    var interval = TimeSpan.seconds(10)
    var timeout: TimeSpan

    /// - Parameter answer: how long the command itself waits for an answer.
    init(_ command: [String], _ service: Service, asking answer: TimeSpan = .seconds(1)) {
        self.command = command
        timeout = max(.seconds(5), TimeSpan(milliseconds: answer.milliseconds + 1000))
        startPeriod = service.rollout.deadline
    }

    var object: ManifestValue {
        [
            "test": .texts(command.map(ComposeText.literal)),
            "interval": .text(ComposeDuration.text(interval)),
            "timeout": .text(ComposeDuration.text(timeout)),
            "retries": 3,
            "start_period": .text(ComposeDuration.text(startPeriod)),
        ]
    }

    /// Whoever depends on a service waits until it is healthy; where nobody can tell, until it is started. A service
    /// without replicas is waited for by nobody.
    static func dependencies(of service: Service, in stack: Stack) -> ManifestValue {
        .map(
            service.dependsOn.compactMap { stack.service($0) }.filter { $0.replicas > 0 }.map {
                .init($0.name.text, ["condition": hasHealth($0) ? "service_healthy" : "service_started"])
            }
        )
    }

    private static func hasHealth(_ service: Service) -> Bool {
        switch service.kind {
        case .app(let app): app.port != nil || app.health.command != nil
        case .exporter(let exporter): exporter.subject == .postgres
        case .redis, .postgres, .prometheus, .grafana, .edge, .alertmanager: true
        }
    }
}
