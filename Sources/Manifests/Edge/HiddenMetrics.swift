import StackModel

extension Edge {
    /// The path of an app's figures, where a route leads to them that does not name them. They are for Prometheus, which
    /// asks each replica; whoever writes a route for `/` thinks of what clients ask.
    func hiddenMetrics(of app: App, named service: ServiceName) -> String? {
        guard let metrics = app.metrics else { return nil }
        let path = Route(path: metrics, service: service).stem
        let stems = routes.filter { $0.service == service }.map(\.stem)
        guard !stems.contains(path), stems.contains(where: { path.hasPrefix("\($0)/") }) else { return nil }
        return path
    }
}
