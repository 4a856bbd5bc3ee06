import Basics
import Glibc
import Interfaces
import StackModel

/// The place beside the live data where a restoration's data comes to lie: made under a name that nobody asks for, and
/// given its own with its record when it is whole and on disk.
final class PreparedSlot: Sendable {
    private static let prefix = ".new-"

    private let target: DataPlace
    private let name: RestorationName
    /// Held for as long as this is; the kernel frees it when its holder dies.
    private let lock: Int32

    var unfinished: String { "\(target.beside)/\(Self.prefix)\(name)" }
    private var finished: String { "\(target.beside)/\(name)" }

    /// Clears what a process that died has left of any restoration of the service, with its scratch servers.
    /// Throws `needsDecision` when there is data of that name, `stackBusy` while another is prepared.
    static func open(_ target: DataPlace, _ name: RestorationName, _ runner: any DataRunner)
        async throws(ReportableError) -> PreparedSlot
    {
        let slot = try await offPool { () throws(ReportableError) in try PreparedSlot(target, name) }
        for left in Folder.names(in: target.beside, beginning: prefix) {
            try await Leftovers.clear("\(target.beside)/\(left)", runner)
        }
        return slot
    }

    private init(_ target: DataPlace, _ name: RestorationName) throws(ReportableError) {
        try Folder.makeOpen(target.beside)
        let lock = Glibc.open(target.beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard lock >= 0 else { throw Folder.failure("open", target.beside) }
        self.target = target
        self.name = name
        self.lock = lock
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw ReportableError(.stackBusy, "other data of \(target.service) is being prepared")
        }
        guard !Folder.exists(finished) else {
            throw ReportableError(
                .needsDecision,
                "there is data \(name) of \(target.service) already",
                hint: "Put it in place, or choose another name."
            )
        }
    }

    deinit { close(lock) }

    /// Gives the lock back by word: a program that is just being started, or a thread that is just done, may have a hold
    /// on it for a moment longer.
    func release() { flock(lock, LOCK_UN) }

    /// The record is there first: what has its name is never without one.
    ///
    /// - Parameter origin: the set that the data came from.
    func finish(from origin: String?) async throws(ReportableError) {
        guard let directory = FolderIdentity(of: unfinished) else { throw Folder.failure("look at", unfinished) }
        let record = PreparedData(directory: directory, layout: target.layout, origin: origin)
        let (path, temporary) = (PreparedData.file(of: finished), "\(unfinished).json")
        unlink(temporary)
        let file = try await SpoolFile.create(temporary)
        try await file.write(CanonicalJSON.encode(record))
        try await file.finish(for: DataOwner(userID: geteuid(), groupID: getegid(), user: nil))
        try await offPool { () throws(ReportableError) in
            for (from, to) in [(temporary, path), (self.unfinished, self.finished)] {
                guard rename(from, to) == 0 else { throw Folder.failure("move \(from) to", to) }
            }
            Folder.sync(self.target.beside)
        }
    }
}
