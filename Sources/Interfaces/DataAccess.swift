import Basics
import StackModel

/// How an administrator on this machine reaches the running server of a data service.
@dynamicMemberLookup
package struct DataAccess: Sendable {
    /// As the server itself tells it.
    package let place: DataPlace
    package let login: DataLogin

    package init(place: DataPlace, login: DataLogin) {
        self.place = place
        self.login = login
    }

    package subscript<Value>(dynamicMember member: KeyPath<DataPlace, Value>) -> Value { place[keyPath: member] }
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

    /// What every program of Postgres is called with that goes in as the superuser: nothing that an app has put into a
    /// schema or said of a database or role (`ALTER DATABASE ... SET`) is to run, or to stop us.
    package static let postgresEnvironment = [
        "PGOPTIONS": Redacted(
            [
                "search_path=pg_catalog", "statement_timeout=0", "lock_timeout=60s",
                "default_transaction_read_only=off",
                "idle_in_transaction_session_timeout=0",
            ].map { "-c \($0)" }.joined(separator: " ")
        )
    ]
}
