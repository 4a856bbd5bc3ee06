import StackModel

/// Where the data of a service lies and what runs on it, told without the server: it may be down because of its data.
package struct DataPlace: Sendable {
    package enum Server: String, Hashable, Sendable, Codable {
        case redis, postgres
        /// None: the service's own files, as they lie.
        case files
    }

    package let service: ServiceName
    package let server: Server
    /// What the program says, as in `7.0.15`; empty for files.
    package let version: String
    /// The directory of the server's own programs, which fit its version; empty for files.
    package let programs: String
    /// The directory that is exchanged as a whole. A Postgres cluster lies in `data` below it.
    package let volume: String
    /// On the same file system: the directory of what is prepared to take its place, and of what was replaced.
    package let beside: String
    package let owner: DataOwner
    /// The server's own words for how it keeps data: `appendonly`, `databases`, `max_connections`.
    package let settings: [String: String]

    package init(
        service: ServiceName,
        server: Server,
        version: String,
        programs: String,
        volume: String,
        beside: String,
        owner: DataOwner,
        settings: [String: String]
    ) {
        self.service = service
        self.server = server
        self.version = version
        self.programs = programs
        self.volume = volume
        self.beside = beside
        self.owner = owner
        self.settings = settings
    }

    /// What a server must have unchanged to find data that was laid for it.
    package var layout: [String: String] {
        switch server {
        case .redis: Self.redisLayout(settings)
        case .postgres, .files: [:]
        }
    }

    package static func redisLayout(_ settings: [String: String]) -> [String: String] {
        redisDefaults.merging(settings.filter { redisDefaults[$0.key] != nil }) { $1 }
    }

    private static let redisDefaults = [
        "databases": "16", "appendonly": "no", "appendfilename": "appendonly.aof",
        "appenddirname": "appendonlydir", "dbfilename": "dump.rdb",
    ]
}

/// The account that a server runs as, and that its files belong to.
package struct DataOwner: Hashable, Sendable {
    package let userID: UInt32
    package let groupID: UInt32
    /// Whom to run its programs as; nil when that is the caller.
    package let user: String?

    package init(userID: UInt32, groupID: UInt32, user: String?) {
        self.userID = userID
        self.groupID = groupID
        self.user = user
    }
}
