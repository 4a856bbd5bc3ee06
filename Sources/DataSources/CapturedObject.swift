import Basics
import Interfaces

/// One object of a backup set: a dump, a snapshot, a list of settings.
package struct CapturedObject: Sendable {
    /// A word of a `BlobName`, as in `redis.rdb`.
    package let name: String
    package let content: ByteStream
    /// It holds credentials, or what they can be guessed from.
    package let isSecret: Bool

    package init(_ name: String, _ content: ByteStream, isSecret: Bool = false) {
        self.name = name
        self.content = content
        self.isSecret = isSecret
    }
}

/// Takes an object and reads its content to the end. Called for one after the other.
package typealias ObjectSink = @Sendable (CapturedObject) async throws(ReportableError) -> Void

/// Gives the plain content of an object of a set.
package typealias ObjectSource = @Sendable (String) async throws(ReportableError) -> ByteStream

/// What runs the programs of the servers.
package typealias DataRunner = CommandRunner & ProgramStarter

/// What was seen of a server when its data was captured: who it was, and by what to tell that it came back whole. Holds
/// no secret and no data.
package enum DataFacts: Hashable, Sendable, Codable {
    case redis(RedisFacts)
    case postgres(PostgresFacts)
    case postgresBase(PostgresBaseFacts)
    case files(FilesFacts)
}

extension DataFacts {
    /// In words.
    var kind: String {
        switch self {
        case .redis: "a Redis"
        case .postgres, .postgresBase: "a Postgres"
        case .files: "files"
        }
    }
}
