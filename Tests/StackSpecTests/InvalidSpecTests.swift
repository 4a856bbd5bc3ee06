import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Invalid specs")
struct InvalidSpecTests {
    static let cases = (try? Repository.folders("stacks/invalid")) ?? []

    /// What `${NAME}` means in every case.
    static let variables = ["REGISTRY": "registry.example.com", "EMPTY": ""]

    @Test("Every invalid spec is refused with exactly the expected words", arguments: cases)
    func expectedDiagnostics(name: String) throws {
        let text = SpecText(file: "stack.yaml", bytes: try Repository.bytes("stacks/invalid/\(name)/stack.yaml"))
        let loaded = SpecLoader.load(text, environment: nil, variables: Self.variables)
        #expect(loaded.stack == nil)
        #expect(loaded.diagnostics.contains { $0.severity == .error })
        #expect(loaded.diagnostics.map(\.location) == loaded.diagnostics.map(\.location).sorted())
        let rendered = loaded.diagnostics.map(\.rendered).joined(separator: "\n\n") + "\n"
        try Repository.expectGolden(rendered, at: "stacks/invalid/\(name)/expected.txt")
    }

    @Test("There are at least sixty invalid specs")
    func enough() {
        #expect(Self.cases.count >= 60)
    }
}
