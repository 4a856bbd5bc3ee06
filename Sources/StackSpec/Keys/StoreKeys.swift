import Basics
import StackModel

enum StoreKeys {
    static let directory = Key<String>(
        "directory",
        .absolutePath,
        synonyms: ["path", "dir", "local"],
        "A directory of this machine."
    )
    static let s3 = Key<Store.Location>("s3", .s3, "A bucket of a service that speaks S3.")
    static let sftp = Key<Store.Location>("sftp", .sftp, synonyms: ["ssh"], "A directory behind SSH.")

    static let table = KeyTable(
        title: "store",
        meaning: "A place where backup sets live: exactly one of these keys.",
        rules: [directory.rule, s3.rule, sftp.rule]
    )
}

enum S3Keys {
    static let defaultRegion = "us-east-1"
    static let endpoint = Key<String>("endpoint", .webAddress, isRequired: true, "The address of the service.")
    static let bucket = Key<String>("bucket", .bucket, isRequired: true, "The name of the bucket.")
    static let region = Key<String>("region", .word, default: defaultRegion, "The region, as it is signed.")
    static let prefix = Key<String>("prefix", .word, default: "none", "What every object's name begins with.")

    static let table = KeyTable(
        title: "s3",
        meaning: "A bucket. The keys to it come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        rules: [endpoint.rule, bucket.rule, region.rule, prefix.rule]
    )
}

enum SFTPKeys {
    static let host = Key<String>("host", .word, isRequired: true, "The host.")
    static let port = Key<Int>("port", .port, default: "22", "Its port.")
    static let user = Key<String>("user", .word, isRequired: true, "The user to log in as.")
    static let path = Key<String>(
        "path",
        .absolutePath,
        isRequired: true,
        synonyms: ["directory", "dir"],
        "The directory there."
    )

    static let table = KeyTable(
        title: "sftp",
        meaning: "A directory behind SSH. The private key and the keys of known hosts are files below SLIPWAY_HOME.",
        rules: [host.rule, port.rule, user.rule, path.rule]
    )
}

extension ValueType where Value == String {
    static var webAddress: ValueType {
        text("an address that begins with https:// or http://", pattern: "^https?://[^/\\s]+/?$") { text in
            let rest =
                text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
            let host = rest.hasSuffix("/") ? rest.dropLast() : rest
            return !host.isEmpty && !host.contains("/") && !host.contains(where: \.isWhitespace)
        }
    }

    static var bucket: ValueType {
        text("the name of a bucket", pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$") { text in
            func isWord(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
            guard let first = text.utf8.first, let last = text.utf8.last, (3...63).contains(text.utf8.count) else {
                return false
            }
            return isWord(first) && isWord(last) && text.utf8.allSatisfy { isWord($0) || $0 == 46 || $0 == 45 }
        }
    }
}

extension ValueType where Value == Store.Location {
    static var s3: ValueType {
        .table(S3Keys.table) { fields in
            let (endpoint, bucket) = (fields[S3Keys.endpoint], fields[S3Keys.bucket])
            let (region, prefix) = (fields[S3Keys.region] ?? S3Keys.defaultRegion, fields[S3Keys.prefix])
            guard let endpoint, let bucket else { return nil }
            return .s3(endpoint: endpoint, bucket: bucket, region: region, prefix: prefix)
        }
    }

    static var sftp: ValueType {
        .table(SFTPKeys.table) { fields in
            let (host, port) = (fields[SFTPKeys.host], fields[SFTPKeys.port] ?? 22)
            let (user, path) = (fields[SFTPKeys.user], fields[SFTPKeys.path])
            guard let host, let user, let path else { return nil }
            return .sftp(host: host, port: port, user: user, path: path)
        }
    }
}

extension ValueType where Value == Store {
    /// The name is filled in by the map it stands in.
    static var store: ValueType {
        .table(StoreKeys.table) { fields in
            let written = [fields.has(StoreKeys.directory), fields.has(StoreKeys.s3), fields.has(StoreKeys.sftp)]
            let count = written.count { $0 }
            if count != 1 {
                fields.findings.error(
                    count == 0 ? "\(fields.label) says no place" : "\(fields.label) says \(count) places",
                    at: fields.place,
                    help: "Write exactly one of directory, s3 and sftp."
                )
            }
            let location = fields[StoreKeys.directory].map { Store.Location.directory($0) }
            let (s3, sftp) = (fields[StoreKeys.s3], fields[StoreKeys.sftp])
            return (location ?? s3 ?? sftp).map { Store(name: "unnamed", location: $0) }
        }
    }
}
