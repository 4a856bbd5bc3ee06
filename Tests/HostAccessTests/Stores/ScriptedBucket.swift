import Basics
import Interfaces
import NIOCore
import StackModel
import Synchronization

@testable import HostAccess

/// A bucket that says what a test wants, without a server.
final class ScriptedBucket: Sendable {
    private let replies: @Sendable (S3Message) throws -> S3Reply
    private let seen = Mutex<[S3Message]>([])
    private let pauses = Mutex<[TimeSpan]>([])

    init(_ replies: @escaping @Sendable (S3Message) throws -> S3Reply) {
        self.replies = replies
    }

    var messages: [S3Message] { seen.withLock { $0 } }
    var waited: [TimeSpan] { pauses.withLock { $0 } }

    func store(
        _ abilities: S3Abilities = S3Abilities(conditionalPut: true, checksums: true, objectLock: true),
        parts: S3PartSizes = S3PartSizes(first: 10, maximumCount: 10),
        retention: S3Retention? = nil
    ) throws -> S3Store {
        let patience = StorePatience(attempts: 4, jitter: { 1 }) { time in self.pauses.withLock { $0.append(time) } }
        let place = try S3Place(endpoint: "https://s3.example.com", bucket: "box", region: "here", prefix: "p")
        let client = S3Client(
            place: place,
            credentials: S3Credentials(accessKey: Redacted("AKIDME"), secretKey: Redacted("hunter2")),
            wire: S3Wire { message in
                self.seen.withLock { $0.append(message) }
                return try self.replies(message)
            },
            patience: patience,
            now: { Instant(milliseconds: 1_369_353_600_000) }
        )
        return S3Store(client, abilities, parts, retention)
    }
}

extension S3Reply {
    static func text(_ status: Int, _ text: String, _ headers: [String: String] = [:]) -> S3Reply {
        S3Reply(status: status, headers: headers, body: ByteBuffer(string: text))
    }

    static func error(_ status: Int, _ code: String, _ more: String = "") -> S3Reply {
        .text(status, "<Error><Code>\(code)</Code><Message>It says AKIDME hunter2</Message>\(more)</Error>")
    }

    static func list(_ inner: String) -> S3Reply { .text(200, "<ListBucketResult>\(inner)</ListBucketResult>") }
}
