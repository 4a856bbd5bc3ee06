import Basics
import HostAccess
import Orchestration
import StackModel

/// The credentials of a bucket, from the caller's environment: those of the store itself, else those that every program
/// for S3 looks for.
struct S3Variables {
    let variables: [String: String]

    init(_ variables: [String: String]) {
        self.variables = variables
    }

    /// Throws `usage` naming the variables when there are none.
    func credentials(of store: StoreName) throws(ReportableError) -> S3Credentials {
        let prefix = store.variablePrefix
        for (access, secret, token) in [
            ("\(prefix)_ACCESS_KEY_ID", "\(prefix)_SECRET_ACCESS_KEY", "\(prefix)_SESSION_TOKEN"),
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        ] {
            guard let accessKey = value(access), let secretKey = value(secret) else {
                guard value(access) == nil && value(secret) == nil else { throw Self.half(access, secret, store) }
                continue
            }
            return S3Credentials(
                accessKey: Redacted(accessKey),
                secretKey: Redacted(secretKey),
                sessionToken: value(token).map { Redacted($0) }
            )
        }
        throw ReportableError(
            .usage,
            "nothing says with which key to use the store \(store)",
            hint:
                "Set \(prefix)_ACCESS_KEY_ID and \(prefix)_SECRET_ACCESS_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    }

    /// Half of a pair is a slip; the next pair would be somebody else's.
    private static func half(_ access: String, _ secret: String, _ store: StoreName) -> ReportableError {
        ReportableError(
            .usage,
            "only one of \(access) and \(secret) is set, and the store \(store) needs both",
            hint: "Set both, or neither."
        )
    }

    private func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
}
