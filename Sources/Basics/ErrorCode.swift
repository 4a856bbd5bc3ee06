/// Every kind of error there is. The exit status of each stands in `ExitStatus`.
package enum ErrorCode: String, Sendable, Codable, CaseIterable {
    /// The command line makes no sense, or names what there is not.
    case usage
    /// The spec, or something it names, is wrong.
    case invalidSpec
    /// What the work needs does not exist, or not any more.
    case notFound
    /// Another operation holds the stack.
    case stackBusy
    /// The world is not what the reviewed plan was made for.
    case planStale
    /// A person has to choose: quarantined step, destructive request without its word, unanswered question.
    case needsDecision
    /// A program that the work needs is not installed.
    case programMissing
    /// A port that the work needs is held by a process that is not ours.
    case portTaken
    /// A replica died, did not start or did not become ready.
    case replicaFailed
    /// The engine, or a program it drives, refused or broke.
    case engineFailed
    /// The ledger cannot be read or written.
    case ledgerFailed
    /// A secret cannot be sealed or opened.
    case secretFailed
    /// A file cannot be read or written.
    case fileFailed
    /// A store of backups cannot be reached, refuses, or is full.
    case storeFailed
    /// Somebody else has written what this writer meant to write.
    case storeConflict
    /// What a vault holds is not what its manifest says.
    case vaultDamaged
    /// The person, or a signal, asked to stop.
    case interrupted
    /// A thing that must not happen happened; ours to mend.
    case broken
}
