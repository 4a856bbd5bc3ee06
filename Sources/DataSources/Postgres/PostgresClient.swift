import Basics
import FoundationEssentials
import Interfaces

/// A Postgres, asked by its own programs over its socket, as the account that it runs as.
struct PostgresClient: Sendable {
    let runner: any DataRunner
    /// The directory of the server's programs.
    let programs: String
    /// The directory of its socket.
    let socket: String
    let port: Int
    /// The superuser of every cluster that the engine makes.
    static let superuser = "postgres"
    let user: String
    /// Whom the programs run as.
    let account: String?

    init(
        runner: any DataRunner,
        programs: String,
        socket: String,
        port: Int,
        user: String,
        account: String?
    ) {
        self.runner = runner
        self.programs = programs
        self.socket = socket
        self.port = port
        self.user = user
        self.account = account
    }

    /// The running server of a service.
    init(_ access: DataAccess, _ runner: any DataRunner) {
        self.init(
            runner: runner,
            programs: access.programs,
            socket: access.login.socket,
            port: access.login.port,
            user: access.login.user,
            account: access.owner.user
        )
    }

    /// A program for one database; it asks for no password. No argument of ours is a secret.
    func command(_ program: String, _ arguments: [String], database: String) -> CommandLine {
        CommandLine(
            "\(programs)/\(program)",
            ["--no-password", "--dbname=\(connection(to: database))"] + arguments,
            environment: DataLogin.postgresEnvironment,
            directory: "/",
            user: account,
            timeout: .seconds(24 * 3600)
        )
    }

    /// A name may hold anything.
    func connection(to database: String) -> String {
        let values = [
            ("host", socket), ("port", "\(port)"), ("user", user), ("dbname", database),
            ("application_name", "slipway"),
        ]
        return values.map { "\($0)='\($1.escaping("\\").escaping("'"))'" }.joined(separator: " ")
    }

    /// `psql` as a script wants it: no start-up file, an end at the first error, the results and nothing else.
    func psql(_ database: String, _ more: [String] = []) -> CommandLine {
        var command = command(
            "psql",
            ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"] + more,
            database: database
        )
        command.environment["PGCLIENTENCODING"] = Redacted("UTF8")
        return command
    }

    /// One row of JSON for each line of the result.
    func rows<Row: Decodable>(_ sql: String, in database: String) async throws(ReportableError) -> [Row] {
        var command = psql(database)
        command.input = Redacted(sql)
        command.outputLimit = 64 << 20
        let text = try await output(of: command)
        return try text.split(separator: "\n").map { (line) throws(ReportableError) in try Self.row(line) }
    }

    func execute(_ sql: String, in database: String) async throws(ReportableError) {
        var command = psql(database)
        command.input = Redacted(sql)
        _ = try await output(of: command)
    }

    /// Throws `engineFailed` with the program's last words, as far as they may be shown.
    @discardableResult
    func output(of command: CommandLine) async throws(ReportableError) -> String {
        let result = try await runner.run(command)
        guard !result.succeeded else { return result.output }
        let program = command.program.split(separator: "/").last ?? ""
        throw ReportableError(
            .engineFailed,
            "\(program) failed with status \(result.status)",
            details: PostgresWords.shown(result.errorOutput.split(separator: "\n").map(String.init))
        )
    }

    static func row<Row: Decodable>(_ line: some StringProtocol) throws(ReportableError) -> Row {
        do {
            return try JSONDecoder().decode(Row.self, from: Data(line.utf8))
        } catch {
            throw ReportableError(.engineFailed, "Postgres answered what nobody asked for", details: [String(line)])
        }
    }
}

/// An error seen from the program that died of it, without what is secret in it.
extension ReportableError {
    func withoutSecrets() -> ReportableError {
        guard code == .engineFailed else { return self }
        return ReportableError(code, message, hint: hint, details: PostgresWords.shown(details))
    }
}

extension String {
    fileprivate func escaping(_ character: Character) -> String {
        split(separator: character, omittingEmptySubsequences: false).joined(separator: "\\\(character)")
    }
}
