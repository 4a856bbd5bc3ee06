import Basics
import Ledger
import StackModel

extension ReportableError {
    /// Nothing is current of a stack, or of the stacks of a name, that something is wanted of.
    package static func notDeployed(_ stack: some CustomStringConvertible) -> ReportableError {
        ReportableError(.notFound, "\(stack) is not deployed", hint: "Deploy it with `slipway deploy`.")
    }
}

extension Dependencies {
    /// The release that runs. Throws `notFound` where none does.
    func currentRelease(of stack: StackID) async throws(ReportableError) -> Release {
        guard let release = try await ledger.currentRelease(of: stack) else { throw ReportableError.notDeployed(stack) }
        return release
    }
}
