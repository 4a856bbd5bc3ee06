import Basics
import FoundationEssentials
import Interfaces
import NIOCore

extension S3Store {
    /// The same store, knowing what its bucket can do: it was tried with a blob of a few bytes, which is gone again.
    ///
    /// Where the credentials may only read, nothing is found. Throws `storeFailed` when the bucket cannot be reached, and
    /// when blobs are to be kept that the bucket cannot keep.
    package func probed() async throws(ReportableError) -> S3Store {
        _ = try await document(listing(of: client.place.prefix, limit: 1), "ListBucketResult")
        var found = S3Abilities.none
        let key = client.place.prefix + Self.probe + UUID().uuidString.lowercased()
        if let first = try await S3Probe(client: client, key: key).write() {
            found = first
            found.objectLock = try await hasObjectLock()
        }
        if let retention, !found.objectLock {
            throw ReportableError(
                .storeFailed,
                "\(client.place.title) cannot keep blobs for \(retention.span): its bucket has no object lock",
                hint: "Make a bucket with object lock, or ask for no retention."
            )
        }
        return S3Store(client, found, parts, retention)
    }

    /// A name that begins with a dot is that of no blob: what a killed process left of a probe is in nobody's way.
    private static let probe = ".probe-"

    private func hasObjectLock() async throws(ReportableError) -> Bool {
        let request = S3Request("GET", query: ["object-lock": ""])
        let answer = try await client.send(request, reading: [400, 403, 404, 405, 409, 501])
        return answer.refusal == nil && answer.reply.document?["ObjectLockEnabled"] == "Enabled"
    }
}

/// The blob that a bucket is tried with.
private struct S3Probe {
    let client: S3Client
    let key: String

    private let body = S3Body(ByteBuffer(string: "slipway probe\n"))

    init(client: S3Client, key: String) {
        self.client = client
        self.key = key
    }

    /// nil when nothing may be written here.
    func write() async throws(ReportableError) -> S3Abilities? {
        let checksum = ["x-amz-sdk-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": body.base64Digest]
        var answer = try await put(checksum)
        let keepsChecksums = answer.refusal == nil && answer.reply.headers["x-amz-checksum-sha256"] != nil
        if let refusal = answer.refusal, refusal.isUnknown { answer = try await put([:]) }
        if let refusal = answer.refusal {
            guard refusal.isForbidden else { throw refusal.error(S3Request("PUT", key), from: client) }
            return nil
        }
        do throws(ReportableError) {
            let isConditional = try await checksConditions(answer.reply.headers["etag"] ?? "")
            try await remove()
            return S3Abilities(conditionalPut: isConditional, checksums: keepsChecksums, objectLock: false)
        } catch {
            try? await remove()
            throw error
        }
    }

    /// Refuses what it must, and takes what it must.
    private func checksConditions(_ tag: String) async throws(ReportableError) -> Bool {
        let (existing, other) = (["if-none-match": "*"], ["if-match": "\"00000000000000000000000000000000\""])
        for headers in [existing, other] {
            guard try await put(headers).refusal?.status == 412 else { return false }
        }
        return try await put(["if-match": tag]).refusal == nil
    }

    private func put(_ headers: [String: String]) async throws(ReportableError) -> S3Answer {
        let request = S3Request("PUT", key, headers: headers, body: body)
        return try await client.send(request, reading: [400, 403, 409, 412, 501])
    }

    private func remove() async throws(ReportableError) {
        _ = try await client.send(S3Request("DELETE", key), reading: [403, 404])
    }
}
