import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct ScaleVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Change how many replicas of a service run.",
        discussion: "Makes a new release, so that rollback takes it back. The next deploy follows the spec again."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions

    @Option(name: [.customShort("r"), .customLong("replicas")], help: "SERVICE=COUNT; may be given several times.")
    var replicas: [String]

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let stack = try await target.deployed(in: session, try session.dependencies().ledger)
        return try await change.carryOut(.scale(try counts()), on: stack, in: session)
    }

    private func counts() throws(ReportableError) -> [ServiceName: Int] {
        var counts: [ServiceName: Int] = [:]
        for text in replicas {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let service = ServiceName(String(parts[0])), let count = Int(parts[1]),
                (0...1000).contains(count)
            else {
                throw ReportableError(.usage, "\"\(text)\" is not SERVICE=COUNT", hint: "For example --replicas api=3.")
            }
            counts[service] = count
        }
        return counts
    }
}
