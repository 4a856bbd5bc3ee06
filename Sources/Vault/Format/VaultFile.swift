import Basics
import FoundationEssentials

/// The one form of every JSON file in a vault: `{"body":…,"sha256":…}` and a line feed, where the digest is that of the
/// bytes of the body. Keys are sorted and there is no white space, so that a value has one text only: whoever reads
/// a file compares it with what they would have written, and no byte of it can change unseen.
enum VaultFile {
    /// No file of JSON in a vault is longer.
    static let limit = 4 << 20
    /// The format that this version writes, and the newest it reads.
    static let format = 1

    private struct Sealed<Body: Codable>: Codable {
        let body: Body
        let sha256: Digest
    }

    /// As much as every format promises.
    private struct Outline: Decodable {
        struct Body: Decodable {
            let format: Int
        }
        let body: Body
    }

    static func encode(_ body: some Codable) -> [UInt8] {
        CanonicalJSON.encode(Sealed(body: body, sha256: Digest(ofCanonical: body))) + [0x0A]
    }

    /// Throws `vaultDamaged` when the bytes are not exactly what `encode` makes of some body, and `storeFailed` when a newer
    /// format has written them.
    static func decode<Body: Codable>(
        _ type: Body.Type,
        from bytes: [UInt8],
        of name: String
    ) throws(ReportableError) -> Body {
        guard bytes.count <= limit else { throw damaged(name, "it is longer than any such file") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw damaged(name, "it is not UTF-8 text") }
        let data = Data(bytes)
        if let outline = try? JSONDecoder().decode(Outline.self, from: data), outline.body.format > format {
            throw newer(name, outline.body.format)
        }
        let sealed: Sealed<Body>
        do {
            sealed = try JSONDecoder().decode(Sealed<Body>.self, from: data)
        } catch {
            throw damaged(name, "it is not what such a file holds")
        }
        guard Digest(ofCanonical: sealed.body) == sealed.sha256 else {
            throw damaged(name, "its content is not what its own digest says")
        }
        guard encode(sealed.body) == bytes else { throw damaged(name, "it is not written in the one form there is") }
        return sealed.body
    }

    static func damaged(_ name: String, _ why: String) -> ReportableError {
        ReportableError(.vaultDamaged, "\(name) is damaged: \(why)")
    }

    private static func newer(_ name: String, _ format: Int) -> ReportableError {
        ReportableError(
            .storeFailed,
            "\(name) has format \(format), and this slipway reads formats up to \(Self.format)",
            hint: "Use the version of slipway that wrote it, or a newer one."
        )
    }
}
