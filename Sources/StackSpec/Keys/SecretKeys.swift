import Basics
import StackModel

enum SecretKeys {
    static let kind = Key<SecretDeclaration.Kind>(
        "kind",
        .choice,
        isRequired: true,
        synonyms: ["type"],
        "`redis-user` and `postgres-role` are credentials of a service, `jwt-hs256` is a signing key, `random` a random "
            + "text, `given` a value that a person supplies."
    )
    static let service = Key<ServiceName>(
        "service",
        .name,
        default: "none",
        synonyms: ["of", "for"],
        "The service it is a credential of: needed by `redis-user` and `postgres-role`."
    )
    static let rotate = Key<TimeSpan>(
        "rotate",
        .timeSpan,
        default: "never",
        synonyms: ["rotation", "every", "ttl"],
        "How old a version may become before a new one takes its place."
    )
    static let overlap = Key<TimeSpan>(
        "overlap",
        .timeSpan(zero: true),
        default: "until nobody uses it",
        synonyms: ["grace"],
        "How long the previous version stays valid after a rotation."
    )
    static let from = Key<String>(
        "from",
        .variableName,
        default: "the name in capitals, with `_` for `-`",
        synonyms: ["env", "variable"],
        "For `given`: the variable of the caller's environment that holds the value. Another value there makes a new "
            + "version with the next deploy; without the variable the version in use stays."
    )
    static let files = Key<[String]>(
        "files",
        .list(of: .filePath, what: "files"),
        default: "none",
        synonyms: ["file", "fromFile", "fromFiles"],
        "For `given`, in place of `from`: the files that hold the value, one after the other; relative to the spec. As "
            + "`[fullchain.pem, privkey.pem]` for a certificate. What has changed in them is taken up by the next "
            + "deploy."
    )

    static let table = KeyTable(
        title: "secret",
        meaning: "A secret that is made once, sealed, versioned and rotated.",
        rules: [kind.rule, service.rule, rotate.rule, overlap.rule, from.rule, files.rule]
    )
}

extension ValueType where Value == String {
    static var variableName: ValueType {
        text("the name of a variable", pattern: "^[A-Za-z_][A-Za-z0-9_]*$") { $0.isVariableName }
    }
}

extension ValueType where Value == String {
    static var filePath: ValueType {
        text("the path of a file", pattern: "^[^\\u0000-\\u001f\\u007f]+$") { path in
            !path.isEmpty && !path.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
        }
    }
}

extension ValueType where Value == SecretDeclaration {
    /// The name is filled in by the map it stands in.
    static var secret: ValueType {
        .table(SecretKeys.table) { fields in
            let kind = fields[SecretKeys.kind]
            var secret = SecretDeclaration(name: "unnamed", kind: kind ?? .random)
            fields.fill(&secret.service, SecretKeys.service)
            fields.fill(&secret.rotate, SecretKeys.rotate)
            fields.fill(&secret.overlap, SecretKeys.overlap)
            fields.fill(&secret.from, SecretKeys.from)
            fields.fill(&secret.files, SecretKeys.files)
            guard let kind else { return nil }
            check(secret, of: kind, fields)
            return secret
        }
    }

    private static func check(_ secret: SecretDeclaration, of kind: SecretDeclaration.Kind, _ fields: Fields) {
        let findings = fields.findings
        switch kind {
        case .redisUser, .postgresRole:
            if let service = secret.service {
                fields.reading.mentions.add(.account(service, kind), at: fields.place(of: SecretKeys.service))
            } else if !fields.has(SecretKeys.service) {
                findings.error(
                    "\(fields.label) is a \(kind.rawValue) without a service",
                    at: fields.place,
                    help: "Name the service it is a credential of: `service: ...`."
                )
            }
        case .jwtHS256, .random, .given:
            if fields.has(SecretKeys.service) {
                findings.error(
                    "a \(kind.rawValue) secret belongs to no service",
                    at: fields.place(of: SecretKeys.service),
                    help: "Remove `service`, or choose the kind redis-user or postgres-role."
                )
            }
        }
        if kind == .given, fields.has(SecretKeys.rotate) {
            findings.error(
                "a given secret cannot be rotated: nobody but you can make a new value",
                at: fields.place(of: SecretKeys.rotate),
                help: "Remove `rotate`."
            )
        }
        checkOrigin(of: secret, fields)
        if let rotate = secret.rotate, let overlap = secret.overlap, overlap >= rotate {
            findings.error(
                "overlap \(fields.written(SecretKeys.overlap)) is not shorter than rotate \(fields.written(SecretKeys.rotate))",
                at: fields.place(of: SecretKeys.overlap),
                help: "Three versions would be valid at once: shorten the overlap."
            )
        }
    }

    /// Where the value comes from.
    private static func checkOrigin(of secret: SecretDeclaration, _ fields: Fields) {
        let (from, files) = (fields.has(SecretKeys.from), fields.has(SecretKeys.files))
        if secret.kind != .given, from || files {
            fields.findings.error(
                "a \(secret.kind.rawValue) secret is generated and not read from a \(from ? "variable" : "file")",
                at: from ? fields.place(of: SecretKeys.from) : fields.place(of: SecretKeys.files),
                help: "Remove `\(from ? "from" : "files")`, or choose the kind given."
            )
        } else if from, files {
            fields.findings.error(
                "a secret is read from a variable or from files, not from both",
                at: fields.place(of: SecretKeys.from),
                help: "Remove `from` or `files`."
            )
        } else if secret.files?.isEmpty == true, fields.isClean {
            fields.findings.error("there is no file in the list", at: fields.place(of: SecretKeys.files))
        }
    }
}
