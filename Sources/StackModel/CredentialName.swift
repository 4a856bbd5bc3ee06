/// Tells by the name of a variable whether its value is likely to be a credential. A guess, for warnings and for what is
/// printed: whatever must be kept secret is declared as a secret.
package enum CredentialName {
    /// `DB_PASSWORD`, `STRIPE_SK`, `githubToken`; not `KEYBOARD` or `PUBLIC_KEY`.
    package static func isLikely(_ variable: String) -> Bool {
        let upper = variable.uppercased()
        if parts.contains(where: upper.contains) { return true }
        let words = Set(upper.split { !$0.isLetter }.map(String.init))
        return !words.isDisjoint(with: self.words) && words.isDisjoint(with: openKeys)
    }

    /// Whether a variable of a telling name holds a credential indeed, and not a switch, a number, a path or a setting of
    /// something secret.
    package static func isLikely(_ variable: String, holding value: String) -> Bool {
        guard isLikely(variable), !value.isEmpty, !isSetting(value) else { return false }
        guard let last = lastWord(of: variable) else { return true }
        if last == "FILE" { return true }
        if settings.contains(last), !variable.uppercased().hasSuffix("SECRET_ID") {
            return value.contains("@") && value.contains("://")
        }
        return !(value.allSatisfy(\.isNumber) && (isPlural(last) || !isLikely(last)))
    }

    /// Whether the name leaves nothing to guess: `DB_PASSWORD`, `clientSecret`.
    package static func isCertain(_ variable: String) -> Bool {
        lastWord(of: variable).map { word in certain.contains { word.hasSuffix($0) } } ?? false
    }

    /// Whether the name leaves nothing to guess once it has a value that is long enough for one: `AWS_SECRET_ACCESS_KEY`,
    /// `SMTP_PASS`, `apiToken`. One that ends with `token` is the name of a field or a header.
    package static func isCertain(_ variable: String, holding value: String) -> Bool {
        if isCertain(variable) { return true }
        guard value.utf8.count >= 8, !value.allSatisfy(\.isNumber), !value.lowercased().hasSuffix("token") else {
            return false
        }
        let words = variable.uppercased().split { !$0.isLetter }
        let name: String = words.joined(separator: "")
        return words.last == "PASS" || keys.contains(where: name.hasSuffix)
    }

    private static func lastWord(of variable: String) -> String? {
        variable.uppercased().split { !$0.isLetter }.last.map(String.init)
    }

    /// A switch, a time span, a path, an address that nobody logs in to, where a vault keeps it, or what everybody may
    /// know of a pair of keys.
    private static func isSetting(_ value: String) -> Bool {
        switches.contains(value.lowercased()) || places.contains(where: value.hasPrefix)
            || value.hasPrefix("-----BEGIN PUBLIC")
            || value.hasPrefix("-----BEGIN CERT") || value.wholeMatch(of: #/([0-9.]+(ms|us|[smhdw]))+/#) != nil
            || value.contains("://") && !value.contains("@") && !value.contains("?")
    }

    /// `MAX_TOKENS`: so many of them.
    private static func isPlural(_ word: String) -> Bool { word.hasSuffix("S") && isLikely(String(word.dropLast())) }

    /// Telling wherever they stand.
    private static let parts = [
        "PASSW", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "PRIVATE", "REQUIREPASS", "MASTERAUTH",
    ]
    /// Telling as a word of their own.
    private static let words: Set = ["KEY", "KEYS", "PASS", "PWD", "PW", "SK", "AUTH", "DSN", "SALT", "CREDS", "PAT"]
    /// Keys that open nothing.
    private static let openKeys: Set = [
        "PUBLIC", "PUBLISHABLE", "PARTITION", "SORT", "PRIMARY", "FOREIGN", "ROUTING", "SHARD",
    ]
    private static let certain = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "REQUIREPASS", "MASTERAUTH"]
    private static let keys = ["TOKEN", "ACCESSKEY", "APIKEY", "SECRETKEY", "SECRETKEYBASE"]
    private static let places = ["/", "./", "~/", "vault:", "ref+vault:", "arn:aws"]
    private static let switches: Set = [
        "true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled", "required", "optional",
    ]
    /// Last words of what is known of something secret: where it is asked for, how long it lasts.
    private static let settings: Set = [
        "URL", "URI", "HOST", "HOSTNAME", "PORT", "TTL", "EXPIRE", "EXPIRES", "EXPIRY", "EXPIRATION", "MINUTES",
        "SECONDS", "HOURS", "DAYS", "LIFETIME", "ALGORITHM", "ALG", "PATH", "DIR", "ENABLED", "DISABLED", "HEADER",
        "TYPE", "LENGTH", "SIZE", "METHOD", "ISSUER", "AUDIENCE", "PROVIDER", "MODE", "SERVER", "ENDPOINT", "PREFIX",
        "SUFFIX", "NAME", "SERVICE", "IMAGE", "DOMAIN", "REALM", "SCOPE", "SCOPES", "STRATEGY", "BACKEND", "DRIVER",
        "ID", "VAULT", "SEPARATOR", "HASHER", "POLICY", "RESET", "BUCKET", "IN", "SOCK", "SOCKET", "REGION", "FORMAT",
        "VERSION", "LIMIT", "ROUNDS", "STORE", "FIELD", "COLUMN", "ROLE",
    ]
}
