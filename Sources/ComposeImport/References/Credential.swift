import StackModel

/// Whether what a variable holds is to be kept secret. In doubt it is: a secret too many costs a line in `.env`.
enum Credential {
    static func isLikely(_ name: String, _ text: String, _ signs: SignTable) -> Bool {
        CredentialName.isLikely(name, holding: signs.plain(text) ?? text)
    }
}
