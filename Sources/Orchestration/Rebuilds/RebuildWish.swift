import StackModel

/// What a person has in hand when everything else is gone, and what is to become of it.
package struct RebuildWish: Sendable {
    package let vault: StoreAddress
    /// The path of the file with the identity that opens it.
    package let identity: String
    /// The only one in the vault when nil.
    package var stack: StackName?
    package var environment: EnvironmentName?
    /// Only sets that hold the state of this moment or of one before.
    package var until: Instant?
    /// Folders for the sources that are in no set.
    package var sources: [ServiceName: String] = [:]
    /// Services of which the vault has no set, although a policy backs them up, may begin empty.
    package var acceptsMissing = false

    package init(vault: StoreAddress, identity: String) {
        self.vault = vault
        self.identity = identity
    }

    func includes(_ moment: Instant) -> Bool { until.map { moment <= $0 } ?? true }
}
