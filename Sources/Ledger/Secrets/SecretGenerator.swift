import Basics
import Crypto
import FoundationEssentials
import StackModel

/// Makes the values and user names of new secret versions.
enum SecretGenerator {
    /// 32 random bytes as base64url without padding: no character of it needs escaping in a URL or a configuration.
    static func value() -> Redacted<String> {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let text = bytes.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return Redacted(text)
    }

    /// Two users take turns, so that a server's own session list shows who still uses the version before.
    static func user(of declaration: SecretDeclaration, version: Int) -> String? {
        switch declaration.kind {
        case .redisUser, .postgresRole:
            declaration.name.text.replacing("-", with: "_") + (version.isMultiple(of: 2) ? "_b" : "_a")
        case .jwtHS256, .random, .given: nil
        }
    }
}
