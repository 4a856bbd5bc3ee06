import ArgumentParser
import Basics
import StackModel

package struct VersionVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of slipway."
    )

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        session.console.result("slipway \(SlipwayVersion.text)")
        return .done
    }
}

/// The version of this build.
package enum SlipwayVersion {
    package static let text = "0.1.0"
}
