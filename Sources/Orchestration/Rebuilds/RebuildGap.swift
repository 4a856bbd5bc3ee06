import StackModel

/// Something that a rebuild does not bring back.
package struct RebuildGap: Hashable, Sendable, Codable {
    package let service: ServiceName
    package let text: String
    /// It was to be backed up, and no set of it was found.
    package let isLoss: Bool

    /// What of a stack no policy backs up.
    static func unsaved(in stack: Stack) -> [RebuildGap] {
        stack.services.filter { $0.replicas > 0 && !stack.isBackedUp($0.name) }.compactMap { service in
            let text: String
            switch service.kind {
            case .redis, .postgres: text = "begins empty"
            case .app(let app):
                guard let volumes = app.volumes else { return nil }
                text = "begins with empty volumes (\(volumes.map(\.name.text).joined(separator: ", ")))"
            case .prometheus: text = "begins without its history of measurements"
            case .grafana: text = "begins without what people have made in it"
            case .alertmanager: text = "begins without its silences"
            case .edge, .exporter: return nil
            }
            return RebuildGap(service: service.name, text: "\(text): no policy backs it up", isLoss: false)
        }
    }
}

extension Stack {
    func isBackedUp(_ service: ServiceName) -> Bool { backups.contains { $0.subject == .service(service) } }

    /// Running services whose data a set may hold: also one that was made by a policy that there is no more.
    var restorable: [ServiceName] {
        services.filter { service in
            guard service.replicas > 0 else { return false }
            return switch service.kind {
            case .redis, .postgres, .prometheus, .grafana: true
            case .app(let app): app.volumes != nil
            case .edge, .exporter, .alertmanager: false
            }
        }.map(\.name)
    }
}
