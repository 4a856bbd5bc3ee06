import Basics
import Testing

@testable import StackSpec

@Suite(".env files")
struct DotEnvTests {
    @Test("Plain, quoted, exported and commented lines are read")
    func values() {
        let text = """
            # comment
            PLAIN=one two
              SPACED = padded\u{20}\u{20}
            export EXPORTED=yes
            EMPTY=
            SINGLE='as $IS \\n'
            DOUBLE="a\\nb \\"c\\" \\$d \\\\ \\q" # comment
            HASH=a#b # comment
            URL=postgres://u:p@h/db?x=1

            """
        let (variables, diagnostics) = DotEnv.parse(text, file: ".env")
        #expect(diagnostics.map(\.rendered) == [])
        #expect(
            variables == [
                "PLAIN": "one two", "SPACED": "padded", "EXPORTED": "yes", "EMPTY": "", "SINGLE": "as $IS \\n",
                "DOUBLE": "a\nb \"c\" $d \\ \\q", "HASH": "a#b", "URL": "postgres://u:p@h/db?x=1",
            ]
        )
    }

    @Test("A NUL is in no value, since no program can be given one")
    func nul() {
        let (variables, diagnostics) = DotEnv.parse("A=1\nB=hunter2\0x\n", file: ".env")
        #expect(variables == ["A": "1"])
        #expect(diagnostics.map(\.message) == ["the value of B holds a NUL"])
    }

    @Test("A line that cannot be read is an error with its place, and the others are still read")
    func mistakes() {
        let (variables, diagnostics) = DotEnv.parse("A=1\nnonsense\n2B=2\nC=\"open\nD='x' y\nA=2\n", file: ".env")
        #expect(variables == ["A": "2"])
        #expect(
            diagnostics.map { "\($0.location) \($0.severity)" } == [
                ".env:2:1 error", ".env:3:1 error", ".env:4:1 error", ".env:5:1 error", ".env:6:1 warning",
            ]
        )
    }

    @Test("Single quotes are remembered, and names may have inner dots and dashes")
    func literals() {
        let found = DotEnv.read("A='$x'\nB=\"$x\"\nC='a'\nC=b\nspring.data-source.url=x\n.a=1\n", file: ".env")
        #expect(found.literals == ["A"] && found.variables["spring.data-source.url"] == "x")
        #expect(found.diagnostics.map(\.location.line) == [4, 6])
    }

    @Test("No diagnostic tells a value or quotes its line")
    func secrecy() {
        let diagnostics = DotEnv.parse("hunter2\nKEY=\"hunter2\nA=1\nA=hunter2\n", file: ".env").diagnostics
        #expect(diagnostics.count == 3)
        #expect(!diagnostics.map(\.rendered).joined().contains("hunter2"))
    }
}
