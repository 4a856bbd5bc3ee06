import StackModel

/// Defaults of variables that name a service: an address inside the stack is the stack's to know, not the caller's.
extension References {
    /// The text with such defaults in the place of their variables, and without those that hold a password.
    func expanded(_ text: String, _ spot: Spot) -> String {
        guard signs.hasReference(text) else { return text }
        var result = ""
        var expanded: [String] = []
        for scalar in text.unicodeScalars {
            guard case .variable(let name, let fallback?)? = signs.reference(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let isName = directory[fallback] != nil && isHost(result, text, spot)
            let isPort = result.hasSuffix(":") && !expanded.isEmpty && PortReader.number(fallback) != nil
            if isName || isPort || isAddress(fallback) || isPortOfService(fallback, spot) {
                result += signs.literal(fallback)
                expanded.append(name)
            } else if holdsCredential(fallback) {
                result += signs.sign(for: .variable(name, fallback: nil))
                sayDefault(of: spot)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        guard !expanded.isEmpty else { return result }
        let names = expanded.map { "${\($0)}" }.joined(separator: " and ")
        report.changed(spot.path, at: spot.location, "names a service of the stack, so \(names) no longer counts")
        return result
    }

    /// Whether something in it is known by its place, by its look or by the name in front of it.
    private func holdsCredential(_ text: String) -> Bool {
        AddressScan.addresses(in: text).contains { $0.password?.isEmpty == false || $0.token != nil }
            || !CredentialText.ranges(in: text).isEmpty
            || NamedValues.all(in: text).contains { Credential.isLikely($0.name, String(text[$0.range]), signs) }
    }

    private func isAddress(_ text: String) -> Bool {
        AddressScan.addresses(in: text).contains { directory[$0.host]?.isReachable == true }
    }

    /// Whether a name stands where a host does: in an address, or in a variable for one.
    private func isHost(_ before: String, _ text: String, _ spot: Spot) -> Bool {
        if text.contains("://") { return before.hasSuffix("/") || before.hasSuffix("@") }
        return text.unicodeScalars.count == 1 && Self.isHost(spot.path)
    }

    /// `DB_PORT: ${DB_PORT:-5432}` beside a `DB_HOST` that is a service of the stack.
    private func isPortOfService(_ fallback: String, _ spot: Spot) -> Bool {
        guard let port = PortReader.number(fallback), spot.path.hasSuffix("_PORT") else { return false }
        let key = spot.path.split(separator: ".").last.map(String.init) ?? ""
        guard let host = spot.draft.variable("\(key.dropLast(4))HOST")?.text.flatMap(signs.plain) else { return false }
        return directory[host]?.port == port
    }

    func sayDefault(of spot: Spot) {
        report.leftOut(
            "the default of \(spot.path)",
            at: spot.location,
            "a credential has no default in a spec",
            help: "Give it in the environment or in `.env` where it is deployed."
        )
    }
}
