import Basics
import Interfaces
import Ledger
import StackModel

/// What is of a stack on this machine already: nothing, or what an earlier attempt at the same rebuild has left.
struct RebuildGround {
    let dependencies: Dependencies
    let engine: any Engine
    let stack: StackID

    /// The rebuild that has come so far that its release serves; nil when none has. Throws `needsDecision` when another
    /// release does.
    func serving() async throws(ReportableError) -> Operation? {
        guard let current = try await dependencies.ledger.currentRelease(of: stack) else { return nil }
        let last = try await dependencies.ledger.operations(of: stack, limit: 1).first
        guard last?.plan.purpose == .rebuild else {
            throw ReportableError(
                .needsDecision,
                "\(stack) runs here already (release \(current.number)), and a rebuild is for a machine that has nothing of it",
                hint:
                    "`slipway restore \(stack)` brings back the data of a running stack; SLIPWAY_HOME names another home."
            )
        }
        return last
    }

    /// The parts that no earlier attempt has laid here. Throws `needsDecision` when something is there that no rebuild has put
    /// there.
    func missing(of parts: [RebuildPart]) async throws(ReportableError) -> [RebuildPart] {
        let observed = try await engine.observe(stack, .glance)
        let operations = try await dependencies.ledger.operations(of: stack, limit: 100)
        let isOurs = operations.contains { $0.plan.purpose == .rebuild }
        if !isOurs, let replica = observed.replicas.first {
            throw occupied("\(replica.id) is there")
        }
        for part in parts where observed.volumes.contains(part.service) {
            let live = observed.restored[part.service]
            guard live != part.name else { continue }
            throw occupied(
                live.map { "the data of \(part.service) is that of \($0), and would be that of \(part.name)" }
                    ?? "\(part.service) has data"
            )
        }
        if !isOurs, let volume = observed.volumes.first { throw occupied("\(volume) has data") }
        return parts.filter { !$0.isThere(observed) }
    }

    private func occupied(_ what: String) -> ReportableError {
        ReportableError(
            .needsDecision,
            "\(stack) has something on this machine already: \(what)",
            hint: "A rebuild never writes over data. See what it is (`slipway status \(stack)`); "
                + "`slipway down \(stack) --destroy-data` removes it, SLIPWAY_HOME names another home."
        )
    }
}
