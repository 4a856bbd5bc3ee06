import Basics
import StackModel
import StackSpec

/// What is to be said of a spec in several of its environments together.
struct SpecVerdict: Encodable {
    struct Valid: Encodable {
        let stack: StackID
        let services: Int
        /// Keys that are checked, and not acted on yet.
        let dormant: [String]

        init(_ stack: Stack) {
            self.stack = stack.id
            self.services = stack.services.count
            self.dormant = DormantKeys.names(in: stack)
        }

        /// Nobody is to believe that they have backups because their spec says so.
        var note: String? {
            dormant.isEmpty ? nil : "checked, and not acted on yet: \(dormant.joined(separator: ", "))"
        }
    }

    /// The environments in which nothing is wrong.
    private(set) var stacks: [Valid] = []
    /// In the order of the file. What is wrong in every environment is said once.
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var valid = true

    init(_ loaded: [LoadedSpec]) {
        for spec in loaded {
            for diagnostic in spec.diagnostics where !diagnostics.contains(diagnostic) {
                diagnostics.append(diagnostic)
            }
            guard let stack = spec.stack else {
                valid = false
                continue
            }
            stacks.append(Valid(stack))
        }
        diagnostics = diagnostics.enumerated().sorted { left, right in
            (left.element.location, left.offset) < (right.element.location, right.offset)
        }.map(\.element)
    }
}
