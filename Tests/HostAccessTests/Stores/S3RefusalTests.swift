import AsyncHTTPClient
import Basics
import Interfaces
import NIOCore
import StackModel
import TestKit
import Testing

@testable import HostAccess

/// What a store answers, by script: refusals in words, hostile replies, and what is hard to bring a real server to.
@Suite("What a bucket may answer")
struct S3RefusalTests {
    private func listing(_ reply: S3Reply) async throws -> (error: ReportableError?, tries: Int) {
        let bucket = ScriptedBucket { _ in reply }
        let store = try bucket.store()
        let error = await #expect(throws: ReportableError.self) { try await store.list("") }
        return (error, bucket.messages.count)
    }

    @Test(
        "each refusal is said in its own words, at once, without the credentials it repeats",
        arguments: [
            (S3Reply.error(403, "InvalidAccessKeyId"), "it does not know the access key"),
            (.error(403, "SignatureDoesNotMatch"), "the secret key is not the one of the access key"),
            (.error(403, "AccessDenied"), "the credentials have no permission for it"),
            (.error(400, "ExpiredToken"), "the session token has expired or is not valid"),
            (.error(404, "NoSuchBucket"), "there is no bucket box"),
            (
                .error(403, "RequestTimeTooSkewed", "<ServerTime>2013-05-24T02:00:00Z</ServerTime>"),
                "the clocks differ too much: here it is 2013-05-24T00:00:00Z, there 2013-05-24T02:00:00Z"
            ),
            (
                .error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"),
                "the bucket is in the region eu-west-3, not in here"
            ),
            (.text(301, "", ["x-amz-bucket-region": "eu-1"]), "the bucket is in the region eu-1, not in here"),
            (.error(507, "XMinioStorageFull"), "it is full"),
            (.text(403, "<html>no"), "the credentials have no permission for it"),
            (.error(418, "Teapot\u{1B}[2J"), "it answers Teapot"),
        ]
    )
    func refusals(reply: S3Reply, words: String) async throws {
        let (error, tries) = try await listing(reply)
        let text = [error?.message, error?.hint].compactMap { $0 }.joined() + (error?.details.joined() ?? "")
        #expect(error?.code == .storeFailed && error?.message.contains(words) == true, "\(text)")
        #expect(!text.contains("hunter2") && !text.contains("AKIDME") && !text.contains("\u{1B}"), "\(text)")
        #expect(tries == 1)
    }

    @Test("what passes is tried again, with pauses that double, and no longer than is allowed")
    func passing() async throws {
        for reply in [S3Reply.error(503, "SlowDown"), .error(500, "InternalError"), .text(429, ""), .text(502, "")] {
            let bucket = ScriptedBucket { _ in reply }
            let store = try bucket.store()
            await #expect(throws: ReportableError.self) { try await store.list("") }
            #expect(bucket.messages.count == 4)
            #expect(bucket.waited.map(\.milliseconds) == [500, 1000, 2000])
        }
        let dead = ScriptedBucket { _ in throw S3Wire.Failure(reason: "connection refused") }
        let store = try dead.store()
        let error = await #expect(throws: ReportableError.self) { try await store.facts(of: #require(BlobName("a"))) }
        #expect(
            error?.message == "no reply from https://s3.example.com/box/p to HEAD a (tried 4 times): connection refused"
        )
        let strange = ScriptedBucket { _ in throw S3Wire.Failure(reason: "not trusted", mayPass: false) }
        let other = try strange.store()
        await #expect(throws: ReportableError.self) { try await other.list("") }
        #expect(strange.messages.count == 1)
    }

    @Test("lists that lie, turn in circles or are no lists are refused; what is not ours is passed over")
    func lists() async throws {
        let good = "<Contents><Key>p/a%2Bb</Key><Size>3</Size><ETag>&quot;x&quot;</ETag></Contents>"
        let foreign = good.replacing("p/a%2Bb", with: "other/x") + good.replacing("a%2Bb", with: "..%2Fx")
        let bucket = ScriptedBucket { message in
            let isFirst = !message.url.contains("continuation-token")
            let end = "<IsTruncated>true</IsTruncated><NextContinuationToken>2&amp;</NextContinuationToken>"
            return .list("<EncodingType>url</EncodingType>" + (isFirst ? end + foreign : good))
        }
        let found = try await bucket.store().list("")
        #expect(found.map(\.name.text) == ["a+b"] && found[0].size == 3 && found[0].tag.text == "\"x\"")
        #expect(bucket.messages[1].url.contains("continuation-token=2%26&"))
        let circles = "<IsTruncated>true</IsTruncated><NextContinuationToken>1</NextContinuationToken>"
        let bad = [
            circles, "<IsTruncated>true</IsTruncated>", good.replacing("3", with: "-3"),
            good.replacing("3", with: "9e99"),
            "<Contents/>", "<EncodingType>url</EncodingType>" + good.replacing("%2B", with: "%G2"),
        ]
        for text in bad {
            let (error, tries) = try await listing(.list(text))
            #expect(error?.message.contains("in a way that can be understood") == true && tries <= 2, "\(text)")
        }
        _ = try await listing(.text(200, "<Other/>"))
        _ = try await listing(.text(200, "no xml"))
    }

    @Test("an upload that was begun lately is left alone, and an old one is ended")
    func sweeps() async throws {
        let bucket = ScriptedBucket { message in
            guard message.method == "GET" else { return .text(204, "") }
            let uploads = [
                ("p/sets/old", "1", "2013-05-23T22:59:59.000Z"), ("p/sets/new", "2", "2013-05-23T23:00:01.000Z"),
            ]
            let others = [
                ("q/sets/old", "3", "2010-05-23T22:59:59.000Z"), ("p/sets/odd", "4", "sometime"),
                ("p/film.mp4", "5", "2010-05-23T22:59:59.000Z"),
            ]
            let lines = (uploads + others).map {
                "<Upload><Key>\($0.0)</Key><UploadId>\($0.1)</UploadId><Initiated>\($0.2)</Initiated></Upload>"
            }
            return .text(200, "<ListMultipartUploadsResult>\(lines.joined())</ListMultipartUploadsResult>")
        }
        #expect(try await bucket.store().sweep(olderThan: .seconds(3600)) == 1)
        #expect(
            bucket.messages.filter { $0.method == "DELETE" }.map(\.url) == [
                "https://s3.example.com/box/p/sets/old?uploadId=1"
            ]
        )
        #expect(bucket.messages[0].url.contains("prefix=p%2Fsets%2F"))
    }

    @Test("what a bucket was tried with is no blob, also where it could not be deleted")
    func probes() async throws {
        let bucket = ScriptedBucket { message in
            switch message.method {
            case "GET": .list("<Contents><Key>p/.probe-1</Key><Size>3</Size><ETag>x</ETag></Contents>")
            case "DELETE": .error(403, "AccessDenied")
            default: .text(200, "", ["etag": "\"1\""])
            }
        }
        let store = try await bucket.store().probed()
        let put = try #require(bucket.messages.first { $0.method == "PUT" })
        #expect(put.url.hasPrefix("https://s3.example.com/box/p/.probe-"))
        #expect(try await store.list("") == [])
    }

    @Test("the tag of another writer, who was quicker to replace a blob, is not taken for one's own")
    func overtaken() async throws {
        let other = ["etag": "\"2\"", "content-length": "5", "x-amz-meta-slipway-put": "another"]
        for own in ["\"1\"", nil] {
            let bucket = ScriptedBucket { message in
                message.method == "HEAD" ? .text(200, "", other) : .text(200, "", own.map { ["etag": $0] } ?? [:])
            }
            let store = try bucket.store()
            let name = try #require(BlobName("lease.json"))
            if let own {
                #expect(try await store.put(name, .inPieces([1]), when: .always).tag.text == own)
            } else {
                let error = await #expect(throws: ReportableError.self) {
                    try await store.put(name, .inPieces([1]), when: .always)
                }
                #expect(error?.code == .storeConflict)
            }
        }
    }

    @Test("a part may take minutes to go out on a slow line, in which nothing comes in")
    func slowLines() {
        let timeout = S3Wire.configuration.timeout
        #expect(timeout.read == nil && timeout.write == nil)
        // 8 MiB at 32 KiB a second, and a minute for the reply.
        #expect(StorePatience().limit(for: 8 << 20) == .seconds(316))
    }

    @Test("a store that says it took a blob, and has not, or not whole, is not believed")
    func lies() async throws {
        for size in ["3", nil] {
            let bucket = ScriptedBucket { message in
                switch message.method {
                case "PUT": .text(200, "", ["etag": "\"1\""])
                case "HEAD": size.map { .text(200, "", ["etag": "\"1\"", "content-length": $0]) } ?? .text(404, "")
                default: .list("")
                }
            }
            let store = try bucket.store()
            let error = await #expect(throws: ReportableError.self) {
                try await store.put(#require(BlobName("a")), .inPieces([1, 2]), when: .always)
            }
            #expect(error?.message.hasSuffix("said that it took a, and does not have it whole") == true)
        }
    }

    @Test("what is kept from being deleted goes out with its date, and leases do not")
    func retention() async throws {
        let bucket = ScriptedBucket { message in
            message.method == "HEAD"
                ? .text(200, "", ["etag": "\"1\"", "content-length": "1"]) : .text(200, "", ["etag": "\"1\""])
        }
        let store = try bucket.store(retention: S3Retention(.compliance, .seconds(86400)))
        for name in ["sets/a", "lease"] {
            _ = try await store.put(#require(BlobName(name)), .inPieces([1]), when: .always)
        }
        let puts = bucket.messages.filter { $0.method == "PUT" }.map(\.headers)
        #expect(puts[0]["x-amz-object-lock-mode"] == "COMPLIANCE")
        #expect(puts[0]["x-amz-object-lock-retain-until-date"] == "2013-05-25T00:00:00Z")
        #expect(puts[1]["x-amz-object-lock-mode"] == nil)
    }

    @Test("parts grow so that they suffice, three at most are in memory, and what is too large is refused")
    func parts() async throws {
        let sizes = S3PartSizes()
        #expect(sizes.size(of: 1) == 8 << 20 && sizes.size(of: 2000) == 8 << 20 && sizes.size(of: 2001) == 16 << 20)
        #expect(sizes.size(of: 10_000) == 128 << 20 && sizes.total >> 30 == 484)
        let bucket = ScriptedBucket { message in
            switch message.method {
            case "POST": .text(200, "<R><UploadId>u</UploadId></R>")
            case "PUT": .text(200, "", ["etag": "\"1\""])
            default: .text(204, "")
            }
        }
        // Ten parts: twice each of 10, 20, 40, 80 and 160 bytes.
        let store = try bucket.store()
        let error = await #expect(throws: ReportableError.self) {
            try await store.put(#require(BlobName("a")), .inPieces([UInt8](repeating: 1, count: 621)), when: .always)
        }
        #expect(error?.message == "a is larger than the 0 GiB that 10 parts hold")
        let puts = bucket.messages.filter { $0.method == "PUT" }.map(\.body.readableBytes).sorted()
        #expect(puts == [10, 10, 20, 20, 40, 40, 80, 80, 160, 160])
        #expect(bucket.messages.last?.method == "DELETE")
    }
}
