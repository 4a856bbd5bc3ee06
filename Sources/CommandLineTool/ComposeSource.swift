import Basics
import ComposeImport
import FoundationEssentials
import StackModel
import StackSpec

/// A Compose file on disk.
struct ComposeSource {
    /// As the person would write it.
    let path: String
    /// Files beside it that Compose lays over it.
    let overrides: [String]

    /// In the order in which Compose looks for them.
    private static let names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
    private static let overrideNames = [
        "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
    ]

    static func find(_ argument: String) throws(ReportableError) -> ComposeSource {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory)
        guard exists, isDirectory else { return ComposeSource(path: argument, overrides: []) }
        let prefix = argument == "." ? "" : argument.hasSuffix("/") ? argument : "\(argument)/"
        let present = { (name: String) in FileManager.default.fileExists(atPath: prefix + name) }
        guard let name = names.first(where: present) else {
            throw ReportableError(
                .usage,
                "there is no Compose file in \(argument)",
                hint: "Looked for \(names.joined(separator: ", ")). Name the file, or begin with `slipway init`."
            )
        }
        return ComposeSource(path: prefix + name, overrides: overrideNames.filter(present).map { prefix + $0 })
    }

    /// A file in the same folder.
    func beside(_ name: String) -> String {
        if name.hasPrefix("/") { return name }
        guard let slash = path.lastIndex(of: "/") else { return name }
        return "\(path[...slash])\(name.hasPrefix("./") ? String(name.dropFirst(2)) : name)"
    }

    /// With the files that its services take variables from. What the caller's environment says, `.env` says less loudly.
    func input(name: StackName?, variables: [String: String] = [:]) throws(ReportableError) -> ComposeInput {
        let text: SpecText
        do throws(SmallFile.Failure) {
            text = SpecText(file: path, bytes: try SmallFile.beginning(of: path, atMost: SpecLimits.maxBytes + 1))
        } catch {
            throw ReportableError(
                .invalidSpec,
                "cannot read \(path): \(error)",
                hint: "Name a Compose file, or a folder with one."
            )
        }
        var files: [String: SpecText] = [:]
        for file in ComposeImport.environmentFiles(of: text) {
            let full = beside(file)
            // What cannot be read is listed by the import.
            guard let bytes = try? SmallFile.read(full, atMost: SpecLimits.bytes) else { continue }
            files[file] = SpecText(file: full, bytes: bytes)
        }
        let dotEnv = self.dotEnv
        let own = dotEnv.map { DotEnv.parse(String(decoding: $0.bytes, as: UTF8.self), file: $0.file).variables } ?? [:]
        let project = [variables["COMPOSE_PROJECT_NAME"], own["COMPOSE_PROJECT_NAME"]].compactMap { $0 }.first {
            !$0.isEmpty
        }
        return ComposeInput(
            text: text,
            name: name,
            folder: folder,
            project: project,
            dotEnv: dotEnv,
            environmentFiles: files
        )
    }

    /// What Compose reads beside its file; nil where it cannot be read.
    private var dotEnv: SpecText? {
        let file = beside(".env")
        return (try? SmallFile.read(file, atMost: SpecLimits.bytes)).map { SpecText(file: file, bytes: $0) }
    }

    /// The name of the folder it lies in.
    private var folder: String {
        SpecFile(argument: path).directory.split(separator: "/").last.map(String.init) ?? ""
    }
}
