import Archives
import Basics
import Glibc
import Interfaces

/// Whether whoever runs this can give the files of a set to those whom they belonged to. What root captures has a top that
/// is root's, so that no replica can lead root elsewhere; what anybody else captures is all their own.
package struct FilesOwnership: Sendable {
    let place: DataPlace
    let caller: UInt32

    package init(of place: DataPlace, caller: UInt32 = geteuid()) {
        self.place = place
        self.caller = caller
    }

    /// Reads the beginning of the archive. Throws `needsDecision` when only root can lay what is in it.
    package func check(_ facts: DataFacts, _ object: ObjectSource) async throws(ReportableError) {
        guard caller != 0, case .files(let facts) = facts else { return }
        let archive = try await object(FilesFacts.archive)
        let owners = ArchiveOwners.moved(
            (facts.user, facts.group),
            to: (place.owner.userID, place.owner.groupID)
        )
        guard let owner = try await ArchiveReader.topOwner(of: archive, by: owners), owner != Int(caller) else {
            return
        }
        throw ReportableError(
            .needsDecision,
            "root has captured the files of \(place.service), and only root can give them to those whom they belonged to",
            hint: "Run it as root."
        )
    }
}
