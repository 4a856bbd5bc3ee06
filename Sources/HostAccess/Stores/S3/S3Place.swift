import Basics
import Interfaces

/// A bucket, or the part of one below a prefix, and how its objects are addressed.
package struct S3Place: Hashable, Sendable {
    package enum Addressing: Hashable, Sendable {
        /// `https://endpoint/bucket/key`: every store but Amazon's newest regions has it.
        case path
        /// `https://bucket.endpoint/key`.
        case virtualHost
    }

    let isSecure: Bool
    /// What the request is sent to, with the port unless it is the usual one.
    let host: String
    /// What stands before every key in a path, encoded: `/bucket`, or nothing.
    let root: String
    let bucket: String
    let region: String
    /// Empty, or ends with a slash.
    let prefix: String

    /// - Parameters:
    ///   - endpoint: `https://s3.example.com`, without the bucket.
    ///   - prefix: words joined by `/` that stand before every name.
    ///   - addressing: nil takes `virtualHost` for Amazon's own endpoints, else `path`.
    ///   - plainHTTP: whether `http://` may be used for more than this machine.
    ///
    /// Throws `storeFailed`, naming what is wrong.
    package init(
        endpoint: String,
        bucket: String,
        region: String,
        prefix: String = "",
        addressing: Addressing? = nil,
        plainHTTP: Bool = false
    ) throws(ReportableError) {
        let server = try ServerAddress(endpoint)
        guard server.isSecure || plainHTTP || server.isThisMachine else {
            throw ReportableError(
                .storeFailed,
                "the endpoint \(endpoint.abridged) would send backups over an open line",
                hint: "Write https:// instead."
            )
        }
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy({ ServerAddress.isHostByte($0) }) else {
            throw ReportableError(.storeFailed, "\(bucket.abridged) is not the name of a bucket")
        }
        guard !region.isEmpty, region.utf8.allSatisfy({ ServerAddress.isHostByte($0) }) else {
            throw ReportableError(.storeFailed, "\(region.abridged) is not the name of a region")
        }
        let isAmazon = server.host.hasSuffix(".amazonaws.com") && !bucket.contains(".")
        let usesHost = (addressing ?? (isAmazon ? .virtualHost : .path)) == .virtualHost
        isSecure = server.isSecure
        host = usesHost ? "\(bucket).\(server.hostAndPort)" : server.hostAndPort
        root = server.path + (usesHost ? "" : "/\(bucket)")
        self.bucket = bucket
        self.region = region
        self.prefix = try Self.checked(prefix)
    }

    /// For messages: where it is, in the words of the spec.
    var title: String {
        "\(isSecure ? "https" : "http")://\(host)\(root)\(prefix.isEmpty ? "" : "/\(prefix.dropLast())")"
    }

    func key(of name: BlobName) -> String { prefix + name.text }

    /// nil for what is not ours: an object outside the prefix, or one whose key no blob has.
    func name(of key: String) -> BlobName? {
        key.hasPrefix(prefix) ? BlobName(String(key.dropFirst(prefix.count))) : nil
    }

    private static func checked(_ prefix: String) throws(ReportableError) -> String {
        let words = prefix.split(separator: "/").joined(separator: "/")
        guard !words.isEmpty else { return "" }
        guard BlobName(words) != nil, words.utf8.count <= 200 else {
            throw ReportableError(
                .storeFailed,
                "\(prefix.abridged) cannot be a prefix in a bucket",
                hint: "Use up to 200 letters, digits, `.`, `_`, `-` and `+`, in words joined by `/`."
            )
        }
        return words + "/"
    }
}

/// The parts of an endpoint's address.
private struct ServerAddress {
    let isSecure: Bool
    let host: String
    let hostAndPort: String
    /// Without a slash at its end.
    let path: String

    init(_ text: String) throws(ReportableError) {
        let wrong = ReportableError(
            .storeFailed,
            "\(text.abridged) is not the address of a store",
            hint: "Write it like https://s3.example.com, without the bucket."
        )
        let schemes = [("https://", true, "443"), ("http://", false, "80")]
        guard let (scheme, isSecure, usualPort) = schemes.first(where: { text.hasPrefix($0.0) }) else { throw wrong }
        let parts = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        let words = parts.dropFirst().filter { !$0.isEmpty }
        guard let authority = parts.first, words.allSatisfy({ $0.utf8.allSatisfy(Self.isHostByte) }) else {
            throw wrong
        }
        // An address of the sixth version stands in brackets and is full of colons.
        let portMark = authority.lastIndex(of: ":").flatMap { mark in
            authority[mark...].contains("]") ? nil : mark
        }
        let host = portMark.map { authority[..<$0] } ?? authority
        let port = portMark.map { authority[authority.index(after: $0)...] }
        let plain = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
        let isHost = plain.utf8.allSatisfy { Self.isHostByte($0) || (plain != host && $0 == UInt8(ascii: ":")) }
        guard !plain.isEmpty, isHost, port.map({ (1...65535).contains(Int($0) ?? 0) }) ?? true else { throw wrong }
        self.isSecure = isSecure
        self.host = String(plain)
        hostAndPort = String(host) + (port.map { $0 == usualPort ? "" : ":\($0)" } ?? "")
        path = words.map { "/\($0)" }.joined()
    }

    var isThisMachine: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") && host.isNumericAddress }

    static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension String {
    /// `127.evil.example` begins like an address of this machine, and is none.
    fileprivate var isNumericAddress: Bool { utf8.allSatisfy { $0 == UInt8(ascii: ".") || (48...57).contains($0) } }
}
