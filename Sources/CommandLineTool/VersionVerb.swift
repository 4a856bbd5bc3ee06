import ArgumentParser
import Basics

package struct VersionVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of slipway."
    )

    @OptionGroup var format: OutputOptions

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        switch format.output {
        case .table: session.console.result("slipway \(SlipwayVersion.text)")
        case .json: session.console.result(CanonicalJSON.text(["version": SlipwayVersion.text]))
        }
        return .done
    }
}
