import ArgumentParser
import Basics
import FoundationEssentials
import StackModel
import StackSpec

#if canImport(Glibc)
    import Glibc
#endif

package struct InitVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first stack.yaml.",
        discussion: "An existing stack.yaml is never overwritten."
    )

    @Argument(help: "The folder to write it to; made when missing.")
    var folder: String = "."

    @Option(help: "The name of the stack; the folder's name when left out.")
    var name: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let path = folder == "." ? "stack.yaml" : "\(folder)/stack.yaml"
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ReportableError(
                .usage,
                "\(path) is already there, and init never overwrites one",
                hint: "Edit it, or give another folder: `slipway init FOLDER`."
            )
        }
        let stack = try stackName()
        // What is made here is the caller's own: it gets the modes that the caller's other files have.
        let strict = umask(session.callersMask)
        defer { umask(strict) }
        try make(folder)
        try writeNew(SpecTemplate.initial(name: stack), to: path)
        session.console.result("wrote \(path)")
        let word = ShellWord.quoted(folder)
        session.console.note("Next: edit it, then `slipway plan \(word)` and `slipway deploy \(word)`.")
        return .done
    }

    private func stackName() throws(ReportableError) -> StackName {
        let absolute = folder.hasPrefix("/") ? folder : "\(FileManager.default.currentDirectoryPath)/\(folder)"
        let last = absolute.split(separator: "/").last { $0 != "." }.map(String.init) ?? ""
        let text = name ?? last.lowercased()
        guard let stack = StackName(text) else {
            throw ReportableError(
                .usage,
                "\"\(text)\" cannot be the name of a stack",
                hint: "Names are lower-case letters, digits and dashes. Give one: `slipway init --name shop`."
            )
        }
        return stack
    }

    /// With the folders above it.
    private func make(_ folder: String) throws(ReportableError) {
        guard mkdir(folder, 0o777) != 0 else { return }
        if errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            try make(String(folder[..<slash]))
            guard mkdir(folder, 0o777) != 0 else { return }
        }
        guard errno != EEXIST else { return }
        throw ReportableError(.fileFailed, "cannot make the folder \(folder): \(String(cString: strerror(errno)))")
    }

    private func writeNew(_ text: String, to path: String) throws(ReportableError) {
        do throws(SmallFile.Failure) {
            try SmallFile.write(text, to: path, flags: O_EXCL, mode: 0o644)
        } catch {
            throw ReportableError(.fileFailed, "cannot write \(path): \(error)")
        }
    }
}
