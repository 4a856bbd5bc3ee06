import StackModel

/// Which data a person wants back. The newest set of each service, unless a set or a policy is named.
package struct RestoreWish: Sendable {
    /// As `slipway backup list` names it.
    package var set: String?
    /// Only sets that this policy has made.
    package var policy: String?
    package var services: Set<ServiceName>
    /// Only sets in this store.
    package var store: StoreName?

    /// The moment to go back to.
    package var at: Instant?

    package init(
        set: String? = nil,
        policy: String? = nil,
        services: Set<ServiceName> = [],
        store: StoreName? = nil,
        at: Instant? = nil
    ) {
        self.set = set
        self.policy = policy
        self.services = services
        self.store = store
        self.at = at
    }
}
