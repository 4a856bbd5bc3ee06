import Basics
import Crypto

/// The text in front of the encrypted data: who has a way to the file key, and a code that only its owner can compute.
struct AgeHeader {
    static let version = "age-encryption.org/v1"
    /// Bytes. Some 600 recipients.
    static let limit = 64 << 10
    static let codeLength = 32

    let stanzas: [AgeStanza]
    let code: [UInt8]
    /// What the code is of: everything up to and with `---`.
    let authenticated: [UInt8]

    /// A new header for a file key.
    init(_ stanzas: [AgeStanza], fileKey: SymmetricKey) {
        self.stanzas = stanzas
        authenticated = Array((Self.version + "\n" + stanzas.map(\.text).joined() + "---").utf8)
        code = Array(HMAC<SHA256>.authenticationCode(for: authenticated, using: Self.codeKey(fileKey)))
    }

    init(stanzas: [AgeStanza], code: [UInt8], authenticated: [UInt8]) {
        self.stanzas = stanzas
        self.code = code
        self.authenticated = authenticated
    }

    var bytes: [UInt8] { authenticated + Array(" \(AgeBase64.encode(code))\n".utf8) }

    func isAuthentic(_ fileKey: SymmetricKey) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: authenticated, using: Self.codeKey(fileKey))
    }

    private static func codeKey(_ fileKey: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: fileKey, info: Array("header".utf8), outputByteCount: 32)
    }

    static func damaged(_ why: String) -> ReportableError {
        ReportableError(.vaultDamaged, "the age header is damaged: \(why)")
    }
}
