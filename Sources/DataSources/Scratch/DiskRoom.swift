import Basics
import Interfaces
import StackModel

/// Whether data of some size can be laid where it is to live, told before the first byte is read.
package enum DiskRoom {
    /// - Parameter needs: bytes, about, for each place; several may be on one disk. The folders need not be there yet.
    /// Throws `engineFailed` where a fifth more than that is not free.
    package static func check(_ needs: [(place: DataPlace, bytes: Int)]) async throws(ReportableError) {
        guard !needs.isEmpty else { return }
        let services = needs.map(\.place.service.text).joined(separator: ", ")
        try await SpareRoom.check(
            needs.map { (existing($0.place.beside), $0.bytes) },
            to: "bring back the data of \(services)"
        )
    }

    /// The nearest folder above that is there.
    private static func existing(_ path: String) -> String {
        var path = path
        while !Folder.exists(path), let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            path = String(path[..<slash])
        }
        return Folder.exists(path) ? path : "/"
    }
}
