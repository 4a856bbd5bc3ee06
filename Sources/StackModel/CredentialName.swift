/// Tells by the name of a variable whether its value is likely to be a credential. A guess, for warnings and for what is
/// printed: whatever must be kept secret is declared as a secret.
package enum CredentialName {
    /// `DB_PASSWORD`, `STRIPE_SK`, `githubToken`; not `KEYBOARD` or `PUBLIC_KEY`.
    package static func isLikely(_ variable: String) -> Bool {
        let upper = variable.uppercased()
        if parts.contains(where: upper.contains) { return true }
        let words = Set(upper.split { !$0.isLetter }.map(String.init))
        return !words.isDisjoint(with: self.words) && !words.contains("PUBLIC")
    }

    /// Whether a variable of a telling name holds a credential indeed, and not a switch, a number, a path or a setting of
    /// something secret.
    package static func isLikely(_ variable: String, holding value: String) -> Bool {
        guard isLikely(variable), !value.isEmpty, !switches.contains(value.lowercased()) else { return false }
        guard let last = variable.uppercased().split(whereSeparator: { !$0.isLetter }).last.map(String.init) else {
            return true
        }
        if last == "FILE" { return !value.hasPrefix("/") }
        if settings.contains(last) { return value.contains("@") && value.contains("://") }
        return !(value.allSatisfy(\.isNumber) && !isLikely(last))
    }

    /// Telling wherever they stand.
    private static let parts = [
        "PASSW", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "PRIVATE", "REQUIREPASS", "MASTERAUTH",
    ]
    /// Telling as a word of their own.
    private static let words: Set = ["KEY", "KEYS", "PASS", "PWD", "PW", "SK", "AUTH", "DSN", "SALT", "CREDS", "PAT"]
    private static let switches: Set = ["true", "false", "yes", "no", "on", "off", "none", "null"]
    /// Last words of what is known of something secret: where it is asked for, how long it lasts.
    private static let settings: Set = [
        "URL", "URI", "HOST", "HOSTNAME", "PORT", "TTL", "EXPIRE", "EXPIRES", "EXPIRY", "EXPIRATION", "MINUTES",
        "SECONDS", "HOURS", "DAYS", "LIFETIME", "ALGORITHM", "ALG", "PATH", "DIR", "ENABLED", "DISABLED", "HEADER",
        "TYPE", "LENGTH", "SIZE", "METHOD", "ISSUER", "AUDIENCE", "PROVIDER", "MODE", "SERVER", "ENDPOINT", "PREFIX",
        "SUFFIX", "NAME",
    ]
}
