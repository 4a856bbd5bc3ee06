import Basics
import Glibc
import Interfaces
import StackModel

/// What lies beside the live data of a service: prepared to take its place, or replaced.
package struct KeptData: Sendable {
    let target: DataPlace
    let runner: any DataRunner

    package init(of target: DataPlace, _ runner: any DataRunner) {
        self.target = target
        self.runner = runner
    }

    /// Removes what was prepared under a name. The record goes first: without it nobody takes what is left for whole.
    package func remove(_ name: RestorationName) async throws(ReportableError) {
        let folder = "\(target.beside)/\(name)"
        try await Leftovers.clear(PreparedData.file(of: folder), runner)
        try await Leftovers.clear(folder, runner)
    }

    /// The set that the data of a name came from, live or not; nil where that was not written down.
    package func origin(of name: RestorationName) async -> String? {
        let file = PreparedData.file(of: "\(target.beside)/\(name)")
        guard let spool = try? await SpoolFile.open(file), let bytes = try? await spool.content.collect(limit: 1 << 16)
        else { return nil }
        return try? CanonicalJSON.decode(PreparedData.self, from: String(decoding: bytes, as: UTF8.self)).origin
    }

    /// Removes all of it. It goes at once under another name first, so that no half of it is ever gone back to.
    package func removeAll() async throws(ReportableError) {
        try await finishRemoval()
        try await offPool { () throws(ReportableError) in
            guard rename(target.beside, doomed) == 0 || errno == ENOENT else {
                throw Folder.failure("move \(target.beside) to", doomed)
            }
        }
        try await finishRemoval()
        rmdir(Self.parent(of: target.beside))
    }

    /// Removes what a process that died has left of a removal.
    package func finishRemoval() async throws(ReportableError) { try await Leftovers.clear(doomed, runner) }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }

    /// Where a stack's removal finds it, too.
    private var doomed: String { "\(Self.parent(of: target.volume))/.gone-beside-\(target.service)" }
}
