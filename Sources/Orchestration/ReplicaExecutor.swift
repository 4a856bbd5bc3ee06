import Basics
import Interfaces
import Ledger
import StackModel

/// Runs a program beside a replica.
package struct ReplicaExecutor: Sendable {
    let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// `replica` is a replica (`api-2`) or a service with exactly one. Returns the program's exit status.
    package func execute(_ command: [String], in replica: String, of stack: StackID)
        async throws(ReportableError) -> Int32
    {
        guard !command.isEmpty else {
            throw ReportableError(
                .usage,
                "there is no program to run",
                hint: "For example `slipway exec --replica api-1 -- env`."
            )
        }
        // A stack whose first deploy failed has no current release, and is when a look inside is wanted most.
        guard let engineKind = try await dependencies.ledger.releases(of: stack, limit: 1).first?.stack.engine else {
            throw ReportableError.notDeployed(stack)
        }
        let engine = try dependencies.engine(engineKind)
        let id = try Self.find(replica, in: try await engine.observe(stack, .glance), stack)
        return try await engine.execute(command, in: id, of: stack)
    }

    private static func find(_ text: String, in observed: Observation, _ stack: StackID)
        throws(ReportableError) -> ReplicaID
    {
        if let id = ReplicaID(text), observed.replica(id) != nil { return id }
        let ofService = ServiceName(text).map { observed.replicas(of: $0) } ?? []
        if ofService.count == 1, let only = ofService.first { return only.id }
        let known = (ofService.isEmpty ? observed.replicas : ofService).map(\.id.description).joined(separator: ", ")
        throw ReportableError(
            known.isEmpty ? .notFound : .usage,
            "\(stack) has no single replica \"\(text)\"",
            hint: known.isEmpty ? "Nothing runs; see `slipway status`." : "Choose one of \(known)."
        )
    }
}
