import Basics
import StackModel
import StackSpec

/// Turns a Compose file into a spec, and lists everything that it could not carry over. Pure: whoever calls it has read
/// the files.
package enum ComposeImport {
    /// The files that `env_file` names, as they are written there. Empty when the text cannot be read.
    package static func environmentFiles(of text: SpecText) -> [String] {
        let findings = Findings(file: text.file, subject: .compose)
        guard let root = Composer.compose(text, findings: findings) else { return [] }
        let signs = SignTable()
        var files: [String] = []
        for service in root["services"]?.entries ?? [] {
            for file in EnvironmentFiles.named(in: service.value, signs) where !files.contains(file.path) {
                files.append(file.path)
            }
        }
        return files
    }

    /// Throws `invalidSpec` with everything that is wrong, for a text that Compose would not take either.
    package static func translate(_ input: ComposeInput) throws(ReportableError) -> ImportedSpec {
        let findings = Findings(file: input.text.file, subject: .compose)
        if let root = Composer.compose(input.text, findings: findings), !findings.hasErrors {
            let spec = Translation(input, root: root, findings: findings).run()
            if let spec, !findings.hasErrors { return spec }
        }
        let diagnostics = findings.inFileOrder()
        let errors = diagnostics.count { $0.severity == .error }
        throw ReportableError(
            .invalidSpec,
            "\(input.text.file) has \(errors) error\(errors == 1 ? "" : "s"), so nothing was imported",
            diagnostics: diagnostics
        )
    }
}

/// What is imported: a Compose file, and what it refers to.
package struct ComposeInput: Sendable {
    package let text: SpecText
    /// What to call the stack; what Compose calls the project when nil.
    package let name: StackName?
    /// The name of the folder that the file lies in, which is what Compose calls a project.
    package let folder: String
    /// What Compose is told to call it instead, before the file's own `name`: COMPOSE_PROJECT_NAME.
    package let project: String?
    /// The `.env` beside it, which Compose takes variables from.
    package let dotEnv: SpecText?
    /// The files that `env_file` names, by the path written there; those that could not be read are missing.
    package let environmentFiles: [String: SpecText]

    package init(
        text: SpecText,
        name: StackName?,
        folder: String,
        project: String? = nil,
        dotEnv: SpecText? = nil,
        environmentFiles: [String: SpecText] = [:]
    ) {
        self.text = text
        self.name = name
        self.folder = folder
        self.project = project
        self.dotEnv = dotEnv
        self.environmentFiles = environmentFiles
    }
}

/// A spec made from a Compose file, and what is to be said of it.
package struct ImportedSpec: Sendable {
    package let stack: StackName
    /// A stack.yaml.
    package let text: String
    package let services: Int
    /// What the spec does not say, with the reason and what to do instead. In the order of the file.
    package let leftOut: [Diagnostic]
    /// What the spec says in another way than the Compose file did.
    package let changed: [Diagnostic]
    /// What has to be set in the environment or in `.env` before a deploy.
    package let variables: [NeededVariable]
}

/// A variable without which the spec cannot be deployed.
package struct NeededVariable: Hashable, Sendable {
    package let name: String
    /// It becomes the value of a secret.
    package let isSecret: Bool
    /// Where its value stands in clear today: in the Compose file, or in one beside it.
    package let location: SourceLocation?
}
