import ArgumentParser
import Basics
import Orchestration
import StackModel

struct ControllerVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Run what is scheduled, for all stacks, until it is told to stop.",
        discussion: """
            Makes the backup sets that are due, reads them back, and prunes. Results go to standard error, to the figures \
            at /metrics, and as JSON to the address in SLIPWAY_WEBHOOK_URL where it is set. Killed at any moment it \
            forgets nothing and does nothing twice; a due time that it missed is made up for once.
            """
    )

    @Option(help: "Where its figures are shown.")
    var listen = "127.0.0.1:9466"

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let address = try ListenAddress(listen)
        let (console, now) = (session.console, try session.dependencies().now)
        console.note("\(TimeText.stamp(now())) the controller runs; its figures are at http://\(listen)/metrics")
        try await session.control(address.host, address.port) { line in
            console.note("\(TimeText.stamp(now())) \(line)")
        }
        console.note("\(TimeText.stamp(now())) the controller has ended")
        return .done
    }
}
