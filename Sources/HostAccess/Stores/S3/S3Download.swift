import Basics
import Interfaces
import NIOCore

/// Reads a blob in ranges, one of them ahead of the reader. A range that breaks off is asked for again, so a cut connection costs
/// little; each names the tag of the blob, so that no two blobs are ever mixed.
actor S3Download {
    static let rangeSize = 8 << 20

    private let client: S3Client
    private let facts: BlobFacts
    /// Where the next range begins.
    private var position: Int
    private var current = ByteBuffer()
    private var ahead: Task<Result<ByteBuffer, ReportableError>, Never>?
    private var failure: ReportableError?

    init(client: S3Client, facts: BlobFacts, from offset: Int) {
        self.client = client
        self.facts = facts
        position = max(0, offset)
    }

    deinit { ahead?.cancel() }

    /// The next piece; nil at the end.
    func next() async throws(ReportableError) -> [UInt8]? {
        if let failure { throw failure }
        if current.readableBytes == 0 { try await turn() }
        return current.readBytes(length: min(current.readableBytes, ByteStream.pieceLimit)).flatMap {
            $0.isEmpty ? nil : $0
        }
    }

    /// Takes the range that was asked for, and asks for the one after it.
    private func turn() async throws(ReportableError) {
        guard let waiting = ahead ?? request() else { return }
        ahead = nil
        let result = await withTaskCancellationHandler {
            await waiting.value
        } onCancel: {
            waiting.cancel()
        }
        do {
            current = try result.get()
        } catch {
            failure = error
            throw error
        }
        ahead = request()
    }

    /// nil behind the end.
    private func request() -> Task<Result<ByteBuffer, ReportableError>, Never>? {
        guard position < facts.size else { return nil }
        let range = position..<min(position + Self.rangeSize, facts.size)
        position = range.upperBound
        return Task { [client, facts] in
            do throws(ReportableError) {
                return .success(try await Self.read(range, of: facts, client))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func read(
        _ range: Range<Int>,
        of facts: BlobFacts,
        _ client: S3Client
    ) async throws(ReportableError) -> ByteBuffer {
        let request = S3Request(
            "GET",
            client.place.key(of: facts.name),
            headers: ["range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)", "if-match": facts.tag.text],
            replyLimit: max(range.count, 1 << 20)
        )
        let answer = try await client.send(request, reading: [404, 412, 416])
        if let refusal = answer.refusal {
            guard refusal.code != "NoSuchBucket" else { throw refusal.error(request, from: client) }
            throw ReportableError(
                .storeFailed,
                "\(facts.name) in \(client.place.title) was replaced or deleted while it was read"
            )
        }
        // A store that does not know ranges sends the whole; that is right when it was asked for.
        let isRange = answer.reply.status == 206 || range == 0..<facts.size
        guard isRange, answer.reply.body.readableBytes == range.count else {
            throw S3Store.nonsense(client.place, "bytes \(range.lowerBound) to \(range.upperBound) of \(facts.name)")
        }
        return answer.reply.body
    }
}
