import Basics
import Glibc
import Interfaces

/// Whether the disks can hold what is about to be laid on them. One that is full stops the live servers, too.
enum SpareRoom {
    /// - Parameters:
    ///   - needs: bytes, about, for each of some folders, which are there.
    ///   - deed: what they are needed for: `restore the data of redis`.
    /// Throws `engineFailed` where a fifth more than that is not free.
    static func check(_ needs: [(folder: String, bytes: Int)], to deed: String) async throws(ReportableError) {
        try await offPool { () throws(ReportableError) in
            var wanted: [UInt: (bytes: Int, folder: String)] = [:]
            for need in needs {
                var status = stat()
                guard stat(need.folder, &status) == 0 else { throw Folder.failure("look at", need.folder) }
                // No disk holds more than a set of facts could claim.
                wanted[UInt(status.st_dev), default: (0, need.folder)].bytes += min(need.bytes, 1 << 56) / 10 * 12
            }
            for (bytes, folder) in wanted.values { try check(bytes, in: folder, to: deed) }
        }
    }

    private static func check(_ bytes: Int, in folder: String, to deed: String) throws(ReportableError) {
        var room = statvfs()
        guard statvfs(folder, &room) == 0 else { throw Folder.failure("look at", folder) }
        let free = Int(room.f_bavail) * Int(room.f_frsize)
        guard free < bytes else { return }
        throw ReportableError(
            .engineFailed,
            "to \(deed) takes about \(bytes >> 20) MiB on the disk of \(folder), and "
                + "\(free >> 20) MiB are free",
            hint: "Free some; data that earlier restores replaced lies beside the live data."
        )
    }
}
