import StackModel

/// What a data service cannot make under the name that it was given, or that it has by default.
struct LoginChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        for secret in stack.secrets { check(secret) }
        for service in stack.services {
            if case .postgres(let postgres) = service.kind { check(postgres, of: service) }
        }
    }

    private func check(_ secret: SecretDeclaration) {
        guard let name = secret.service, let service = stack.service(name) else { return }
        let database: String? = if case .postgres(let postgres) = service.kind { postgres.database } else { nil }
        guard ReservedLogin.isReserved(secret.name, for: secret.kind, database: database) else { return }
        let user = secret.name.text.replacing("-", with: "_")
        findings.error(
            "secret \(secret.name) cannot be a \(secret.kind.rawValue): the user \(user) is the server's or Slipway's own",
            at: root.place("secrets", secret.name.text),
            help: "Rename it, as in `app-\(name)`: the user is called as the secret is, with `_` for `-`."
        )
    }

    /// One that is written down was checked where it stands.
    private func check(_ postgres: Postgres, of service: Service) {
        guard ReservedLogin.isReserved(database: postgres.database),
            root["services"]?[service.name.text]?.entry("database") == nil
        else { return }
        findings.error(
            "the database of \(service.name) cannot be called \(postgres.database), as the stack is: PostgreSQL itself "
                + "uses such names",
            at: root.place("services", service.name.text),
            help: "Name it: `database: app`."
        )
    }
}
