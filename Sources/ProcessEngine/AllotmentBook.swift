import Basics
import StackModel

/// Everything that was ever allotted in one home: ports and users. An allotment stays until its stack is removed.
struct AllotmentBook: Hashable, Sendable, Codable {
    static let ports = 20_000...29_999
    /// Of what systemd and Debian leave unused (UIDS-GIDS of systemd, 9.2.2 of the Debian policy) the part below the
    /// 100000 at which `useradd` begins to hand out numbers for containers. Numbers allotted before stay as they are.
    static let users: ClosedRange<UInt32> = 65_536...99_999
    /// What systemd leaves unused below 65536, for containers that have no more users than that.
    static let lowUsers: ClosedRange<UInt32> = 60_706...61_183

    private(set) var stacks: [String: StackAllotments] = [:]
    /// Where in both ranges the search begins, in ten-thousandths of them. Two homes on one machine cannot see each other's
    /// books; beginning in different places keeps them apart.
    private let beginning: Int

    init(home: String) {
        self.beginning = Digest(of: home).hex.utf8.reduce(0) { ($0 * 31 + Int($1)) % 10_000 }
    }

    subscript(stack: StackID) -> StackAllotments {
        get { stacks[stack.description] ?? StackAllotments() }
        set { stacks[stack.description] = newValue }
    }

    mutating func remove(_ stack: StackID) {
        stacks[stack.description] = nil
    }

    /// The next port that is allotted to nobody and that `isFree`.
    func unusedPort(_ isFree: (Int) -> Bool) throws(ReportableError) -> Int {
        let taken = Set(stacks.values.flatMap { Array($0.servicePorts.values) + Array($0.replicaPorts.values) })
        guard let port = rotated(Self.ports).first(where: { !taken.contains($0) && isFree($0) }) else {
            throw ReportableError(.engineFailed, "no free port is left between 20000 and 29999")
        }
        return port
    }

    /// The next user number of a range that is allotted to nobody and that `isFree`.
    func unusedUser(
        in range: ClosedRange<UInt32> = users,
        _ isFree: (UInt32) -> Bool
    ) throws(ReportableError) -> UInt32 {
        let taken = Set(stacks.values.flatMap(\.users.values))
        guard let user = rotated(range).first(where: { !taken.contains($0) && isFree($0) }) else {
            throw ReportableError(
                .engineFailed,
                "no free user number is left between \(range.lowerBound) and \(range.upperBound)"
            )
        }
        return user
    }

    private func rotated<Number: FixedWidthInteger>(
        _ range: ClosedRange<Number>
    ) -> [Number] where Number.Stride: SignedInteger {
        let numbers = Array(range)
        let first = numbers.count * beginning / 10_000
        return Array(numbers[first...] + numbers[..<first])
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
