import StackModel

/// The path of an app's figures, where routes lead to them that do not name them. They are for Prometheus, which asks
/// each replica; whoever writes a route for `/` thinks of what clients ask.
struct HiddenMetrics {
    let path: String
    /// The hosts at which a route names it. Clients of these may read it.
    let shownAt: [String]
}

extension Edge {
    /// Nil where no route leads to them, and where one names them for every host.
    func hiddenMetrics(of app: App, named service: ServiceName) -> HiddenMetrics? {
        guard let metrics = app.metrics else { return nil }
        let path = Route(path: metrics, service: service).stem
        let open = routes.filter { $0.service == service && !$0.isClosed }
        let naming = open.filter { $0.stem == path }
        guard open.contains(where: { path.hasPrefix("\($0.stem)/") }), !naming.contains(where: { $0.host == nil })
        else { return nil }
        return HiddenMetrics(path: path, shownAt: naming.compactMap { $0.host?.lowercased() }.sorted())
    }
}
