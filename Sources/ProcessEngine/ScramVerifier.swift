import Basics
import Crypto
import FoundationEssentials

/// What a Postgres server keeps of a password (RFC 5802, RFC 7677): enough to check a login, not enough to make one.
/// Computed here, so that the password itself never travels in a statement.
struct ScramVerifier: Sendable {
    /// `SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>`
    let text: String

    private static let iterations = 4096

    init(of password: Redacted<String>) {
        var random = SystemRandomNumberGenerator()
        self.init(of: password, salt: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    init(of password: Redacted<String>, salt: [UInt8]) {
        let salted = Self.stretched(Data(password.reveal().utf8), Data(salt))
        let clientKey = Self.mac(Data("Client Key".utf8), salted)
        let storedKey = Data(SHA256.hash(data: clientKey))
        let serverKey = Self.mac(Data("Server Key".utf8), salted)
        text =
            "SCRAM-SHA-256$\(Self.iterations):\(Data(salt).base64EncodedString())"
            + "$\(storedKey.base64EncodedString()):\(serverKey.base64EncodedString())"
    }

    /// PBKDF2 with HMAC-SHA-256 and one block.
    private static func stretched(_ password: Data, _ salt: Data) -> Data {
        let key = SymmetricKey(data: password)
        var block = Data(HMAC<SHA256>.authenticationCode(for: salt + Data([0, 0, 0, 1]), using: key))
        var result = Array(block)
        for _ in 1..<iterations {
            block = Data(HMAC<SHA256>.authenticationCode(for: block, using: key))
            for (index, byte) in block.enumerated() { result[index] ^= byte }
        }
        return Data(result)
    }

    private static func mac(_ message: Data, _ key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }
}
