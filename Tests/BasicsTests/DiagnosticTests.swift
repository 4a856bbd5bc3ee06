import Basics
import Testing

@Suite("Diagnostics point at the place")
struct DiagnosticTests {
    @Test("the caret stands under the column")
    func caret() {
        let diagnostic = Diagnostic(
            at: SourceLocation(file: "stack.yaml", line: 12, column: 5),
            "unknown key \"replica\"",
            suggestion: "did you mean \"replicas\"?",
            sourceLine: "    replica: 2"
        )
        #expect(
            diagnostic.rendered == """
                stack.yaml:12:5: error: unknown key "replica"
                 12 |     replica: 2
                    |     ^
                   help: did you mean "replicas"?
                """
        )
    }
}
