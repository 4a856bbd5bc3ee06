import Basics
import StackModel

/// What the process engine writes for each service, to be read and reviewed: `<service>/service.json` and the files of
/// its configuration. References stay as they are, because ports, directories and secrets are those of one machine:
/// this is the one set that does not run without Slipway.
enum ProcessFiles {
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        let stack = stack.withoutHandedOnValues
        var files = [readme(stack)]
        for service in stack.services {
            let template = try ProcessManifests.template(of: service, ManifestInputs(examplesFor: stack))
            files.append(ManifestFile("\(service.name)/service.json", JSONWriter.document(summary(of: template))))
            files += template.files.map { ManifestFile("\(service.name)/\(name(of: $0))", $0.content.source) }
        }
        return files
    }

    /// The engine completes `edge.cfg` to what HAProxy reads and every other set has under its usual name.
    private static func name(of file: RenderedFile) -> String {
        file.path == EdgeTemplate.configurationFile ? "haproxy.cfg" : file.path
    }

    private static func readme(_ stack: Stack) -> ManifestFile {
        ManifestFile(
            "README.md",
            """
            # \(stack.name)/\(stack.environment) as processes

            To be read and reviewed: what `slipway deploy` starts for each service, and the files that it writes for it. Nothing
            here is started by hand. Ports, directories and secrets are those of one machine, so they stand as references
            (`${port}`, `${directory}`, `${secret:NAME}`); the addresses are examples, and `# servers of NAME` in a
            `haproxy.cfg` is where the engine puts the replicas.

            A set that runs without Slipway is written by `slipway render --target compose` and `--target kubernetes`.

            """
        )
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
        case .http(let path, let host): "GET \(path)" + (host.map { ", Host: \($0)" } ?? "")
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
        // The first version of each: what names its file by the version shows how.
        let secrets = Dictionary(stack.secrets.map { ($0.name, 1) }) { first, _ in first }
        self.init(stack: stack, addresses: addresses, sources: sources, secrets: secrets)
    }
}

extension Stack {
    /// What the spec's author took from the environment is named, not shown: nobody said that it is no secret.
    fileprivate var withoutHandedOnValues: Stack {
        let words = "from the caller's environment"
        var stack = self
        for index in stack.services.indices {
            guard case .app(var app) = stack.services[index].kind else { continue }
            for variable in app.handedOn ?? [] { app.env[variable] = Template(words) }
            stack.services[index].kind = .app(app)
        }
        stack.contacts = contacts?.map { contact in
            var contact = contact
            if contact.isHandedOn == true { contact.way = .webhook(url: words) }
            return contact
        }
        return stack
    }
}
