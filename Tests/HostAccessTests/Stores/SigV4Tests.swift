import Basics
import Interfaces
import NIOCore
import StackModel
import Testing

@testable import HostAccess

/// The examples of Amazon's documentation, and addresses.
@Suite("Requests to a bucket, signed")
struct SigV4Tests {
    private static let moment = Instant(milliseconds: 1_369_353_600_000)

    private func message(_ request: S3Request, token: String? = nil) throws -> S3Message {
        let place = try S3Place(
            endpoint: "https://s3.amazonaws.com",
            bucket: "examplebucket",
            region: "us-east-1"
        )
        let credentials = S3Credentials(
            accessKey: Redacted("AKIAIOSFODNN7EXAMPLE"),
            secretKey: Redacted("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            sessionToken: token.map { Redacted($0) }
        )
        return SigV4(credentials: credentials, place: place).sign(request, at: Self.moment)
    }

    @Test("the four examples of the documentation")
    func examples() throws {
        let put = S3Request(
            "PUT",
            "test$file.text",
            headers: ["date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
            body: S3Body(ByteBuffer(string: "Welcome to Amazon S3."))
        )
        let cases = [
            (
                S3Request("GET", "test.txt", headers: ["range": "bytes=0-9"]),
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ),
            (put, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
            (
                S3Request("GET", query: ["lifecycle": ""]),
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            (
                S3Request("GET", query: ["max-keys": "2", "prefix": "J"]),
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
        ]
        for (request, signature) in cases {
            let message = try message(request)
            #expect(message.headers["authorization"]?.hasSuffix(",Signature=\(signature)") == true)
            #expect(message.headers["x-amz-date"] == "20130524T000000Z")
            #expect(message.url.hasPrefix("https://examplebucket.s3.amazonaws.com/"))
        }
    }

    @Test("a session's token is signed, and no part of a credential is in the address or can be printed")
    func token() throws {
        let request = S3Request(
            "PUT",
            "a+b/c d~",
            query: ["x": "ä&=", "uploads": "", "partNumber": "10"],
            headers: ["if-none-match": "*"]
        )
        let message = try message(request, token: "borrowed")
        // As botocore signs it.
        let signature = "1f5ff3305d665fcea59079b78c28a0b99fb5c03ab988d445eb86f76ef0178217"
        #expect(message.headers["authorization"]?.hasSuffix("=\(signature)") == true)
        #expect(message.headers["x-amz-security-token"] == "borrowed")
        #expect(message.headers["authorization"]?.contains("x-amz-security-token,") == true)
        #expect(
            message.url == "https://examplebucket.s3.amazonaws.com/a%2Bb/c%20d~?partNumber=10&uploads=&x=%C3%A4%26%3D"
        )
        let credentials = S3Credentials(accessKey: Redacted("AKIA"), secretKey: Redacted("hunter2"))
        #expect(!"\(credentials)".contains("hunter2") && !"\(credentials)".contains("AKIA"))
    }

    @Test("where a bucket is, from the words of a spec")
    func places() throws {
        func place(_ endpoint: String, _ addressing: S3Place.Addressing? = nil) throws -> String {
            try S3Place(endpoint: endpoint, bucket: "box", region: "r", prefix: "/a//b/", addressing: addressing).title
        }
        #expect(try place("https://s3.example.com") == "https://s3.example.com/box/a/b")
        #expect(try place("https://s3.example.com:443/") == "https://s3.example.com/box/a/b")
        #expect(
            try place("https://s3.example.com:9000/storage/v1", .path)
                == "https://s3.example.com:9000/storage/v1/box/a/b"
        )
        #expect(try place("https://s3.example.com", .virtualHost) == "https://box.s3.example.com/a/b")
        #expect(try place("https://s3.eu-central-1.amazonaws.com") == "https://box.s3.eu-central-1.amazonaws.com/a/b")
        #expect(try place("http://127.0.0.1:5000") == "http://127.0.0.1:5000/box/a/b")
        #expect(try place("http://[::1]:5000") == "http://[::1]:5000/box/a/b")
        let wrong = [
            "s3.example.com", "ftp://x", "https://", "https://a@b", "https://a?b", "https://a:0", "https://a:b",
            "https://a b", "https://[::1", "http://s3.example.com", "http://127.evil.example", "https://a/b?c",
            "https://a/..%2f",
        ]
        for endpoint in wrong {
            #expect(throws: ReportableError.self, "\(endpoint)") { try place(endpoint) }
        }
        #expect(throws: ReportableError.self) {
            try S3Place(endpoint: "https://a", bucket: "box/other", region: "r")
        }
    }

    @Test("moments as stores write them")
    func moments() {
        #expect(StoreTime.compact(Self.moment) == "20130524T000000Z")
        #expect(StoreTime.instant("2013-05-24T00:00:00.000Z") == Self.moment)
        #expect(StoreTime.instant("2013-05-24T00:00:00Z") == Self.moment)
        #expect(StoreTime.instant("yesterday") == nil)
    }
}
