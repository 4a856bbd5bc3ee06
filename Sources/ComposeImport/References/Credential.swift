import StackModel

/// Whether what a variable holds is to be kept secret. In doubt it is: a secret too many costs a line in `.env`.
enum Credential {
    static func isLikely(_ name: String, _ text: String, _ signs: SignTable) -> Bool {
        guard CredentialName.isLikely(name) else { return false }
        let plain = signs.plain(text) ?? text
        if plain.isEmpty || switches.contains(plain.lowercased()) { return false }
        guard let last = name.uppercased().split(whereSeparator: { !$0.isLetter }).last.map(String.init) else {
            return true
        }
        if last == "FILE" { return !plain.hasPrefix("/") }
        // A setting of something secret: where it is asked for, or how long it lasts.
        if settings.contains(last) { return plain.contains("@") && plain.contains("://") }
        return !(plain.allSatisfy(\.isNumber) && !CredentialName.isLikely(last))
    }

    private static let switches: Set = ["true", "false", "yes", "no", "on", "off", "none", "null"]
    private static let settings: Set = [
        "URL", "URI", "HOST", "HOSTNAME", "PORT", "TTL", "EXPIRE", "EXPIRES", "EXPIRY", "EXPIRATION", "MINUTES",
        "SECONDS", "HOURS", "DAYS", "LIFETIME", "ALGORITHM", "ALG", "PATH", "DIR", "ENABLED", "DISABLED", "HEADER",
        "TYPE", "LENGTH", "SIZE", "METHOD", "ISSUER", "AUDIENCE", "PROVIDER", "MODE", "SERVER", "ENDPOINT",
    ]
}
