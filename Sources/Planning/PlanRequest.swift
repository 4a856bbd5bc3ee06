import StackModel

/// What is wanted of the planner.
package struct PlanRequest: Sendable {
    /// `deploy`, `rollback`, `revert` and `scale` lead to the target release; the rest says what is done with it.
    package var purpose: Plan.Purpose
    /// The release to arrive at; for `stop` and `down` the release being left.
    package var target: Release
    /// For `restart`, `stop` and `restore`: only these services. Nil means all; other purposes always mean all.
    package var services: Set<ServiceName>?
    /// For `down`: destroy the data too.
    package var destroyData: Bool
    /// For `down`: the last operation was one, and came to its end. What no observation shows is gone already.
    package var isDown: Bool
    /// For `restore`: which data each of the services is to have; for `rebuild`: which it begins with.
    package var data: [ServiceName: WantedData]
    /// Replicas that run and were never confirmed: they are proven again before anything counts on them.
    package var unproven: Set<ReplicaID>

    package init(
        purpose: Plan.Purpose,
        target: Release,
        services: Set<ServiceName>? = nil,
        destroyData: Bool = false,
        isDown: Bool = false,
        data: [ServiceName: WantedData] = [:],
        unproven: Set<ReplicaID> = []
    ) {
        self.purpose = purpose
        self.target = target
        self.services = services
        self.destroyData = destroyData
        self.isDown = isDown
        self.data = data
        self.unproven = unproven
    }
}
