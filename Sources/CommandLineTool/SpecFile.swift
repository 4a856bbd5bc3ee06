import Basics
import FoundationEssentials
import StackModel
import StackSpec

#if canImport(Glibc)
    import Glibc
#endif

/// The file that `STACK` on the command line means.
struct SpecFile {
    /// As the person would write it.
    let path: String

    init(argument: String) {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory)
        let folder = argument.hasSuffix("/") ? String(argument.dropLast()) : argument
        self.path = exists && isDirectory ? (argument == "." ? "stack.yaml" : "\(folder)/stack.yaml") : argument
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The folder the file lies in, absolute.
    var directory: String {
        let absolute = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        return absolute.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    }

    /// At most one byte beyond the limit is read, so that a huge file costs nothing.
    func read() throws(ReportableError) -> SpecText {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw ReportableError(
                .invalidSpec,
                "cannot read \(path): \(reason)",
                hint: "Give a folder that holds a stack.yaml, or begin one with `slipway init`."
            )
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= SpecLimits.maxBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                throw ReportableError(.invalidSpec, "cannot read \(path): \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return SpecText(file: path, bytes: bytes)
    }

    /// The caller's environment over the `.env` file beside the spec.
    func variables(over environment: [String: String], console: Console) throws(ReportableError) -> [String: String] {
        let file = "\(directory)/.env"
        guard FileManager.default.fileExists(atPath: file) else { return environment }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ReportableError(.invalidSpec, "cannot read \(file)")
        }
        let (variables, diagnostics) = DotEnv.parse(text, file: file)
        guard diagnostics.allSatisfy({ $0.severity == .warning }) else {
            throw ReportableError(.invalidSpec, "\(file) is not a list of NAME=value lines", diagnostics: diagnostics)
        }
        for warning in diagnostics { console.note(warning.rendered) }
        return variables.merging(environment) { _, callers in callers }
    }

    /// The value of the top-level key `stack`, read without judging the rest of the file.
    static func stackName(in text: SpecText) -> StackName? {
        for line in String(decoding: text.bytes, as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix("stack:") else { continue }
            let value = line.dropFirst("stack:".count).prefix { $0 != "#" }
            return StackName(String(value.filter { !" \t\r\"'".contains($0) }))
        }
        return nil
    }
}
