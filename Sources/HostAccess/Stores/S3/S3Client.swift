import Basics
import StackModel

/// Sends requests to a bucket: signed, within limits of time, and again when another attempt may go better.
struct S3Client: Sendable {
    let place: S3Place
    let credentials: S3Credentials
    let wire: S3Wire
    let patience: StorePatience
    let now: @Sendable () -> Instant

    /// The reply, when it is a good one or has one of the statuses that the caller can read. Throws `storeFailed`.
    func send(_ request: S3Request, reading statuses: Set<Int> = []) async throws(ReportableError) -> S3Answer {
        let signer = SigV4(credentials: credentials, place: place)
        var attempt = 1
        var isUnsure = false
        while true {
            let reply = try await exchange(signer.sign(request, at: now()))
            switch reply {
            case .success(let reply):
                guard let refusal = S3Refusal(reply, to: request) else {
                    return S3Answer(reply: reply, refusal: nil, isUnsure: isUnsure)
                }
                if statuses.contains(refusal.status), !refusal.mayPass {
                    return S3Answer(reply: reply, refusal: refusal, isUnsure: isUnsure)
                }
                guard refusal.mayPass, attempt < patience.attempts else { throw refusal.error(request, from: self) }
                if refusal.status >= 500 || refusal.status < 300 { isUnsure = true }
            case .failure(let failure):
                guard failure.mayPass, attempt < patience.attempts else { throw silence(request, failure, attempt) }
                isUnsure = true
            }
            try await patience.pause(after: attempt)
            attempt += 1
        }
    }

    private func exchange(_ message: S3Message) async throws(ReportableError) -> Result<S3Reply, S3Wire.Failure> {
        do {
            return .success(try await wire.exchange(message))
        } catch let failure as S3Wire.Failure {
            return .failure(failure)
        } catch {
            throw ReportableError(.interrupted, "the request to \(place.title) was interrupted")
        }
    }

    private func silence(_ request: S3Request, _ failure: S3Wire.Failure, _ attempts: Int) -> ReportableError {
        let tries = attempts == 1 ? "" : " (tried \(attempts) times)"
        return ReportableError(
            .storeFailed,
            "no reply from \(place.title) to \(request.title(place.prefix))\(tries): \(failure.reason)"
        )
    }
}

struct S3Answer: Sendable {
    let reply: S3Reply
    /// With a status that the caller said it can read.
    let refusal: S3Refusal?
    /// An attempt before this one may have had its effect, though nobody heard so.
    let isUnsure: Bool
}
