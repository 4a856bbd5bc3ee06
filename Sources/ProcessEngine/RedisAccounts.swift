import Basics
import Interfaces

/// Makes a running Redis have the users of its account file, one by one. `ACL LOAD` would read the file by itself, but
/// cuts the connections of every user, also of those that stay as they are (Redis 7.0).
struct RedisAccounts: Sendable {
    let engine: ProcessEngine
    let folder: ReplicaFolder

    /// `accounts` is the text of the file, which is on disk already. Repeated it changes nothing.
    /// Throws `engineFailed` with the server's words.
    func apply(_ accounts: String, newPassword: String?) async throws(ReportableError) {
        let (password, known) = try await login(newPassword: newPassword)
        let commands = Self.commands(for: accounts, known: known)
        let replies = try await ask(commands, password)
        // One reply for each: OK for a user that was set, the number of those that were deleted.
        let complaint = replies.first { $0 != "OK" && Int($0) == nil }
        guard complaint == nil, replies.count == commands.count else { throw refusal(complaint ?? "nothing") }
    }

    /// The commands that turn the users a server knows into those of the file. A user is replaced in one instant.
    static func commands(for accounts: String, known: [String]) -> [String] {
        let wanted = accounts.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2).map(String.init) }
            .filter { $0.count == 3 && $0[0] == "user" }
        let superfluous = known.filter { name in name != "default" && !wanted.contains { $0[1] == name } }
        return wanted.map { "ACL SETUSER \($0[1]) reset \($0[2])" }
            + (superfluous.isEmpty ? [] : ["ACL DELUSER \(superfluous.joined(separator: " "))"])
    }

    /// The password that the server knows, and the users. After a crash in between it may be either password.
    private func login(newPassword: String?) async throws(ReportableError) -> (Redacted<String>, [String]) {
        var passwords = [RedisAdministrator.password(in: folder), newPassword.map { Redacted($0) }].compactMap { $0 }
        if passwords.isEmpty { passwords = [Redacted("")] }
        var replies: [String] = []
        for password in passwords {
            replies = try await ask(["ACL USERS"], password)
            if replies.contains(RedisAdministrator.user) { return (password, replies) }
        }
        throw refusal(replies.last ?? "nothing")
    }

    /// The lines of the replies. The commands hold hashes of passwords: they go in by the standard input.
    private func ask(_ commands: [String], _ password: Redacted<String>) async throws(ReportableError) -> [String] {
        let result = try await engine.runner.run(
            CommandLine(
                "redis-cli",
                ["-s", "\(folder.work)/redis.sock", "--user", RedisAdministrator.user],
                environment: ["REDISCLI_AUTH": password],
                input: Redacted(commands.joined(separator: "\n") + "\n"),
                timeout: .seconds(10)
            )
        )
        return (result.output + result.errorOutput).split(separator: "\n").map(String.init)
    }

    private func refusal(_ reply: String) -> ReportableError {
        ReportableError(.engineFailed, "\(folder.id) did not take up its accounts: \(reply)")
    }
}
