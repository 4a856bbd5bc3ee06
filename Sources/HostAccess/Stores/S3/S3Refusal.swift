import Basics
import StackModel

/// What a store said instead of doing it.
struct S3Refusal: Sendable {
    let status: Int
    /// `NoSuchKey`; empty where the reply has no body, as with HEAD.
    let code: String
    let message: String
    private let region: String?
    private let serverTime: String?

    /// nil when the reply is no refusal.
    init?(_ reply: S3Reply, to request: S3Request) {
        let answer = reply.isGood && !request.answersEarly ? nil : reply.document
        let isLateError = reply.isGood && answer?.name == "Error"
        guard !reply.isGood || isLateError else { return nil }
        status = reply.status
        code = answer?["Code"] ?? ""
        message = answer?["Message"] ?? ""
        region = answer?["Region"] ?? reply.headers["x-amz-bucket-region"]
        serverTime = answer?["ServerTime"] ?? reply.headers["date"]
    }

    /// The store is overloaded or broken for a moment: the same request may succeed later.
    var mayPass: Bool {
        let passing = [
            "InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "Throttling", "OperationAborted",
            "ConditionalRequestConflict", "TooManyRequests", "BadDigest", "XAmzContentSHA256Mismatch",
        ]
        return passing.contains(code) || [429, 500, 502, 503, 504].contains(status)
    }

    /// The store does not know this kind of request.
    var isUnknown: Bool { status == 501 || code == "NotImplemented" || (status == 400 && !mayPass) }

    var isForbidden: Bool { status == 403 || status == 401 }

    func error(_ request: S3Request, from client: S3Client) -> ReportableError {
        let known = reason(client)
        let said = client.credentials.censor(message).withoutControls.prefix(300)
        let words = [code.isEmpty ? "status \(status)" : "\(code.abridged) (\(status))", String(said)]
        return ReportableError(
            .storeFailed,
            "\(client.place.title) refuses \(request.title(client.place.prefix)): "
                + (known?.why ?? "it answers \(words[0])"),
            hint: known?.hint,
            details: code.isEmpty && said.isEmpty ? [] : [words.filter { !$0.isEmpty }.joined(separator: ": ")]
        )
    }

    private func reason(_ client: S3Client) -> (why: String, hint: String?)? {
        switch code {
        case "InvalidAccessKeyId":
            ("it does not know the access key", "Check the access key of the store, and that it was not deleted.")
        case "SignatureDoesNotMatch":
            ("the secret key is not the one of the access key", "Check the secret key of the store, and its region.")
        case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
            ("the session token has expired or is not valid", "Get new credentials, then run the command again.")
        case "RequestTimeTooSkewed": skewed(client)
        case "NoSuchBucket":
            ("there is no bucket \(client.place.bucket)", "Create it, or correct `bucket` in the spec.")
        case "AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect",
            "IllegalLocationConstraintException":
            elsewhere(client)
        case "EntityTooLarge": ("the blob is larger than it takes", nil)
        case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage":
            ("it is full", "Make room there, or remove old sets with `slipway backup prune`.")
        case "AccessDenied", "AllAccessDisabled", "AccountProblem": forbidden
        default: status == 301 || status == 307 ? elsewhere(client) : isForbidden ? forbidden : nil
        }
    }

    private var forbidden: (why: String, hint: String?) {
        ("the credentials have no permission for it", "Allow it in the policy of the key or of the bucket.")
    }

    private func skewed(_ client: S3Client) -> (why: String, hint: String?) {
        let theirs = serverTime.map { $0.abridged } ?? "another"
        return (
            "the clocks differ too much: here it is \(StoreTime.text(of: client.now())), there \(theirs)",
            "Set this machine's clock, then run the command again."
        )
    }

    private func elsewhere(_ client: S3Client) -> (why: String, hint: String?) {
        guard let region, region != client.place.region else { return ("the bucket is at another endpoint", nil) }
        return (
            "the bucket is in the region \(region.abridged), not in \(client.place.region)",
            "Write `region: \(region.abridged)` in the spec."
        )
    }
}
