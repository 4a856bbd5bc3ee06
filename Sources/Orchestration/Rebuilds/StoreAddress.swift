import Basics
import StackModel

/// Where a vault is, in one word: what `slipway rebuild --vault` takes and `slipway kit` prints, so that a vault can be
/// named where there is no spec any more.
///
///     /var/backups/slipway, file:///var/backups/slipway
///     s3://s3.example.com/shop-backups/prefix?region=eu-central-1    (s3+http:// without TLS)
///     sftp://backup@vault.example.com:22/srv/backups
package struct StoreAddress: Hashable, Sendable, CustomStringConvertible {
    package let location: Store.Location

    /// Credentials come by these variables (`SLIPWAY_STORE_VAULT_...`): an address holds none.
    package static let name: StoreName = "vault"
    private static let defaultRegion = "us-east-1"

    package init(_ location: Store.Location) {
        self.location = location
    }

    /// - Parameter folder: what a relative path starts from.
    /// Throws `usage`.
    package init(_ text: String, relativeTo folder: String) throws(ReportableError) {
        guard let mark = text.firstRange(of: "://") else {
            guard !text.isEmpty else { throw Self.refused(text, "it is empty") }
            location = .directory(text.hasPrefix("/") ? text : "\(folder)/\(text)")
            return
        }
        let rest = text[mark.upperBound...]
        switch text[..<mark.lowerBound] {
        case "file":
            guard rest.hasPrefix("/") else { throw Self.refused(text, "write file:///PATH") }
            location = .directory(String(rest))
        case "s3": location = try Self.bucket(rest, "https", of: text)
        case "s3+http": location = try Self.bucket(rest, "http", of: text)
        case "sftp": location = try Self.server(rest, of: text)
        default: throw Self.refused(text, "there is no such kind of store")
        }
    }

    package var description: String {
        switch location {
        case .directory(let path): return path
        case .s3(let endpoint, let bucket, let region, let prefix):
            let isPlain = endpoint.hasPrefix("http://")
            let host = endpoint.firstRange(of: "://").map { String(endpoint[$0.upperBound...]) } ?? endpoint
            let place = [host, bucket, prefix ?? ""].filter { !$0.isEmpty }.joined(separator: "/")
            return "\(isPlain ? "s3+http" : "s3")://\(place)?region=\(region)"
        case .sftp(let host, let port, let user, let path):
            return
                "sftp://\(user)@\(host.contains(":") ? "[\(host)]" : host):\(port)\(path.hasPrefix("/") ? "" : "/")\(path)"
        }
    }

    private static func bucket(_ rest: Substring, _ scheme: String, of text: String)
        throws(ReportableError) -> Store.Location
    {
        let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let words = halves[0].split(separator: "/", maxSplits: 2).map(String.init)
        guard words.count >= 2, !words[0].contains("@") else {
            throw refused(text, "write s3://HOST/BUCKET or s3://HOST/BUCKET/PREFIX; the keys come from the environment")
        }
        var region = defaultRegion
        if halves.count == 2 {
            guard halves[1].hasPrefix("region="), halves[1].count > 7 else {
                throw refused(text, "behind the question mark only region=NAME may stand")
            }
            region = String(halves[1].dropFirst(7))
        }
        return .s3(
            endpoint: "\(scheme)://\(words[0])",
            bucket: words[1],
            region: region,
            prefix: words.count == 3 ? words[2] : nil
        )
    }

    private static func server(_ rest: Substring, of text: String) throws(ReportableError) -> Store.Location {
        guard let slash = rest.firstIndex(of: "/"), let at = rest[..<slash].lastIndex(of: "@"),
            at != rest.startIndex, !rest[..<at].contains(":")
        else { throw refused(text, "write sftp://USER@HOST/PATH or sftp://USER@HOST:PORT/PATH, without a password") }
        var host = rest[rest.index(after: at)..<slash]
        var port = 22
        // An address of the sixth version stands in brackets, so that its colons are told from that of the port.
        if host.first == "[", let end = host.firstIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            host = host[host.index(after: host.startIndex)..<end]
            guard rest.isEmpty || rest.first == ":" else { throw refused(text, "it names no host") }
            if !rest.isEmpty { port = try Self.port(rest.dropFirst(), of: text) }
        } else if let colon = host.lastIndex(of: ":") {
            port = try Self.port(host[host.index(after: colon)...], of: text)
            host = host[..<colon]
        }
        guard !host.isEmpty else { throw refused(text, "it names no host") }
        return .sftp(host: String(host), port: port, user: String(rest[..<at]), path: String(rest[slash...]))
    }

    private static func port(_ digits: Substring, of text: String) throws(ReportableError) -> Int {
        guard let number = Int(digits), (1...65535).contains(number) else { throw refused(text, "its port is none") }
        return number
    }

    private static func refused(_ text: String, _ why: String) -> ReportableError {
        ReportableError(
            .usage,
            "\(text.abridged) is not the address of a vault: \(why)",
            hint: "It is a folder, s3://HOST/BUCKET/PREFIX?region=NAME, or sftp://USER@HOST:PORT/PATH."
        )
    }
}

extension StoreName {
    /// What the variables with the credentials of a store of this name begin with.
    package var variablePrefix: String { "SLIPWAY_STORE_\(text.uppercased().replacing("-", with: "_"))" }
}
