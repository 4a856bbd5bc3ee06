import StackModel

/// The users and passwords of data services, which Slipway makes anew. One without the other opens nothing.
extension References {
    /// The account of a data service: the same user or password as the service itself is given.
    func login(_ variable: Variable, _ text: String, of draft: Draft) -> String? {
        let isUser = !CredentialName.isLikely(variable.key)
        let services = draft.databases.filter { $0.hasLogin(text, for: variable.key, signs) }
        guard let service = isUser ? services.first(where: { isLoggedIn(draft, at: $0) }) : services.first else {
            if let service = services.first { sayUser(variable, of: draft, service) }
            return nil
        }
        return secret(secrets.account(of: service), isUser ? .user : .value)
    }

    /// Whether a program is given the password of a data service, or an address in which it will stand.
    private func isLoggedIn(_ draft: Draft, at service: Draft) -> Bool {
        let words = (draft.entrypoint ?? []) + (draft.command ?? [])
        if let password = service.password(signs), !password.isEmpty, words.contains(where: { $0.contains(password) }) {
            return true
        }
        return draft.variables.contains { variable in
            guard let text = variable.text else { return false }
            return CredentialName.isLikely(variable.key) && service.hasLogin(text, for: variable.key, signs)
                || text == service.passwordFile
                || AddressScan.addresses(in: text).contains { $0.scheme != nil && directory[$0.host] === service }
        }
    }

    private func sayUser(_ variable: Variable, of draft: Draft, _ service: Draft) {
        let account = secrets.account(of: service)
        let spot = Self.spot(variable, of: draft)
        report.changed(
            spot.path,
            at: spot.location,
            "stays as it is, and \(service.key) knows no such user: no password of it is given to \(draft.key) beside",
            help: "To log in, write ${secret:\(account).user} here, and ${secret:\(account)} for the password."
        )
    }

    /// A password whose user is named nowhere.
    func sayHalf(of service: Draft, _ environment: [(key: String, text: String)], _ draft: Draft) {
        guard let account = secrets.accounts.first(where: { $0.service == service.name })?.name,
            let half = environment.first(where: { $0.text.contains(secret(account)) }),
            !environment.contains(where: { $0.text.contains(secret(account, .user)) })
        else { return }
        let words = (draft.entrypoint ?? []) + (draft.command ?? [])
        if let user = service.user(signs), words.contains(where: { $0.contains(user) }) { return }
        let scheme = service.role == .redis ? "redis" : "postgresql"
        report.changed(
            "\(draft.path).environment.\(half.key)",
            at: draft.variable(half.key)?.location ?? report.location(draft.place),
            "a password without its user, and \(service.key) lets nobody in by a password alone",
            help: "Hand over ${secret:\(account).user} too, in the variable that \(draft.key) reads the user from, or "
                + "in an address: `\(scheme)://${secret:\(account).user}:${secret:\(account)}@${service:\(service.name)}`."
        )
    }
}
