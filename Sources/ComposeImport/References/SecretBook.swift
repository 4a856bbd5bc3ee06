import Basics
import StackModel

/// The secrets of the spec: the accounts of its data services, and the values that only a person knows.
final class SecretBook {
    struct Given {
        let name: SecretName
        let variable: String
        /// As the file has it; nil when it was a variable there too.
        let value: String?
        let service: String
        let location: SourceLocation?
    }

    struct Account {
        let name: SecretName
        let kind: SecretDeclaration.Kind
        let service: ServiceName
    }

    private(set) var given: [Given] = []
    private(set) var accounts: [Account] = []
    private var taken: Set<String> = []
    private let signs: SignTable

    init(signs: SignTable) { self.signs = signs }

    /// The account that apps use of a data service; made when it is asked for.
    func account(of draft: Draft) -> SecretName {
        if let known = accounts.first(where: { $0.service == draft.name }) { return known.name }
        let kind: SecretDeclaration.Kind = draft.role == .redis ? .redisUser : .postgresRole
        let usual = "\(draft.name)-app"
        let isReserved = ReservedLogin.isReserved(SecretName(unchecked: usual), for: kind)
        let name = free(isReserved ? "app-\(draft.name)" : usual)
        accounts.append(Account(name: name, kind: kind, service: draft.name))
        return name
    }

    /// The secret for a value that stands in the file, or for a variable that does. A value of another service that is
    /// the same is the same secret.
    func secret(for text: String, variable: String, of service: String, at location: SourceLocation?) -> SecretName {
        if case .variable(let name, _)? = signs.onlyReference(in: text) {
            if let known = given.first(where: { $0.value == nil && $0.variable == name }) { return known.name }
            return add(variable: name, value: nil, service, location)
        }
        let equal = given.filter { $0.value == text }
        if let known = equal.first(where: { $0.variable == variable }) { return known.name }
        let others = equal.filter { $0.service != service }
        if let known = others.first(where: { !$0.variable.uppercased().contains("ROOT") }) ?? others.first {
            return known.name
        }
        return add(variable: freeVariable(variable, of: service), value: text, service, location)
    }

    /// The variable, or where it means something else already, one with the service in it or a number behind it.
    private func freeVariable(_ wish: String, of service: String) -> String {
        let variable = VariableName.isForShells(wish) ? wish : VariableName.made(of: wish)
        let prefix = VariableName.made(of: service) + "_"
        let own = variable.hasPrefix(prefix) ? [variable] : [variable, prefix + variable]
        let numbered = (2..<10_000).lazy.map { "\(own.last ?? variable)_\($0)" }
        let isFree = { (name: String) in !self.given.contains { $0.variable == name } }
        return own.first(where: isFree) ?? numbered.first(where: isFree) ?? variable
    }

    /// The secret of a variable of the caller's.
    func secret(handedOn variable: String, of service: String) -> SecretName {
        secret(
            for: signs.sign(for: .variable(variable, fallback: nil)),
            variable: variable,
            of: service,
            at: nil
        )
    }

    /// Where a word has the value in the place of a password, with its end or that of a word in it behind it.
    static func places(of value: String, in word: String) -> [Range<String.Index>] {
        guard value.count > 3 else { return [] }
        return word.ranges(of: value).filter { range in
            let isWhole = word[range.upperBound...].first.map { " \t\n'\"`;|&()<>,@".contains($0) } ?? true
            return isWhole && isPassword(value, behind: word[..<range.lowerBound])
        }
    }

    /// Behind `-p`, `-a`, the name of a credential and `=`, or a user and a colon. A user who is called the same is a
    /// group, as in `mysql:mysql`.
    private static func isPassword(_ value: String, behind text: Substring) -> Bool {
        var before = text
        while let last = before.last, "'\"".contains(last) { before.removeLast() }
        if before.hasSuffix(":") { return !before.dropLast().hasSuffix(value) }
        if before.hasSuffix("=") {
            let name = String(before.dropLast().reversed().prefix(while: NamedValues.isName).reversed())
            return CredentialName.isLikely(name)
        }
        if before.hasSuffix(" ") { before.removeLast() }
        guard before.hasSuffix("-p") || before.hasSuffix("-a") else { return false }
        return before.dropLast(2).last.map { " \t\n'\"`;|&(".contains($0) } ?? true
    }

    private func add(variable: String, value: String?, _ service: String, _ location: SourceLocation?) -> SecretName {
        let name = free(ServiceNames.repaired(variable))
        given.append(
            Given(
                name: name,
                variable: variable,
                value: value,
                service: service,
                location: value == nil ? nil : location
            )
        )
        return name
    }

    private func free(_ wish: String) -> SecretName {
        var number = 1
        while number < 10_000 {
            let text = number == 1 ? wish : "\(wish.prefix(36))-\(number)"
            if let name = SecretName(text), taken.insert(text).inserted { return name }
            number += 1
        }
        return "secret"
    }
}
