import Basics
import StackModel

/// A stack as its file declares it, with what is needed to make a release of it.
package struct DeclaredStack: Sendable {
    package let stack: Stack
    /// The text of the spec file.
    package let text: String
    /// The folder that relative paths in the spec start from.
    package let directory: String
    /// Values of `given` secrets, from the caller's environment.
    package let given: [SecretName: Redacted<String>]

    /// Where sources are that are not where the spec says.
    private let sources: [ServiceName: String]

    package init(
        stack: Stack,
        text: String,
        directory: String,
        given: [SecretName: Redacted<String>] = [:],
        sources: [ServiceName: String] = [:]
    ) {
        self.stack = stack
        self.text = text
        self.directory = directory
        self.given = given
        self.sources = sources
    }

    func sourceDirectory(of service: ServiceName) -> String? {
        guard case .app(let app) = stack.service(service)?.kind, let source = app.source else { return nil }
        if let elsewhere = sources[service] { return elsewhere }
        return source.hasPrefix("/") ? source : "\(directory)/\(source)"
    }
}
