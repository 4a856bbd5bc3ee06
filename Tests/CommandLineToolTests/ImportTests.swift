import ArgumentParser
import Basics
import ComposeImport
import Foundation
import StackModel
import Testing

@testable import CommandLineTool

@Suite("slipway import")
struct ImportTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "slipway-import-\(UUID().uuidString)")
        .path

    private func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    private func run(_ arguments: String...) async throws -> ReportableError? {
        let session = Session(
            console: Console(variables: [:], descriptors: Console.Descriptors(output: -1, error: -1)),
            variables: [:],
            callersMask: 0o022,
            home: { "/home/of/slipway" },
            dependencies: { () throws(ReportableError) in throw ReportableError(.broken, "not needed here") }
        )
        do {
            _ = try await ImportVerb.parse(arguments).run(in: session)
            return nil
        } catch let error as ReportableError {
            return error
        }
    }

    private func text(_ name: String) -> String? { try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

    private static let compose = "name: shop\nservices: {web: {image: nginx, env_file: web.env, ports: ['80:80']}}\n"

    @Test("writes beside the file that Compose itself would take, with what env_file names")
    func finds() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("services: {}", to: "docker-compose.yml")
        try write(Self.compose, to: "compose.yml")
        try write("COLOUR=blue\n", to: "web.env")
        #expect(try await run(folder) == nil)
        #expect(
            text("stack.yaml")?.contains("stack: shop") == true && text("stack.yaml")?.contains("COLOUR: blue") == true
        )
    }

    @Test("does not write over a stack.yaml unless it is told to")
    func keeps() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write(Self.compose, to: "compose.yaml")
        try write("mine", to: "stack.yaml")
        let refused = try await run("\(folder)/compose.yaml")
        #expect(refused?.code == .usage && refused?.message == "\(folder)/stack.yaml exists already")
        #expect(text("stack.yaml") == "mine")
        #expect(try await run(folder, "--force", "--name", "other") == nil)
        #expect(text("stack.yaml")?.contains("stack: other") == true)
        #expect(try await run(folder, "--output", "\(folder)/new/place") == nil)
        #expect(text("new/place/stack.yaml")?.contains("stack: shop") == true)
        #expect(try await run(folder, "--output", "\(folder)/new/own.yaml") == nil && text("new/own.yaml") != nil)
    }

    @Test("says what it did not read, and what a spec elsewhere cannot find")
    func remarks() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("services: {web: {build: ./web, environment: {API_TOKEN: geheim}}}\n", to: "compose.yaml")
        try write("", to: "compose.override.yaml")
        let source = try ComposeSource.find(folder)
        let spec = try ComposeImport.translate(try source.input(name: "shop"))
        let here = ImportText(spec: spec, source: source, target: "\(folder)/stack.yaml").findings
        #expect(
            here.contains("\(folder)/compose.override.yaml is not read") && !here.contains("put the spec beside it")
        )
        #expect(
            here.contains("API_TOKEN  a secret, which stands in \(folder)/compose.yaml:1:") && !here.contains("geheim")
        )
        #expect(
            ImportText(spec: spec, source: source, target: "stack.yaml").findings.contains("put the spec beside it")
        )
    }

    @Test(
        "the project that Compose is told about names the stack and its images, and says how a rendered set gets values"
    )
    func project() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("name: own\nservices: {web: {build: ., environment: {API_TOKEN: x}}}\n", to: "compose.yaml")
        try write("COMPOSE_PROJECT_NAME=told\n", to: ".env")
        #expect(try await run(folder) == nil)
        #expect(text("stack.yaml")?.contains("stack: told\n") == true)
        #expect(text("stack.yaml")?.contains("image: told-web\n") == true)
        let source = try ComposeSource.find(folder)
        let loud = try source.input(name: nil, variables: ["COMPOSE_PROJECT_NAME": "loud"])
        #expect(loud.project == "loud")
        let said = ImportText(spec: try ComposeImport.translate(loud), source: source, target: "stack.yaml").findings
        #expect(said.contains("(set -a; . ./.env; rendered/secrets.sh)"), "\(said)")
    }

    @Test("a value to set is named with its line in .env")
    func places() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("services: {web: {image: a, environment: {API_TOKEN: '${API_TOKEN}'}}}\n", to: "compose.yaml")
        try write("A=1\nAPI_TOKEN=geheim\n", to: ".env")
        let source = try ComposeSource.find(folder)
        let spec = try ComposeImport.translate(try source.input(name: "shop"))
        let said = ImportText(spec: spec, source: source, target: "\(folder)/stack.yaml").findings
        #expect(said.contains("API_TOKEN  a secret, which stands in \(folder)/.env:2:1"), "\(said)")
        #expect(!said.contains("geheim") && !spec.text.contains("geheim"))
    }

    @Test("what cannot be imported writes nothing")
    func refuses() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("services: {web: {}}\n", to: "compose.yaml")
        #expect(try await run(folder)?.code == .invalidSpec)
        #expect(text("stack.yaml") == nil)
        #expect(try await run("\(folder)/none.yaml")?.code == .invalidSpec)
        #expect(try await run(folder, "--name", "Not A Name")?.code == .usage)
        try FileManager.default.removeItem(atPath: "\(folder)/compose.yaml")
        #expect(try await run(folder)?.code == .usage)
    }
}
