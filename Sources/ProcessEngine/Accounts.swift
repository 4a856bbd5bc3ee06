import Basics
import Glibc
import StackModel

/// Which user a replica runs as.
struct Accounts: Sendable {
    let allotments: Allotments

    /// The account for a service; a dedicated number is allotted once and remembered.
    /// Without root everything runs as the caller, and a named user must be the caller.
    func account(
        for user: RunUser,
        service: ServiceName,
        in stack: StackID
    ) async throws(ReportableError) -> RunAccount {
        guard geteuid() == 0 else { return try unprivileged(user, service) }
        switch user {
        case .named(let name): return try Self.named(name, service)
        case .dedicated:
            let number = try await allotments.change { (book) throws(ReportableError) in
                if let remembered = book[stack].users[service] { return remembered }
                let number = try book.unusedUser()
                book[stack].users[service] = number
                return number
            }
            return RunAccount(userID: number, groupID: number, name: nil, switches: true)
        }
    }

    static func named(_ name: String, _ service: ServiceName) throws(ReportableError) -> RunAccount {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else {
            throw ReportableError(
                .engineFailed,
                "\(service) is to run as \(name), but this machine has no such user",
                hint: "Make it with `useradd --system \(name)`, or install the package that brings it."
            )
        }
        return RunAccount(userID: entry.pw_uid, groupID: entry.pw_gid, name: name, switches: true)
    }

    private func unprivileged(_ user: RunUser, _ service: ServiceName) throws(ReportableError) -> RunAccount {
        let caller = RunAccount(userID: geteuid(), groupID: getegid(), name: nil, switches: false)
        guard case .named(let name) = user else { return caller }
        // Postgres asks for its own user, which only root can give; as the caller it runs as well.
        guard let account = try? Self.named(name, service), account.userID != geteuid(), name != "postgres" else {
            return caller
        }
        throw ReportableError(
            .engineFailed,
            "\(service) is to run as \(name), which needs root",
            hint: "Run slipway as root, or take the user out of the service."
        )
    }
}

extension RunAccount {
    /// The words before a program that drop to this account for good. Empty when there is nothing to drop.
    /// The door of a stack keeps the right to listen below port 1024.
    func switching(mayListenLow: Bool) -> [String] {
        guard switches else { return [] }
        let capabilities =
            mayListenLow ? ["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"] : []
        return ["--reuid=\(userID)", "--regid=\(groupID)", name == nil ? "--clear-groups" : "--init-groups"]
            + capabilities + ["--no-new-privs", "--"]
    }
}
