import Basics

extension ReportableError {
    /// Nothing is current of a stack, or of the stacks of a name, that something is wanted of.
    package static func notDeployed(_ stack: some CustomStringConvertible) -> ReportableError {
        ReportableError(.notFound, "\(stack) is not deployed", hint: "Deploy it with `slipway deploy`.")
    }
}
