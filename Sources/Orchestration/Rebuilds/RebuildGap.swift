import StackModel

/// Something that a rebuild does not bring back.
package struct RebuildGap: Hashable, Sendable, Codable {
    package let service: ServiceName
    package let text: String
    /// It was to be backed up, and no set of it was found.
    package let isLoss: Bool

    /// What of a stack lies in no set, whatever vault there is.
    static func unsaved(in stack: Stack) -> [RebuildGap] {
        stack.services.filter { $0.replicas > 0 }.compactMap { service in
            guard !stack.isBackedUp(service.name) else { return nil }
            let text: String
            switch service.kind {
            case .redis, .postgres: text = "begins empty: no policy backs it up"
            case .app(let app):
                guard let volumes = app.volumes else { return nil }
                let names = volumes.map(\.name.text).joined(separator: ", ")
                text = "begins with empty volumes (\(names)): they are in no backup"
            case .prometheus: text = "begins without its history of measurements: it is in no backup"
            case .grafana: text = "begins with what the spec provisions: what was made by hand in it is in no backup"
            case .alertmanager: text = "begins without its silences: they are in no backup"
            case .edge, .exporter: return nil
            }
            return RebuildGap(service: service.name, text: text, isLoss: false)
        }
    }
}

extension Stack {
    func isBackedUp(_ service: ServiceName) -> Bool { backups.contains { $0.subject == .service(service) } }

    /// Running services that are nothing without their data, and those whose files are backed up.
    var dataServices: [ServiceName] {
        services.filter { $0.replicas > 0 && ($0.holdsData || isBackedUp($0.name)) }.map(\.name)
    }
}
