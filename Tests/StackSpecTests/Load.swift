import Basics
import StackModel

@testable import StackSpec

/// Loads a spec that a test holds as text.
func load(
    _ text: String,
    environment: EnvironmentName? = nil,
    variables: [String: String] = [:]
) -> LoadedSpec {
    SpecLoader.load(
        SpecText(file: "stack.yaml", bytes: Array(text.utf8)),
        environment: environment,
        variables: variables
    )
}

/// A spec with these lines under `services`, and these after them.
func spec(_ services: String, _ rest: String = "") -> String {
    let indented = services.split(separator: "\n").map { "  \($0)\n" }.joined()
    return "apiVersion: slipway/v1\nstack: shop\nservices:\n\(indented)\(rest)"
}

extension LoadedSpec {
    var messages: [String] { diagnostics.map { "\($0.severity): \($0.message)" } }

    /// For assertions on what was read; empty when there is no stack.
    func app(_ name: ServiceName) -> App? {
        guard case .app(let app) = stack?.service(name)?.kind else { return nil }
        return app
    }
}
