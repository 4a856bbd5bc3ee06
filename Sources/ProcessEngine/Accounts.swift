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
        guard geteuid() == 0 else { return try Self.unprivileged(user, service) }
        switch user {
        case .named(let name): return try Self.named(name, service)
        case .dedicated:
            let number = try await number(of: service, in: stack)
            return RunAccount(userID: number, groupID: number, name: nil, switches: true)
        }
    }

    /// Throws what `account` would, without allotting anything.
    static func check(_ user: RunUser, _ service: ServiceName) throws(ReportableError) {
        guard case .named(let name) = user else { return }
        _ = geteuid() == 0 ? try named(name, service) : try unprivileged(user, service)
    }

    /// The number that is a service's own, as a user and as a group; allotted once.
    func number(of service: ServiceName, in stack: StackID) async throws(ReportableError) -> UInt32 {
        try await allotments.change { (book) throws(ReportableError) in
            if let remembered = book[stack].users[service] { return remembered }
            let range = UserMap().maps(AllotmentBook.users) ? AllotmentBook.users : AllotmentBook.lowUsers
            let number = try book.unusedUser(in: range) { getpwuid($0) == nil && getgrgid($0) == nil }
            book[stack].users[service] = number
            return number
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

    static func unprivileged(_ user: RunUser, _ service: ServiceName) throws(ReportableError) -> RunAccount {
        let caller = RunAccount(userID: geteuid(), groupID: getegid(), name: nil, switches: false)
        guard case .named(let name) = user else { return caller }
        // Postgres asks for its own user, which only root can give; as the caller it runs as well.
        guard let account = try? named(name, service), account.userID != geteuid(), name != "postgres" else {
            return caller
        }
        throw ReportableError(
            .engineFailed,
            "\(service) is to run as \(name), which needs root",
            hint: "Run slipway as root. Without root only services run that need no user of their own."
        )
    }
}

extension RunAccount {
    /// The words before a program that drop to this account for good. Empty when there is nothing to drop.
    /// The door of a stack keeps the right to listen below port 1024.
    /// - Parameter group: one more to be in, where the program needs it to read its source.
    func switching(mayListenLow: Bool, joining group: UInt32?) -> [String] {
        guard switches else { return [] }
        let capabilities =
            mayListenLow ? ["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"] : []
        return ["--reuid=\(userID)", "--regid=\(groupID)", groups(with: group)] + capabilities
            + ["--no-new-privs", "--"]
    }

    private func groups(with group: UInt32?) -> String {
        guard let group, group != groupID else { return name == nil ? "--clear-groups" : "--init-groups" }
        let numbers = (name.map { Self.groups(of: $0, primary: groupID) } ?? []) + [group]
        return "--groups=" + numbers.map(String.init).joined(separator: ",")
    }

    /// As `--init-groups` has them, which cannot be asked for together with another one.
    private static func groups(of name: String, primary: UInt32) -> [UInt32] {
        var count: Int32 = 256
        var groups = [gid_t](repeating: 0, count: Int(count))
        let found = getgrouplist(name, primary, &groups, &count)
        return Array(groups.prefix(max(0, Int(found))))
    }
}

/// The users that exist here: all of them, or in a container those that were handed to it (`uid_map`).
struct UserMap {
    private let ranges: [ClosedRange<Int>]

    init(_ text: String = Disk.text("/proc/self/uid_map") ?? "") {
        ranges = text.split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            return numbers.count == 3 && numbers[2] > 0 ? numbers[0]...(numbers[0] + numbers[2] - 1) : nil
        }
    }

    /// True also where the system does not say.
    func maps(_ users: ClosedRange<UInt32>) -> Bool {
        ranges.isEmpty || ranges.contains { $0.contains(Int(users.lowerBound)) && $0.contains(Int(users.upperBound)) }
    }
}
