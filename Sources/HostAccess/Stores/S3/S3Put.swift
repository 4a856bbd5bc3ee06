import Basics
import FoundationEssentials
import Interfaces
import NIOCore
import StackModel

/// One blob on its way into a bucket.
///
/// Each carries a mark of its own. When the reply to a conditional request was lost and the next attempt is told that
/// the blob exists, the mark tells whether it is the one that this writer has just written.
struct S3Put: Sendable {
    let store: S3Store
    let name: BlobName
    let condition: BlobCondition
    let mark = UUID().uuidString.lowercased()

    var client: S3Client { store.client }
    var key: String { client.place.key(of: name) }

    /// In one request.
    func whole(_ bytes: ByteBuffer) async throws(ReportableError) -> BlobFacts {
        let body = S3Body(bytes)
        if !store.known.conditionalPut { try await checkCondition() }
        var headers = creation.merging(checksums(of: body)) { $1 }
        if store.known.conditionalPut { headers.merge(conditions) { $1 } }
        let request = S3Request("PUT", key, headers: headers, body: body)
        let answer = try await client.send(request, reading: [404, 409, 412])
        if let refusal = answer.refusal {
            return try await conflict(refusal, answer, request, size: bytes.readableBytes)
        }
        return try await arrived(size: bytes.readableBytes, tag: answer.reply.headers["etag"])
    }

    /// What the blob must be when the store says that it took it.
    func arrived(size: Int, tag: String?) async throws(ReportableError) -> BlobFacts {
        let seen = try await store.look(at: name)
        // Under another mark it is a later writer's: what was asked for was done, and replaced. Its tag is not ours.
        let isLater = seen?.mark.map { $0 != mark } ?? false
        guard let seen, isLater || seen.facts.size == size else {
            throw ReportableError(
                .storeFailed,
                "\(client.place.title) said that it took \(name), and does not have it whole",
                hint: "Run the command again; if it says so again, do not trust this store."
            )
        }
        if let tag { return BlobFacts(name: name, size: size, tag: BlobTag(tag)) }
        guard !isLater else { throw Self.changed(name, client.place) }
        return seen.facts
    }

    /// Answers a refusal for the sake of the condition: by success where an earlier attempt of ours met it.
    func conflict(
        _ refusal: S3Refusal,
        _ answer: S3Answer,
        _ request: S3Request,
        size: Int
    ) async throws(ReportableError) -> BlobFacts {
        let isOwnKind = condition != .always && (refusal.status != 404 || refusal.code == "NoSuchKey")
        let isGone = refusal.code == "NoSuchUpload"
        guard isOwnKind || isGone else { throw refusal.error(request, from: client) }
        if answer.isUnsure, let seen = try await store.look(at: name), seen.mark == mark, seen.facts.size == size {
            return seen.facts
        }
        guard !isGone else { throw refusal.error(request, from: client) }
        throw Self.changed(name, client.place)
    }

    /// Looks whether the condition holds now. Another writer may come in between, unless the store checks it as well.
    func checkCondition() async throws(ReportableError) {
        let isMet: Bool
        switch condition {
        case .always: return
        case .absent: isMet = try await store.facts(of: name) == nil
        case .unchanged(let tag): isMet = try await store.facts(of: name)?.tag == tag
        }
        guard isMet else { throw Self.changed(name, client.place) }
    }

    var conditions: [String: String] {
        switch condition {
        case .always: [:]
        case .absent: ["if-none-match": "*"]
        case .unchanged(let tag): ["if-match": tag.text]
        }
    }

    /// What a new object is made with.
    var creation: [String: String] {
        var headers = ["content-type": "application/octet-stream", "x-amz-meta-slipway-put": mark]
        if let kept = store.retention, name.text.hasPrefix(kept.prefix) {
            let end = Instant(milliseconds: client.now().milliseconds + kept.span.milliseconds)
            headers["x-amz-object-lock-mode"] = kept.mode.rawValue
            headers["x-amz-object-lock-retain-until-date"] = StoreTime.text(of: end)
        }
        return headers
    }

    func checksums(of body: S3Body) -> [String: String] {
        guard store.known.checksums else { return ["content-md5": body.md5] }
        return ["x-amz-sdk-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": body.base64Digest]
    }

    private static func changed(_ name: BlobName, _ place: S3Place) -> ReportableError {
        ReportableError(.storeConflict, "somebody else has written \(name) in \(place.title)")
    }
}
