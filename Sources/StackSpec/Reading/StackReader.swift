import Basics
import StackModel

/// Reads a spec, with its environment laid over it, into a stack. What could not be read is left out or defaulted, so
/// that the checks can go on; the findings then have an error.
struct StackReader {
    let root: SpecNode
    let environment: EnvironmentName
    /// Takes the place of the environment's own.
    var engine: EngineKind?
    let reading: Reading

    /// `nil` when the text is not even a map.
    func read() -> Stack? {
        guard let fields = Fields(root, table: StackKeys.table, label: "the spec", place: .start, reading: reading)
        else { return nil }
        _ = fields[StackKeys.apiVersion]
        let name = fields[StackKeys.stack] ?? "unnamed"
        _ = fields[StackKeys.environments]
        let overlay = overlay()
        let services = fields[StackKeys.services] ?? []
        let secrets = fields[StackKeys.secrets] ?? []
        let backups = fields[StackKeys.backups] ?? []
        let stores = fields[StackKeys.stores] ?? []
        let contacts = fields[StackKeys.contacts] ?? []
        let engine = engine ?? overlay.engine
        let stack = Stack(
            name: name,
            environment: environment,
            engine: engine,
            namespace: engine == .kubernetes ? (overlay.namespace ?? name).text : nil,
            services: services,
            secrets: secrets,
            backups: backups,
            stores: stores,
            objectives: fields[StackKeys.objectives],
            contacts: contacts,
            kubernetes: overlay.kubernetes
        )
        return StackDefaults(root: root).completed(stack)
    }

    /// What the chosen environment has of its own. It was reported on with the others.
    private func overlay() -> EnvironmentOverlay {
        guard let node = root["environments"]?[environment.text] else { return EnvironmentOverlay() }
        let silent = Reading(findings: Findings(file: ""), variables: reading.variables)
        return ValueType<EnvironmentOverlay>.environment.read(node, "environment", silent) ?? EnvironmentOverlay()
    }
}

/// Defaults that depend on more than the service they belong to.
struct StackDefaults {
    let root: SpecNode

    func completed(_ stack: Stack) -> Stack {
        var stack = stack
        for index in stack.services.indices {
            let service = stack.services[index]
            if !hasStrategy(service) { stack.services[index].rollout.strategy = strategy(of: service, in: stack) }
            if case .postgres(var postgres) = service.kind, postgres.database.isEmpty {
                postgres.database = stack.name.text.replacing("-", with: "_")
                stack.services[index].kind = .postgres(postgres)
            }
        }
        return stack.withCompanions()
    }

    private func hasStrategy(_ service: Service) -> Bool {
        root["services"]?[service.name.text]?["rollout"]?["strategy"] != nil
    }

    private func strategy(of service: Service, in stack: Stack) -> Rollout.Strategy {
        service.keepsData || stack.fixedPort(of: service) != nil ? .recreate : .rolling
    }
}

extension Stack {
    /// The port that every replica of a service has on the process engine, so that two of them can't run at once.
    /// `nil` where the engine gives each replica an address of its own.
    func fixedPort(of service: Service) -> Int? {
        guard engine == .process else { return nil }
        switch service.kind {
        case .app(let app): return edges(routingTo: service.name).isEmpty ? app.port : nil
        case .edge(let edge): return edge.listen
        case .redis, .postgres, .prometheus, .grafana, .exporter, .alertmanager: return nil
        }
    }
}
