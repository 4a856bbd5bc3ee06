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

    /// Telling wherever they stand.
    private static let parts = [
        "PASSW", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "PRIVATE", "REQUIREPASS", "MASTERAUTH",
    ]
    /// Telling as a word of their own.
    private static let words: Set = ["KEY", "KEYS", "PASS", "PWD", "PW", "SK", "AUTH", "DSN", "SALT", "CREDS", "PAT"]
}
