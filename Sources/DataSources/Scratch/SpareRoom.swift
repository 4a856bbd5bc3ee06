import Basics
import Glibc
import Interfaces

/// Whether a disk can hold the data of a service once more.
package enum SpareRoom {
    /// Some of a disk is left for those that are at work meanwhile.
    private static let reserve = 64 << 20

    /// - Parameter path: a directory on that disk.
    /// Throws `fileFailed` when it cannot.
    package static func check(_ bytes: Int, in path: String, for service: String) async throws(ReportableError) {
        let free = try await blocking { () throws(ReportableError) in
            var facts = statvfs()
            guard statvfs(path, &facts) == 0 else { throw Folder.failure("look at the disk of", path) }
            return Int(facts.f_bavail) * Int(facts.f_frsize)
        }
        let needed = bytes / 10 * 11 + reserve
        guard free < needed else { return }
        throw ReportableError(
            .fileFailed,
            "to put the data of \(service) beside the live data takes \(ByteCount(bytes: needed)), and "
                + "\(ByteCount(bytes: free)) are free in \(path)",
            hint: "Free some, or remove what earlier restores have kept with `slipway restore --forget`."
        )
    }
}
