import StackModel

/// The give and take of a rolling update: room for new replicas against old ones that have become dispensable.
///
/// Every entry is spent once. An entry is the step that makes it true, or nil when it is true from the first.
struct Exchange {
    /// An old replica, and the step that makes it dispensable; nil when it is that already.
    struct Leaving {
        let replica: ObservedReplica
        let substitute: PlanDraft.Ref?
    }

    /// Places for replicas that are yet to start.
    private(set) var room: ArraySlice<PlanDraft.Ref?> = []
    /// Proven replicas beyond those that have to serve.
    private(set) var spare: ArraySlice<PlanDraft.Ref?> = []
    private(set) var starts: ArraySlice<BringUp>
    /// Old replicas that still serve, in the order in which they go.
    private(set) var serving: ArraySlice<ObservedReplica>
    /// Removals that only bring the number of replicas down to what is allowed.
    private var debt: Int
    /// Those removals: every start has to wait for all of them.
    private(set) var owed: [PlanDraft.Ref] = []

    /// - Parameters:
    ///   - room: places that are free now; negative when more replicas exist than may.
    ///   - spare: replicas that serve now beyond those that have to.
    ///   - gains: steps after which one more replica serves.
    init(
        room: Int,
        spare: Int,
        gains: [PlanDraft.Ref],
        starts: ArraySlice<BringUp>,
        serving: ArraySlice<ObservedReplica>
    ) {
        self.room = ArraySlice(repeating: nil, count: max(0, room))
        self.debt = max(0, -room)
        self.spare = ArraySlice(repeating: nil, count: spare)
        self.starts = starts
        self.serving = serving
        gain(gains)
    }

    mutating func gain(_ steps: [PlanDraft.Ref]) {
        spare.append(contentsOf: steps.map(Optional.some))
    }

    mutating func makeRoom(_ removals: [PlanDraft.Ref]) {
        let paid = min(debt, removals.count)
        debt -= paid
        owed += removals.prefix(paid)
        room.append(contentsOf: removals.dropFirst(paid).map(Optional.some))
    }

    /// As many starts as there is room for.
    mutating func takeStarts() -> [BringUp] {
        let count = min(room.count, starts.count)
        let taken = zip(starts.prefix(count), room.prefix(count)).map { start, room in
            var start = start
            start.room = room
            return start
        }
        starts = starts.dropFirst(count)
        room = room.dropFirst(count)
        return taken
    }

    /// As many old replicas as are dispensable and in the way.
    mutating func takeRetirements() -> [Leaving] {
        takeServing(min(spare.count, serving.count, starts.count + debt))
    }

    /// The next old replicas, dispensable or not.
    mutating func takeServing(_ count: Int) -> [Leaving] {
        let substitutes = spare.prefix(count) + Array(repeating: nil, count: max(0, count - spare.count))
        let taken = zip(serving.prefix(count), substitutes).map { Leaving(replica: $0, substitute: $1) }
        serving = serving.dropFirst(count)
        spare = spare.dropFirst(count)
        return taken
    }
}
