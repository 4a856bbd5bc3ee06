import Basics
import StackModel

/// What the process engine writes for each service, to be read and reviewed: `<service>/service.json` and the files of
/// its configuration. References stay as they are, because ports, directories and secrets are those of one machine.
enum ProcessFiles {
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        var files: [ManifestFile] = []
        for service in stack.services {
            let template = try ProcessManifests.template(of: service, ManifestInputs(examplesFor: stack))
            files.append(ManifestFile("\(service.name)/service.json", JSONWriter.document(summary(of: template))))
            files += template.files.map { ManifestFile("\(service.name)/\($0.path)", $0.content.source) }
        }
        return files
    }

    private static func summary(of template: ReplicaTemplate) -> ManifestValue {
        [
            "kind": .text(template.kind),
            "version": template.version.map { .text($0) } ?? nil,
            "command": .texts(template.command.map(\.source)),
            "environment": .sorted(template.environment.mapValues { .text($0.source) }).unlessEmpty,
            "user": .text(user(template.user)),
            "port": port(template.port),
            "volume": template.volume.map { volume($0) } ?? nil,
            "readiness": .text(readiness(template.probe)),
            "limits": ManifestValue.map([
                .init("cpu", template.limits.cpu.map { .text($0) } ?? nil),
                .init("memory", template.limits.memory.map { .text($0) } ?? nil),
            ]).unlessEmpty,
            "stop": ["signal": .text(template.stop.signal.rawValue), "grace": .text(template.stop.grace)],
        ]
    }

    private static func user(_ user: RunUser) -> String {
        switch user {
        case .dedicated: "one of its own"
        case .named(let name): name
        }
    }

    /// How it is made, or what is in it for all replicas.
    private static func volume(_ volume: Volume) -> ManifestValue {
        volume.shared.map { .texts($0.map(\.text)) } ?? .text(volume.preparation.rawValue)
    }

    private static func port(_ use: PortUse) -> ManifestValue {
        switch use {
        case .none: nil
        case .perReplica: "one for each replica"
        case .fixed(let port): .integer(port)
        }
    }

    private static func readiness(_ probe: Probe) -> String {
        switch probe {
        case .running: "runs"
        case .tcp: "accepts a connection"
        case .http(let path): "GET \(path)"
        case .command(let words): words.map(\.source).joined(separator: " ")
        case .redis: "PING"
        case .postgres: "pg_isready"
        case .edge: "runtime socket"
        }
    }
}

extension ManifestInputs {
    /// The ports the programs are known for, in place of those that an engine allots.
    fileprivate init(examplesFor stack: Stack) {
        var addresses: AddressBook = [:]
        var sources: [ServiceName: Digest] = [:]
        for service in stack.services {
            if let port = ContainerAddress.port(of: service) {
                addresses[service.name] = Address(host: "127.0.0.1", port: port)
            }
            if case .app(let app) = service.kind, let source = app.source {
                sources[service.name] = Digest(of: source)
            }
        }
        self.init(stack: stack, addresses: addresses, sources: sources, secrets: [:])
    }
}
