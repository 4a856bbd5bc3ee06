import Basics
import StackModel

/// How an administrator on this machine reaches the running server of a data service, and what has to be known of it
/// to put other data in the place of its own.
package struct DataAccess: Sendable {
    package enum Server: String, Hashable, Sendable, Codable {
        case redis, postgres
    }

    package let service: ServiceName
    package let server: Server
    /// What the server itself says, as in `7.0.15`.
    package let version: String
    /// The directory of the server's own programs, which fit its version.
    package let programs: String
    package let login: DataLogin
    /// The directory that is exchanged as a whole. A Postgres cluster lies in `data` below it.
    package let volume: String
    package let owner: DataOwner
    /// The server's own words for how it keeps data: `appendonly`, `databases`, `max_connections`.
    package let settings: [String: String]

    package init(
        service: ServiceName,
        server: Server,
        version: String,
        programs: String,
        login: DataLogin,
        volume: String,
        owner: DataOwner,
        settings: [String: String]
    ) {
        self.service = service
        self.server = server
        self.version = version
        self.programs = programs
        self.login = login
        self.volume = volume
        self.owner = owner
        self.settings = settings
    }
}

package struct DataLogin: Sendable {
    /// Redis: the socket. Postgres: the directory that it is in.
    package let socket: String
    package let port: Int
    package let user: String
    /// nil where the server asks for none.
    package let password: Redacted<String>?

    package init(socket: String, port: Int, user: String, password: Redacted<String>?) {
        self.socket = socket
        self.port = port
        self.user = user
        self.password = password
    }
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
