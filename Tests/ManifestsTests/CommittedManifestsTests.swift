import Basics
import Foundation
import Manifests
import StackModel
import StackSpec
import Testing

/// `manifests/` shows what `slipway render` writes for every stack of the project.
@Suite("Committed manifests")
struct CommittedManifestsTests {
    struct Case: CustomTestStringConvertible {
        let stack: String
        let environment: EnvironmentName
        let target: ManifestTarget
        let engine: EngineKind

        var testDescription: String { "\(stack) for \(target.rawValue)" }
        var folder: String { "manifests/\(stack)/\(target.rawValue)" }
    }

    static let cases = ["counter", "hello", "shop"].flatMap { stack in
        [
            Case(stack: stack, environment: "local", target: .compose, engine: .docker),
            Case(
                stack: stack,
                environment: stack == "shop" ? "production" : "local",
                target: .kubernetes,
                engine: .kubernetes
            ),
            Case(stack: stack, environment: "local", target: .process, engine: .process),
        ]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("are what is rendered now", arguments: cases)
    func areCurrent(_ example: Case) throws {
        let files = try StackManifests.files(of: try Self.stack(example), for: example.target)
        let folder = Self.root.appending(path: example.folder)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try Self.rewrite(folder, files) }
        let expected = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.content) })
        let found = Self.files(in: folder)
        #expect(found.keys.sorted() == expected.keys.sorted(), "run `make golden`")
        for (path, content) in expected { #expect(found[path] == content, "\(path) is stale: run `make golden`") }
    }

    /// Every set and dictionary has an order of its own, so what depends on one shows with the second render already, as
    /// often as not.
    @Test("a dozen renders are one", arguments: cases)
    func areDeterministic(_ example: Case) throws {
        let stack = try Self.stack(example)
        var renders: Set<[ManifestFile]> = []
        for _ in 0..<12 { renders.insert(try StackManifests.files(of: stack, for: example.target)) }
        #expect(renders.count == 1)
    }

    private static func stack(_ example: Case) throws -> Stack {
        let file = root.appending(path: "stacks/\(example.stack)/stack.yaml")
        let loaded = SpecLoader.load(
            SpecText(file: "stack.yaml", bytes: Array(try Data(contentsOf: file))),
            environment: example.environment,
            variables: [:],
            engine: example.engine
        )
        return try #require(loaded.stack, "\(loaded.diagnostics.map(\.rendered))")
    }

    private static func rewrite(_ folder: URL, _ files: [ManifestFile]) throws {
        try? FileManager.default.removeItem(at: folder)
        for file in files {
            let url = folder.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(file.content.utf8).write(to: url)
            guard file.isExecutable else { continue }
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        }
    }

    private static func files(in folder: URL) -> [String: String] {
        var files: [String: String] = [:]
        let prefix = folder.path.count + 1
        for case let url as URL in FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            ?? .init()
        {
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
            files[String(url.path.dropFirst(prefix))] = text
        }
        return files
    }
}
