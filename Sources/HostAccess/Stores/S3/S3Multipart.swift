import Basics
import Interfaces
import NIOCore

/// A blob that goes in parts, two of them at a time while a third is read.
extension S3Put {
    struct Part: Sendable {
        let number: Int
        let tag: String
        let checksum: String?
        let size: Int
    }

    func inParts(_ first: ByteBuffer, _ reader: S3PartReader) async throws(ReportableError) -> BlobFacts {
        // Known before the bytes have moved, though only what is checked at the end is certain.
        try await checkCondition()
        let upload = try await begin()
        do throws(ReportableError) {
            let parts = try await send(first, reader, upload)
            return try await complete(upload, parts)
        } catch {
            await abandon(upload)
            throw error
        }
    }

    private func begin() async throws(ReportableError) -> String {
        var headers = creation
        if store.known.checksums { headers["x-amz-checksum-algorithm"] = "SHA256" }
        let request = S3Request("POST", key, query: ["uploads": ""], headers: headers)
        guard let upload = try await client.send(request).reply.document?["UploadId"], !upload.isEmpty else {
            throw S3Store.nonsense(client.place, "id of an upload")
        }
        return upload
    }

    private func send(
        _ first: ByteBuffer,
        _ reader: S3PartReader,
        _ upload: String
    ) async throws(ReportableError) -> [Part] {
        do {
            return try await withThrowingTaskGroup(of: Part.self) { group in
                var (reader, body, number) = (reader, first, 0)
                var parts: [Part] = []
                repeat {
                    number += 1
                    try checkRoom(number)
                    if number > 2, let part = try await group.next() { parts.append(part) }
                    group.addTask { [number, body] in try await send(number, body, upload) }
                    body = ByteBuffer()
                    if !reader.isAtEnd { body = try await reader.next(store.parts.size(of: number + 1)) }
                } while body.readableBytes > 0
                for try await part in group { parts.append(part) }
                return parts.sorted { $0.number < $1.number }
            }
        } catch let error as ReportableError {
            throw error
        } catch {
            throw ReportableError(.interrupted, "the upload of \(name) was interrupted")
        }
    }

    private func send(_ number: Int, _ bytes: ByteBuffer, _ upload: String) async throws(ReportableError) -> Part {
        let body = S3Body(bytes)
        let headers = checksums(of: body)
        let query = ["partNumber": "\(number)", "uploadId": upload]
        let reply = try await client.send(S3Request("PUT", key, query: query, headers: headers, body: body)).reply
        guard let tag = reply.headers["etag"] else { throw S3Store.nonsense(client.place, "tag of a part of \(name)") }
        return Part(number: number, tag: tag, checksum: headers["x-amz-checksum-sha256"], size: bytes.readableBytes)
    }

    private func complete(_ upload: String, _ parts: [Part]) async throws(ReportableError) -> BlobFacts {
        try await checkCondition()
        let size = parts.reduce(0) { $0 + $1.size }
        var request = S3Request(
            "POST",
            key,
            query: ["uploadId": upload],
            headers: store.known.conditionalPut ? conditions : [:],
            body: S3Body(ByteBuffer(string: Self.list(of: parts))),
            answersEarly: true
        )
        var answer = try await client.send(request, reading: [404, 409, 412, 501])
        if let refusal = answer.refusal, refusal.status == 501 {
            // It knows conditions for whole blobs alone; that it held a moment ago is then as much as can be known.
            request.headers = [:]
            answer = try await client.send(request, reading: [404, 409, 412])
        }
        if let refusal = answer.refusal { return try await conflict(refusal, answer, request, size: size) }
        return try await arrived(size: size, tag: answer.reply.document?["ETag"])
    }

    private static func list(of parts: [Part]) -> String {
        let lines = parts.map { part in
            let checksum = part.checksum.map { "<ChecksumSHA256>\($0)</ChecksumSHA256>" } ?? ""
            return
                "<Part>\(checksum)<ETag>\(XMLText.escaped(part.tag))</ETag><PartNumber>\(part.number)</PartNumber></Part>"
        }
        let space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return "<CompleteMultipartUpload xmlns=\"\(space)\">\(lines.joined())</CompleteMultipartUpload>"
    }

    /// Parts that nobody needs cost money. Done even when the task is cancelled; what fails here is left to `sweep`, for
    /// the first failure is the one to tell.
    private func abandon(_ upload: String) async {
        let (store, key) = (store, key)
        _ = await Task { try? await store.abort(key, upload) }.value
    }

    private func checkRoom(_ number: Int) throws(ReportableError) {
        guard number > store.parts.maximumCount else { return }
        throw ReportableError(
            .storeFailed,
            "\(name) is larger than the \(store.parts.total >> 30) GiB that \(store.parts.maximumCount) parts hold",
            hint: "Split what is backed up into several policies."
        )
    }
}
