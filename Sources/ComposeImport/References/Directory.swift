import StackModel
import StackSpec

/// Who is meant by a host name inside the stack.
struct Directory {
    private var hosts: [String: Draft] = [:]

    init(_ drafts: [Draft]) {
        for draft in drafts { hosts[draft.key] = draft }
        for draft in drafts { hosts[draft.name.text] = hosts[draft.name.text] ?? draft }
        for draft in drafts { for alias in draft.aliases { hosts[alias] = hosts[alias] ?? draft } }
        for draft in drafts { addLinks(of: draft) }
    }

    subscript(host: String) -> Draft? { hosts[host] }

    /// `db:database` makes `database` another name of `db`.
    private mutating func addLinks(of draft: Draft) {
        guard case .list(let links)? = draft.node["links"]?.content else { return }
        for link in links {
            guard case .scalar(let scalar) = link.content else { continue }
            let parts = scalar.text.split(separator: ":").map(String.init)
            guard parts.count == 2, let service = hosts[parts[0]] else { continue }
            hosts[parts[1]] = hosts[parts[1]] ?? service
        }
    }
}

/// Finds out which port each app serves on.
struct PortSearch {
    let drafts: [Draft]
    let directory: Directory
    let signs: SignTable

    func run() {
        for draft in drafts { draft.port = draft.role.ownPort ?? draft.port ?? port(of: draft) }
        for draft in drafts where draft.role.isApp && draft.port == nil { draft.port = mentioned(draft) }
    }

    /// What it publishes says more than what it exposes, and that more than what it is known for.
    private func port(of draft: Draft) -> Int? {
        let published = draft.ports.map(\.container)
        // An app that starts another program than its image does says where that listens.
        let isOther = draft.isBuilt || draft.role == .app && draft.entrypoint != nil
        let known = KnownImage.port(of: isOther ? nil : draft.image)
        if let known, published.isEmpty || published.contains(known) || draft.role == .data { return known }
        return KnownPort.likeliest(published, asked: checked(draft), draft.image) ?? draft.exposed.first ?? checked(
            draft
        ) ?? set(draft) ?? known
    }

    private func checked(_ draft: Draft) -> Int? { draft.health.flatMap { WebCheck($0, signs)?.port } }

    private func set(_ draft: Draft) -> Int? {
        draft.variable("PORT")?.text.flatMap(signs.plain).flatMap(PortReader.number)
    }

    /// The port that another service asks it at.
    private func mentioned(_ draft: Draft) -> Int? {
        for other in drafts where other !== draft {
            let texts = other.variables.compactMap(\.text) + (other.command ?? []) + (other.entrypoint ?? [])
            for text in texts {
                for address in AddressScan.addresses(in: text) where directory[address.host] === draft {
                    if let port = address.port { return port }
                    if address.scheme == "http" { return 80 }
                }
            }
        }
        return nil
    }
}
