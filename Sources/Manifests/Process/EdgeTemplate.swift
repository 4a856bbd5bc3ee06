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
        let certificate = try edge.tls.map { (tls) throws(ReportableError) in try Self.certificate(tls, inputs) }
        let text = try EdgeConfiguration(edge: edge, stack: inputs.stack, certificate: certificate?.path).text()
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: [
                "haproxy", "-W", "-db",
                "-S", "\(.directory)/master.sock,mode,600",
                "-f", "\(.directory)/haproxy.cfg",
            ],
            files: [RenderedFile(path: configurationFile, content: text, reloadable: true)]
                + [certificate].compactMap { $0 },
            user: .named("haproxy"),
            port: .fixed(edge.listen),
            plainPort: edge.tls?.redirectFrom,
            probe: .edge,
            limits: service.resources,
            stop: StopRule(signal: .user1, grace: grace(edge, inputs.stack)),
            reload: .edge
        )
    }

    /// Each version has a file of its own: until HAProxy has taken up the new one, it may have to start with the old.
    private static func certificate(
        _ tls: EdgeTLS,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> RenderedFile {
        RenderedFile(
            path: "certificate-\(try inputs.version(of: tls.certificate)).pem",
            content: "\(.secret(tls.certificate, .value))\n",
            reloadable: true
        )
    }

    /// No request is cut off by the end of the edge that the end of its own replica would have waited for.
    static func grace(_ edge: Edge, _ stack: Stack) -> TimeSpan {
        edge.routes.compactMap { stack.service($0.service)?.rollout.drain }.reduce(leastGrace, max)
    }
}
