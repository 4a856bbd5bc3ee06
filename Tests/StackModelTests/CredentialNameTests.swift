import StackModel
import Testing

@Suite("Names that promise a credential")
struct CredentialNameTests {
    @Test(
        "are known in their usual forms",
        arguments: [
            "DB_PASSWORD", "DB_PWD", "STRIPE_SK", "STRIPE_KEY", "githubToken", "CLIENT_SECRET", "SMTP_PASS", "apikey",
            "AWS_CREDENTIALS", "BASIC_AUTH", "SENTRY_DSN",
        ]
    )
    func likely(variable: String) {
        #expect(CredentialName.isLikely(variable))
    }

    @Test("and no others", arguments: ["APP_VERSION", "KEYBOARD", "PUBLIC_KEY", "MONKEY", "TASK", "AUTHOR", "COMPASS"])
    func unlikely(variable: String) {
        #expect(!CredentialName.isLikely(variable))
    }
}
