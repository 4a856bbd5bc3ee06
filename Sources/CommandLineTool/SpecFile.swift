import Basics
import FoundationEssentials
import StackModel
import StackSpec

/// The file that `STACK` on the command line means.
struct SpecFile {
    /// As the person would write it.
    let path: String

    init(argument: String) {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory)
        self.path = exists && isDirectory ? Self.inside(argument) : argument
    }

    /// The file of a folder.
    static func inside(_ folder: String) -> String {
        if folder == "." { return "stack.yaml" }
        return (folder.hasSuffix("/") ? String(folder.dropLast()) : folder) + "/stack.yaml"
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The folder the file lies in, absolute.
    var directory: String {
        let absolute = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        return absolute.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    }

    /// At most one byte beyond the limit is read, so that the loader sees that the file is too large.
    func read() throws(ReportableError) -> SpecText {
        do throws(SmallFile.Failure) {
            return SpecText(file: path, bytes: try SmallFile.beginning(of: path, atMost: SpecLimits.maxBytes + 1))
        } catch {
            throw ReportableError(
                .invalidSpec,
                "cannot read \(path): \(error)",
                hint: "Give a folder that holds a stack.yaml, or begin one with `slipway init`."
            )
        }
    }

    /// The caller's environment over the `.env` file beside the spec.
    func variables(over environment: [String: String], warn: (String) -> Void)
        throws(ReportableError) -> [String: String]
    {
        let file = "\(directory)/.env"
        guard FileManager.default.fileExists(atPath: file) else { return environment }
        let bytes: [UInt8]
        do throws(SmallFile.Failure) {
            bytes = try SmallFile.read(file, atMost: SpecLimits.bytes)
        } catch {
            throw ReportableError(.invalidSpec, "cannot read \(file): \(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ReportableError(.invalidSpec, "cannot read \(file): it is not UTF-8")
        }
        let (variables, diagnostics) = DotEnv.parse(text, file: file)
        guard diagnostics.allSatisfy({ $0.severity == .warning }) else {
            throw ReportableError(.invalidSpec, "\(file) is not a list of NAME=value lines", diagnostics: diagnostics)
        }
        for warning in diagnostics { warn(warning.rendered) }
        return variables.merging(environment) { _, callers in callers }
    }

    /// The value of the top-level key `stack`, read without judging the rest of the file.
    static func stackName(in text: SpecText) -> StackName? {
        for line in String(decoding: text.bytes, as: UTF8.self).split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"), ["stack", "\"stack\"", "'stack'"].contains(key(line[..<colon]))
            else { continue }
            let value = line[line.index(after: colon)...].prefix { $0 != "#" }
            return StackName(String(value.filter { !" \t\r\"'".contains($0) }))
        }
        return nil
    }

    /// A key may be followed by blanks, but what is indented is no key of the top level.
    private static func key(_ text: Substring) -> Substring {
        var key = text
        while key.last == " " || key.last == "\t" { key.removeLast() }
        return key
    }
}
