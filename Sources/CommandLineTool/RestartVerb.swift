import ArgumentParser
import Basics
import Orchestration

package struct RestartVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Replace replicas by fresh ones of the same release.",
        discussion: """
            Services behind an edge drop no request. A service that keeps data, or has a fixed port, is away while it \
            is replaced. When a fresh replica fails, the current release is made whole again.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions

    @Option(name: .shortAndLong, help: "Only this service; may be given several times.")
    var service: [String] = []

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let stack = try await target.deployed(in: session, try session.dependencies().ledger)
        return try await change.carryOut(.restart(try ServiceNames.parse(service)), on: stack, in: session)
    }
}
