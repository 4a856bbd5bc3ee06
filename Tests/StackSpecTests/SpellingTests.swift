import Testing

@testable import StackSpec

@Suite("Spelling")
struct SpellingTests {
    @Test(
        "The nearest word is found, and a stranger is not",
        arguments: [
            ("replcas", "replicas"), ("depends_on", "dependsOn"), ("DependsOn", "dependsOn"), ("pory", "port"),
            ("helth", "health"), ("prot", "port"), ("zzz", nil), ("", nil), ("xy", nil),
        ] as [(String, String?)]
    )
    func nearest(word: String, expected: String?) {
        #expect(
            Spelling.nearest(to: word, among: ["replicas", "dependsOn", "port", "health", "routes"]) == expected
        )
    }

    @Test("Distances count insertions, deletions, replacements and swaps")
    func distance() {
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("kitten", "sitting") == 3)
        #expect(Spelling.distance("ab", "ba") == 1)
        #expect(Spelling.distance("same", "same") == 0)
    }
}
