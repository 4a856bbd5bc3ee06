import Basics
import FoundationEssentials
import Interfaces
import StackModel

/// A Redis, asked by `redis-cli` over its socket. The password goes by the environment, everything else is no secret.
struct RedisClient: Sendable {
    let runner: any DataRunner
    /// The directory of the server's programs.
    let programs: String
    let socket: String
    var user: String?
    var password: Redacted<String>?

    /// The reply as text. Throws `engineFailed` with the server's words.
    func ask(_ words: [String], options: [String] = [], timeout: TimeSpan = .seconds(60)) async throws(ReportableError)
        -> String
    {
        try await run(options + words, input: nil, timeout: timeout)
    }

    /// The replies to commands that may hold the names of keys: one line for each where the reply has one.
    func feed(_ commands: [String], options: [String] = []) async throws(ReportableError) -> [String] {
        let text = commands.joined(separator: "\n") + "\n"
        let output = try await run(options, input: Redacted(text), timeout: .seconds(600))
        return output.split(separator: "\n").map(String.init)
    }

    /// The `name:value` lines of INFO.
    func information(_ section: String = "everything") async throws(ReportableError) -> [String: String] {
        let text = try await ask(["INFO", section])
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        return values
    }

    /// By its clock.
    func time() async throws(ReportableError) -> Instant {
        let parts = try await ask(["TIME"]).split(separator: "\n").compactMap { Int($0) }
        guard parts.count == 2 else { throw ReportableError(.engineFailed, "Redis did not tell its time") }
        return Instant(milliseconds: parts[0] * 1000 + parts[1] / 1000)
    }

    /// As it runs with them.
    func settings(_ names: [String]) async throws(ReportableError) -> [String: String] {
        let json = try await ask(["CONFIG", "GET"] + names, options: ["--quoted-json"])
        guard let settings = try? JSONDecoder().decode([String: String].self, from: Data(json.utf8)) else {
            throw ReportableError(.engineFailed, "Redis did not tell its settings")
        }
        return settings
    }

    func isServing() async -> Bool {
        let reply = try? await run(["PING"], input: nil, timeout: .seconds(10))
        return reply?.hasPrefix("PONG") == true
    }

    /// Writes the server's data to a file, as one moment had it. Takes as long as the data is large.
    func writeSnapshot(to path: String) async throws(ReportableError) {
        _ = try await run(["--rdb", path], input: nil, timeout: .seconds(6 * 3600))
    }

    private func run(
        _ words: [String],
        input: Redacted<String>?,
        timeout: TimeSpan
    ) async throws(ReportableError) -> String {
        let login = user.map { ["--user", $0, "--no-auth-warning"] } ?? []
        let result = try await runner.run(
            CommandLine(
                "\(programs)/redis-cli",
                ["-s", socket, "-e"] + login + words,
                environment: password.map { ["REDISCLI_AUTH": $0] } ?? [:],
                input: input,
                directory: "/",
                timeout: timeout,
                outputLimit: 64 << 20
            )
        )
        guard result.succeeded, !result.errorOutput.contains("AUTH failed") else {
            let words = (result.errorOutput + result.output).split(separator: "\n").suffix(5).map(String.init)
            throw ReportableError(
                .engineFailed,
                "Redis at \(socket) did not do what it was asked for: \(words.last ?? "no reply")",
                details: words
            )
        }
        return result.output
    }
}

extension RedisClient {
    init(_ access: DataAccess, _ runner: any DataRunner) {
        self.init(
            runner: runner,
            programs: access.programs,
            socket: access.login.socket,
            user: access.login.user,
            password: access.login.password
        )
    }
}
