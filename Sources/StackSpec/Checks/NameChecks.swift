import StackModel

/// Every name that is used must be declared, and be of a kind that can be used so.
struct NameChecks {
    let stack: Stack
    let root: SpecNode
    let mentions: Mentions
    let findings: Findings

    func run() {
        for mention in mentions.all { check(mention) }
    }

    private func check(_ mention: Mentions.Mention) {
        switch mention.what {
        case .address(let name): address(name, mention)
        case .dependency(let name): known(name, mention.place)
        case .route(let name): route(name, mention)
        case .subject(let name): subject(name, mention)
        case .account(let name, let kind): account(name, kind, mention)
        case .secret(let name, let part): secret(name, part, mention)
        case .volume(let name): volume(name, mention)
        case .ownPort: ownPort(mention)
        case .variable: break
        case .store(let name):
            declared(name.text, in: "stores", word: "store", at: mention.place)
        }
    }

    /// Reports a name that nothing of that name is declared for. True when it is declared, however badly.
    @discardableResult
    private func declared(_ name: String, in section: String, word: String, at place: Place) -> Bool {
        let names = root[section]?.entries?.map(\.key).filter { !$0.isFree } ?? []
        guard !names.contains(name) else { return true }
        let list =
            names.isEmpty ? "The spec declares none under `\(section)`." : "Declared: \(names.joined(separator: ", "))."
        findings.error(
            "unknown \(word) \(name)",
            at: place,
            help: Spelling.suggestion(for: name, among: names) ?? list
        )
        return false
    }

    @discardableResult
    private func known(_ name: ServiceName, _ place: Place) -> Service? {
        declared(name.text, in: "services", word: "service", at: place) ? stack.service(name) : nil
    }

    /// An app without the key. One whose port could not be read was reported for that.
    private func lacksPort(_ service: Service) -> Bool {
        guard case .app(let app) = service.kind else { return false }
        return app.port == nil && root["services"]?[service.name.text]?.entry("port") == nil
    }

    private func address(_ name: ServiceName, _ mention: Mentions.Mention) {
        guard let service = known(name, mention.place), lacksPort(service) else { return }
        findings.error(
            "service \(name) has no port, so it has no address",
            at: mention.place,
            help: "Add `port: ...` to service \(name)."
        )
    }

    private func route(_ name: ServiceName, _ mention: Mentions.Mention) {
        guard let service = known(name, mention.place) else { return }
        switch service.kind {
        case .app where lacksPort(service):
            findings.error(
                "service \(name) has no port, so nothing can be routed to it",
                at: mention.place,
                help: "Add `port: ...` to service \(name)."
            )
        case .redis, .postgres, .prometheus, .grafana, .edge, .exporter, .alertmanager:
            let isWebsite = ["prometheus", "grafana"].contains(service.kind.word)
            findings.error(
                "an edge routes requests to apps only, and \(name) is of kind \(service.kind.word)",
                at: mention.place,
                help: isWebsite
                    ? "Open it at its own address, which `slipway status` shows; from elsewhere through `ssh -L`."
                    : "Route to an app that uses \(name)."
            )
        case .app: break
        }
    }

    private func subject(_ name: ServiceName, _ mention: Mentions.Mention) {
        guard let service = known(name, mention.place), !service.keepsData else { return }
        if case .app(let app) = service.kind, app.volumes != nil { return }
        findings.error(
            "service \(name) of kind \(service.kind.word) keeps no data to back up",
            at: mention.place,
            help: "Back up a redis, postgres, prometheus or grafana service, an app with volumes, or `config`."
        )
    }

    private func account(_ name: ServiceName, _ kind: SecretDeclaration.Kind, _ mention: Mentions.Mention) {
        guard let service = known(name, mention.place) else { return }
        let wanted = kind == .redisUser ? "redis" : "postgres"
        guard service.kind.word != wanted else { return }
        findings.error(
            "a \(kind.rawValue) belongs to a service of kind \(wanted), and \(name) is of kind \(service.kind.word)",
            at: mention.place
        )
    }

    private func secret(_ name: SecretName, _ part: Template.SecretPart, _ mention: Mentions.Mention) {
        guard declared(name.text, in: "secrets", word: "secret", at: mention.place), part == .user,
            let secret = stack.secret(name), secret.kind != .redisUser, secret.kind != .postgresRole
        else { return }
        findings.error(
            "secret \(name) of kind \(secret.kind.rawValue) has no user name",
            at: mention.place,
            help: "Only redis-user and postgres-role have one."
        )
    }

    private func volume(_ name: VolumeName, _ mention: Mentions.Mention) {
        guard let owner = mention.owner, case .app(let app)? = stack.service(owner)?.kind else { return }
        // One that could not be read was reported for that.
        let written = (root["services"]?[owner.text]?["volumes"]?.elements ?? []).compactMap { node in
            if case .scalar(let scalar)? = node["name"]?.content { scalar.text } else { nil }
        }
        let names = (app.volumes ?? []).map(\.name.text)
        guard !(names + written).contains(name.text) else { return }
        let list =
            names.isEmpty
            ? "Add `volumes: [{name: \(name), path: /srv/\(name)}]` to service \(owner)."
            : "Declared: \(names.joined(separator: ", "))."
        findings.error(
            "service \(owner) has no volume \(name)",
            at: mention.place,
            help: Spelling.suggestion(for: name.text, among: names) ?? list
        )
    }

    private func ownPort(_ mention: Mentions.Mention) {
        guard let owner = mention.owner, let service = stack.service(owner), lacksPort(service) else { return }
        findings.error(
            "${port} is used, but service \(owner) has no port",
            at: mention.place,
            help: "Add `port: ...` to service \(owner); write $${port} for the text itself."
        )
    }
}
