import Glibc

/// A user of this machine, as its account database has it.
struct MachineUser {
    let name: String
    let userID: UInt32
    let groupID: UInt32

    /// `nil` when there is no such user.
    init?(named name: String) {
        self.init { entry, buffer, size, result in getpwnam_r(name, entry, buffer, size, result) }
    }

    /// The user this process acts as.
    static var current: MachineUser? {
        MachineUser { entry, buffer, size, result in getpwuid_r(geteuid(), entry, buffer, size, result) }
    }

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private init?(_ lookup: Lookup) {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        let size = buffer.count
        guard lookup(&entry, &buffer, size, &result) == 0, result != nil, let text = entry.pw_name else { return nil }
        self.name = String(cString: text)
        self.userID = entry.pw_uid
        self.groupID = entry.pw_gid
    }
}
