import ArgumentParser
import Basics
import Orchestration

package struct StopVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop replicas and leave everything in place; deploy starts them again."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions

    @Option(name: .shortAndLong, help: "Only this service; may be given several times.")
    var service: [String] = []

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let stack = try await target.deployed(in: session, try session.dependencies().ledger)
        return try await change.carryOut(.stop(try ServiceNames.parse(service)), on: stack, in: session)
    }
}
