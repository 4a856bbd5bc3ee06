import StackModel

/// `compose.yaml`.
struct ComposeFile {
    let services: [ComposeService]

    var document: ManifestValue {
        let secrets = Set(services.flatMap(\.secrets)).sorted()
        let volumes = services.flatMap(\.volumes).map(\.name).sorted()
        return [
            "services": .map(services.map { .init($0.service.name.text, $0.object) }),
            "networks": networks,
            "volumes": .map(volumes.map { .init($0, .map([])) }).orAbsent,
            "secrets": .map(
                secrets.map { .init($0, ["file": "./\(SecretFiles.folder)/\($0)"]) }
            ).orAbsent,
        ]
    }

    /// Data services have no way out, and nobody reaches them but from inside.
    private var networks: ManifestValue {
        let used = Set(services.flatMap(\.networks))
        return .map(
            ComposeNetwork.allCases.filter(used.contains).map {
                .init($0.rawValue, $0 == .backend ? ["internal": true] : .map([]))
            }
        )
    }
}

/// The networks of a project.
enum ComposeNetwork: String, CaseIterable {
    /// The edge, the apps, and whoever has to reach the world.
    case frontend
    /// Everything but the edge, without a way out.
    case backend
}

extension ManifestValue {
    /// Left out when it has no entries at all; entries that are empty maps count.
    fileprivate var orAbsent: ManifestValue { entries?.isEmpty == false ? self : .absent }
}
