import Basics
import Glibc
import Interfaces

/// The right to a scratch folder: a lock on a file beside it, which the kernel frees when its holder dies. So it is certain
/// which of the folders beside are nobody's any more, and whose servers still work in them for nobody.
package final class ScratchHold: Sendable {
    private static let suffix = ".lock"

    private let file: String
    private let lock: Int32

    /// Clears the folder, and those beside it whose holders are gone. Throws `stackBusy` while another holds it, `fileFailed`.
    /// - Parameter patience: how long to wait for another that holds it, who may only be clearing it.
    static func take(_ path: String, _ runner: any CommandRunner, patience: TimeSpan = .seconds(60))
        async throws(ReportableError) -> ScratchHold
    {
        let deadline = ContinuousClock.now.advanced(by: patience.duration)
        var hold: ScratchHold?
        while true {
            hold = try await offPool { () throws(ReportableError) in
                try Folder.makeAbove(path)
                return try ScratchHold(path + suffix, O_CREAT)
            }
            if hold != nil || ContinuousClock.now > deadline { break }
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { break }
        }
        guard let hold else { throw ReportableError(.stackBusy, "something else works in \(path)") }
        await sweep(beside: path, runner)
        try await Leftovers.clear(path, runner)
        return hold
    }

    /// Ends the servers of those who are gone and removes their folders. What cannot be removed now is so the next time.
    package static func sweep(beside path: String, _ runner: any CommandRunner) async {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        for name in Folder.names(in: folder, beginning: "") where name.hasSuffix(suffix) {
            do throws(ReportableError) {
                let file = "\(folder)/\(name)"
                let left = try await offPool { () throws(ReportableError) in try ScratchHold(file, 0) }
                guard let left else { continue }
                try await Leftovers.clear(String(file.dropLast(suffix.count)), runner)
                left.release()
            } catch {
                continue
            }
        }
    }

    /// nil while somebody holds it.
    private init?(_ file: String, _ creating: Int32) throws(ReportableError) {
        self.file = file
        lock = open(file, O_RDWR | creating | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Folder.failure("open", file) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return nil }
        // Whoever had it may have removed it just before it was ours.
        var (own, named) = (stat(), stat())
        guard fstat(lock, &own) == 0, stat(file, &named) == 0, own.st_ino == named.st_ino else { return nil }
    }

    deinit { close(lock) }

    /// By word: a program that is just being started may have a hold on it for a moment longer. Where the folder could not be
    /// removed, the file stays for the next sweep.
    func release() {
        if !Folder.exists(String(file.dropLast(Self.suffix.count))) { unlink(file) }
        flock(lock, LOCK_UN)
    }
}
