import Basics
import StackModel

/// Everything that was ever allotted in one home: ports and users. An allotment stays until its stack is removed.
struct AllotmentBook: Hashable, Sendable, Codable {
    static let ports = 20_000...29_999
    /// The range that systemd uses for its dynamic users: no account of the machine is in it.
    static let users: ClosedRange<UInt32> = 61_184...65_519

    private(set) var stacks: [String: StackAllotments] = [:]

    subscript(stack: StackID) -> StackAllotments {
        get { stacks[stack.description] ?? StackAllotments() }
        set { stacks[stack.description] = newValue }
    }

    mutating func remove(_ stack: StackID) {
        stacks[stack.description] = nil
    }

    /// The lowest port that is allotted to nobody and that `isFree`.
    func unusedPort(_ isFree: (Int) -> Bool) throws(ReportableError) -> Int {
        let taken = Set(stacks.values.flatMap { Array($0.servicePorts.values) + Array($0.replicaPorts.values) })
        guard let port = Self.ports.first(where: { !taken.contains($0) && isFree($0) }) else {
            throw ReportableError(.engineFailed, "no free port is left between 20000 and 29999")
        }
        return port
    }

    func unusedUser() throws(ReportableError) -> UInt32 {
        let taken = Set(stacks.values.flatMap(\.users.values))
        guard let user = Self.users.first(where: { !taken.contains($0) }) else {
            throw ReportableError(.engineFailed, "no free user number is left between 61184 and 65519")
        }
        return user
    }
}

/// What one stack was allotted.
struct StackAllotments: Hashable, Sendable, Codable {
    /// By service: where a data service listens.
    var servicePorts: [ServiceName: Int] = [:]
    /// By replica: where a replica of its own port listens.
    var replicaPorts: [String: Int] = [:]
    var users: [ServiceName: UInt32] = [:]
    /// The addresses as last asked for.
    var addresses: AddressBook = [:]
}
