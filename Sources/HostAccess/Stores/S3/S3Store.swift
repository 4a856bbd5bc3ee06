import Basics
import FoundationEssentials
import Interfaces
import NIOCore
import StackModel

/// A bucket as a store of blobs: small ones in one request, large ones in parts of which three at most are in memory.
///
/// Until `probed` has tried what the bucket can do, nothing is expected of it: conditions are then looked at before a
/// blob is written, which two writers can do at once.
package struct S3Store: BlobStore {
    let client: S3Client
    let known: S3Abilities
    let parts: S3PartSizes
    let retention: S3Retention?

    /// - Parameters:
    ///   - retention: what is kept from being deleted, and how long. The bucket must have object lock.
    ///   - maximumParts: 10,000; a few stores take 1,000.
    ///   - now: the time that requests are signed with.
    package init(
        _ place: S3Place,
        credentials: S3Credentials,
        abilities: S3Abilities = .none,
        retention: S3Retention? = nil,
        maximumParts: Int = 10_000,
        patience: StorePatience = StorePatience(),
        now: @escaping @Sendable () -> Instant
    ) {
        let client = S3Client(
            place: place,
            credentials: credentials,
            wire: .live(patience),
            patience: patience,
            now: now
        )
        self.init(client, abilities, S3PartSizes(maximumCount: maximumParts), retention)
    }

    init(
        _ client: S3Client,
        _ known: S3Abilities = .none,
        _ parts: S3PartSizes = S3PartSizes(),
        _ retention: S3Retention? = nil
    ) {
        self.client = client
        self.known = known
        self.parts = parts
        self.retention = retention
    }

    package var abilities: BlobStoreAbilities {
        BlobStoreAbilities(conditionalPut: known.conditionalPut, objectLock: known.objectLock)
    }

    package func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        var reader = S3PartReader(content)
        let first = try await reader.next(parts.size(of: 1))
        let put = S3Put(store: self, name: name, condition: condition)
        if reader.isAtEnd { return try await put.whole(first) }
        return try await put.inParts(first, reader)
    }

    /// Reads in ranges, each of them from the very blob that was there at the call.
    package func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        guard let facts = try await facts(of: name) else {
            throw ReportableError(.notFound, "there is no \(name) in \(client.place.title)")
        }
        let download = S3Download(client: client, facts: facts, from: offset)
        return ByteStream { () async throws(ReportableError) in try await download.next() }
    }

    /// No bucket is ever full.
    package func free() async throws(ReportableError) -> Int? { nil }

    package func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        try await look(at: name)?.facts
    }

    package func delete(_ name: BlobName) async throws(ReportableError) {
        let answer = try await client.send(S3Request("DELETE", client.place.key(of: name)), reading: [404])
        if let refusal = answer.refusal, refusal.code == "NoSuchBucket" {
            throw refusal.error(S3Request("DELETE", client.place.key(of: name)), from: client)
        }
    }

    /// What HEAD tells of a blob, with the mark of who put it there.
    func look(at name: BlobName) async throws(ReportableError) -> (facts: BlobFacts, mark: String?)? {
        let request = S3Request("HEAD", client.place.key(of: name))
        let answer = try await client.send(request, reading: [400, 401, 403, 404])
        if let refusal = answer.refusal {
            // HEAD says neither why nor whether the bucket is there: a question with a body does.
            _ = try await client.send(listing(of: client.place.key(of: name), limit: 1))
            guard refusal.status == 404 else { throw refusal.error(request, from: client) }
            return nil
        }
        let headers = answer.reply.headers
        guard let tag = headers["etag"], let size = headers["content-length"].flatMap({ Int($0) }), size >= 0 else {
            throw S3Store.nonsense(client.place, "size and tag of \(name)")
        }
        return (BlobFacts(name: name, size: size, tag: BlobTag(tag)), headers["x-amz-meta-slipway-put"])
    }

    static func nonsense(_ place: S3Place, _ what: String) -> ReportableError {
        ReportableError(.storeFailed, "\(place.title) does not say the \(what) in a way that can be understood")
    }
}

/// What a bucket was seen to do.
package struct S3Abilities: Hashable, Sendable {
    /// PUT with `If-None-Match` and `If-Match` is refused where it must be.
    package var conditionalPut: Bool
    /// A SHA-256 is checked and kept; else an MD5 goes with each body.
    package var checksums: Bool
    package var objectLock: Bool

    package init(conditionalPut: Bool, checksums: Bool, objectLock: Bool) {
        self.conditionalPut = conditionalPut
        self.checksums = checksums
        self.objectLock = objectLock
    }

    package static let none = S3Abilities(conditionalPut: false, checksums: false, objectLock: false)
}

/// How long the store itself keeps blobs from being deleted.
package struct S3Retention: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable {
        /// Who has the permission for it can still delete them.
        case governance = "GOVERNANCE"
        /// Nobody can, whoever pays.
        case compliance = "COMPLIANCE"
    }

    package var mode: Mode
    package var span: TimeSpan
    /// What blobs' names begin with that are kept: leases and the like stay free.
    package var prefix: String

    package init(_ mode: Mode, _ span: TimeSpan, prefix: String = "sets/") {
        self.mode = mode
        self.span = span
        self.prefix = prefix
    }
}
