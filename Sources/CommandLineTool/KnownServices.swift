import Basics
import Ledger
import StackModel

/// What `--service` of a read verb may name: a service of the stack, or one of its replicas.
struct KnownServices {
    private let stack: StackID
    private let current: [ServiceName]
    private let ledger: Ledger

    /// How many releases back a service is remembered.
    private static let memory = 50

    init(of stack: StackID, current: ReleaseOutline?, in ledger: Ledger) {
        self.stack = stack
        self.current = current?.services.map(\.name) ?? []
        self.ledger = ledger
    }

    /// A service that is really called `api-2` comes before the second replica of `api`; one of the release that runs
    /// before one that earlier releases had. Throws `usage` with the names that there are.
    func choice(_ text: String) async throws(ReportableError) -> (service: ServiceName?, replica: ReplicaID?) {
        if let found = Self.choice(text, among: current) { return found }
        let earlier = try await ledger.releases(of: stack, limit: Self.memory).flatMap { $0.stack.services.map(\.name) }
        if let found = Self.choice(text, among: earlier) { return found }
        let names = Set(current + earlier).sorted().map(\.text).joined(separator: ", ")
        throw ReportableError(.usage, "\(stack) has no service or replica \(text)", hint: "It has \(names).")
    }

    static func choice(_ text: String, among services: [ServiceName]) -> (service: ServiceName?, replica: ReplicaID?)? {
        if let service = ServiceName(text), services.contains(service) { return (service, nil) }
        if let replica = ReplicaID(text), services.contains(replica.service) { return (replica.service, replica) }
        return nil
    }
}
