import Basics
import StackModel

/// HAProxy: one frontend, one backend per routed service, and no server yet. Servers come and go while it runs, so
/// the file the template writes (`edge.cfg`) is completed to `haproxy.cfg` beside it by whoever drives the edge.
enum EdgeTemplate {
    static let configurationFile = "edge.cfg"
    /// USR1 lets requests in flight end; idle clients keep the old process for `EdgeTimeouts.keepAlive` at most.
    static let leastGrace = TimeSpan.seconds(15)

    static func make(
        _ service: Service,
        _ edge: Edge,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: [
                "haproxy", "-W", "-db",
                "-S", "\(.directory)/master.sock,mode,600",
                "-f", "\(.directory)/haproxy.cfg",
            ],
            files: [
                RenderedFile(
                    path: configurationFile,
                    content: try EdgeConfiguration.make(edge, inputs.stack),
                    reloadable: true
                )
            ],
            user: .named("haproxy"),
            port: .fixed(edge.listen),
            probe: .edge,
            limits: service.resources,
            stop: StopRule(signal: .user1, grace: grace(edge, inputs.stack)),
            reload: .edge
        )
    }

    /// No request is cut off by the end of the edge that the end of its own replica would have waited for.
    static func grace(_ edge: Edge, _ stack: Stack) -> TimeSpan {
        edge.routes.compactMap { stack.service($0.service)?.rollout.drain }.reduce(leastGrace, max)
    }
}
