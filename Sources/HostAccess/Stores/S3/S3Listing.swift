import Basics
import Interfaces
import StackModel

extension S3Store {
    package func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        var found: [BlobFacts] = []
        var token: String?
        repeat {
            let request = listing(of: client.place.prefix + prefix, from: token)
            let page = try await document(request, "ListBucketResult")
            let isEncoded = page["EncodingType"] == "url"
            for object in page.all("Contents") {
                guard let raw = object["Key"], let key = isEncoded ? SigV4.decoded(raw) : raw,
                    let size = object["Size"].flatMap({ Int($0) }), size >= 0, let tag = object["ETag"]
                else { throw Self.nonsense(client.place, "names and sizes of its blobs") }
                // What else lies in the bucket is not ours.
                guard let name = client.place.name(of: key), name.text.hasPrefix(prefix) else { continue }
                found.append(BlobFacts(name: name, size: size, tag: BlobTag(tag)))
            }
            token = try next(page, "NextContinuationToken", after: token)
        } while token != nil
        return found.sorted { $0.name < $1.name }
    }

    /// Only what belongs to sets goes in parts. Other uploads, in a bucket that is not ours alone, are not ours to end.
    private static let uploads = "sets/"

    package func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int {
        let newest = client.now().milliseconds - age.milliseconds
        var ended = 0
        var marker: String?
        var upload: String?
        repeat {
            var query = ["uploads": "", "prefix": client.place.prefix + Self.uploads]
            query["key-marker"] = marker
            query["upload-id-marker"] = upload
            let page = try await document(S3Request("GET", query: query), "ListMultipartUploadsResult")
            for found in page.all("Upload") {
                guard let key = found["Key"], let id = found["UploadId"],
                    client.place.name(of: key)?.text.hasPrefix(Self.uploads) == true,
                    let start = found["Initiated"].flatMap(StoreTime.instant), start.milliseconds <= newest
                else { continue }
                try await abort(key, id)
                ended += 1
            }
            marker = try next(page, "NextKeyMarker", after: marker.map { $0 + (upload ?? "") }, "NextUploadIdMarker")
            upload = page["NextUploadIdMarker"]
        } while marker != nil
        return ended
    }

    func abort(_ key: String, _ upload: String) async throws(ReportableError) {
        _ = try await client.send(S3Request("DELETE", key, query: ["uploadId": upload]), reading: [404])
    }

    func listing(of prefix: String, limit: Int = 1000, from token: String? = nil) -> S3Request {
        var query = ["list-type": "2", "prefix": prefix, "encoding-type": "url", "max-keys": "\(limit)"]
        query["continuation-token"] = token
        return S3Request("GET", query: query, replyLimit: 1 << 23)
    }

    func document(_ request: S3Request, _ name: String) async throws(ReportableError) -> XMLElement {
        guard let document = try await client.send(request).reply.document, document.name == name else {
            throw Self.nonsense(client.place, "reply to \(request.title(client.place.prefix))")
        }
        return document
    }

    /// Where the next page begins; nil after the last. A store that turns in circles is not followed.
    private func next(
        _ page: XMLElement,
        _ name: String,
        after last: String?,
        _ second: String = ""
    ) throws(ReportableError) -> String? {
        guard page["IsTruncated"] == "true" else { return nil }
        guard let token = page[name], !token.isEmpty, token + (page[second] ?? "") != last else {
            throw Self.nonsense(client.place, "next page of its list")
        }
        return token
    }
}
