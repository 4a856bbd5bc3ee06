import ArgumentParser
import Basics
import ComposeImport
import FoundationEssentials
import StackModel
import StackSpec

#if canImport(Glibc)
    import Glibc
#endif

package struct ImportVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Write a stack.yaml from a Compose file.",
        discussion: """
            Redis, Postgres, Prometheus and Grafana are known by their images, a proxy becomes the edge, and everything \
            that could not be carried over is listed with its place, the reason and what to do instead. What looks like \
            a credential becomes a secret, and its value is written nowhere. An existing stack.yaml is not overwritten.
            """
    )

    @Argument(help: "A Compose file, or a folder with one.")
    var file: String = "."

    @Option(
        name: .shortAndLong,
        help: "The file or folder to write to, - for standard output; beside the Compose file when left out."
    )
    var output: String?

    @Option(help: "The name of the stack; what Compose calls the project when left out.")
    var name: String?

    @Flag(help: "Write over an existing stack.yaml.")
    var force = false

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let source = try ComposeSource.find(file)
        let target = target(for: source)
        if let target, !force { try refuse(existing: target) }
        let spec = try ComposeImport.translate(try source.input(name: try stackName(), variables: session.variables))
        if let target {
            try write(spec.text, to: target, session)
        } else {
            session.console.result(String(spec.text.dropLast()))
        }
        let report = ImportText(spec: spec, source: source, target: target ?? "stack.yaml")
        if !report.findings.isEmpty { session.console.note(report.findings) }
        try check(spec, at: target ?? "stack.yaml", session)
        if let target { session.console.result("wrote \(target): \(report.summary)") }
        session.console.note(report.next)
        return .done
    }

    private func stackName() throws(ReportableError) -> StackName? {
        guard let name else { return nil }
        if let stack = StackName(name) { return stack }
        throw ReportableError(
            .usage,
            "\"\(name)\" cannot be the name of a stack",
            hint: "Names are lower-case letters, digits and dashes, as in `slipway import --name shop`."
        )
    }

    /// Nil for standard output.
    private func target(for source: ComposeSource) -> String? {
        guard let output else { return source.beside("stack.yaml") }
        if output == "-" { return nil }
        return output.hasSuffix(".yaml") || output.hasSuffix(".yml") ? output : SpecFile.inside(output)
    }

    private func refuse(existing target: String) throws(ReportableError) {
        guard FileManager.default.fileExists(atPath: target) else { return }
        throw ReportableError(
            .usage,
            "\(target) exists already",
            hint: "Write elsewhere with --output, to standard output with `--output -`, or over it with --force."
        )
    }

    private func write(_ text: String, to target: String, _ session: Session) throws(ReportableError) {
        let strict = umask(session.callersMask)
        defer { umask(strict) }
        let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
        do {
            try FileManager.default.createDirectory(
                atPath: folder.isEmpty ? "/" : folder,
                withIntermediateDirectories: true
            )
            guard force else { return try SmallFile.write(text, to: target, flags: O_EXCL, mode: 0o644) }
            try Data(text.utf8).write(to: URL(filePath: target), options: .atomic)
        } catch let error as SmallFile.Failure {
            throw ReportableError(.fileFailed, "cannot write \(target): \(error)")
        } catch {
            throw ReportableError(.fileFailed, "cannot write \(target): \(FileFailure.words(error))")
        }
    }

    /// What was written has to be valid once its variables are set. Where it is not, a person learns what to mend.
    private func check(_ spec: ImportedSpec, at target: String, _ session: Session) throws(ReportableError) {
        let placeholders = Dictionary(spec.variables.map { ($0.name, "1") }) { first, _ in first }
        let loaded = SpecLoader.load(
            SpecText(file: target, bytes: Array(spec.text.utf8)),
            environment: nil,
            variables: placeholders.merging(session.variables) { _, callers in callers }
        )
        let errors = loaded.diagnostics.filter { $0.severity == .error }
        guard !errors.isEmpty else { return }
        throw ReportableError(
            .invalidSpec,
            "\(target) was written, and is not valid yet",
            hint: "Mend it, and check it with `slipway validate`.",
            diagnostics: errors
        )
    }
}
