import Basics
import Testing
import Vault

@Suite struct AgeKeyTests {
    /// Made by age-keygen 1.1.1 for this test.
    private let secret = "AGE-SECRET-KEY-1WCUW4AQXYL2894PWHSUHEECS79NUX48VKYKMHERD55WX6DLDS70S4NYEX8"
    private let published = "age18qpkkcun0lw4mdnxdcttzkaaxxmzryfmm5n8x66f2yhsn5hxeccsedcgtq"

    @Test func `a key made by age-keygen is read and written`() throws {
        let identity = try AgeIdentity(Redacted(secret))
        #expect(identity.text == Redacted(secret))
        #expect(identity.recipient?.description == published)
        #expect(try AgeRecipient(published).description == published)
    }

    @Test func `a new key survives its text`() throws {
        for _ in 0..<20 {
            let identity = AgeIdentity.generate()
            let text = try #require(identity.text)
            #expect(try AgeIdentity(text).recipient?.description == identity.recipient?.description)
        }
    }

    @Test func `what is wrong with a recipient is said`() {
        let end = published.hasSuffix("q") ? "p" : "q"
        let cases: [(text: String, reason: String)] = [
            (published.uppercased(), "is not in lower case"),
            ("Age1\(published.dropFirst(4))", "is not in lower case"),
            ("age1", "was mistyped or cut short"),
            ("", "does not begin with age1"),
            ("agee1\(published.dropFirst(4))", "does not begin with age1"),
            (String(published.dropLast()), "was mistyped or cut short"),
            ("\(published.dropLast())\(end)", "was mistyped or cut short"),
            ("\(published.prefix(20))b\(published.dropFirst(21))", "has a character that no key has"),
            ("age1é\(published.dropFirst(5))", "has a character that no key has"),
            ("ssh-ed25519 AAAA", "is not in lower case"),
            (secret, "is not in lower case"),
        ]
        for (text, reason) in cases {
            let error = #expect(throws: ReportableError.self) { try AgeRecipient(text) }
            #expect(error?.code == .invalidSpec)
            #expect(error?.message.contains(reason) == true, "\(text): \(error?.message ?? "")")
        }
    }

    @Test func `what is wrong with an identity is said, and the identity is not`() {
        let cases: [(text: String, reason: String)] = [
            (secret.lowercased(), "is not in upper case"),
            ("AGE-SECRET-KEY-1q\(secret.dropFirst(17))", "is not in upper case"),
            (String(secret.dropLast(2)), "was mistyped or cut short"),
            (published.uppercased(), "does not begin with age-secret-key-1"),
            ("", "does not begin with age-secret-key-1"),
        ]
        for (text, reason) in cases {
            let error = #expect(throws: ReportableError.self) { try AgeIdentity(Redacted(text)) }
            #expect(error?.code == .secretFailed)
            #expect(error?.message.contains(reason) == true, "\(text): \(error?.message ?? "")")
            #expect(text.isEmpty || error?.message.contains(text.prefix(24)) == false)
        }
    }

    @Test func `an identity does not show itself`() {
        let identity = AgeIdentity.generate()
        #expect("\(identity) \(String(reflecting: identity))" == "<redacted> <redacted>")
        #expect(Mirror(reflecting: identity).children.isEmpty)
    }

    @Test func `an empty passphrase protects nothing`() {
        #expect(throws: ReportableError.self) { try AgeRecipient.passphrase(Redacted("")) }
        #expect(throws: ReportableError.self) { try AgeIdentity.passphrase(Redacted("")) }
    }
}
