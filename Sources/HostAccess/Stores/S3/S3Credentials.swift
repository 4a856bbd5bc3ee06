import Basics

/// What a request to a bucket is signed with.
package struct S3Credentials: Sendable {
    let accessKey: Redacted<String>
    let secretKey: Redacted<String>
    /// Where the two are borrowed for some hours.
    let sessionToken: Redacted<String>?

    package init(
        accessKey: Redacted<String>,
        secretKey: Redacted<String>,
        sessionToken: Redacted<String>? = nil
    ) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    /// A text from the store, without what it may have repeated of the credentials.
    func censor(_ text: String) -> String {
        [accessKey, secretKey, sessionToken].compactMap { $0?.reveal() }.filter { !$0.isEmpty }
            .reduce(text) { $0.replacing($1, with: "<redacted>") }
    }
}
