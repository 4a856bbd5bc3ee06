import Foundation
import TestKit
import Testing
import Yams

@testable import Manifests

@Suite("Manifest values as text")
struct TreeTests {
    @Test("maps, lists and what is left out")
    func layout() {
        let value: ManifestValue = [
            "kind": "Deployment",
            "gone": nil,
            "spec": [
                "replicas": 2, "paused": false, "empty": [:], "none": [],
                "containers": [["name": "api", "args": ["--port", "8000"]], ["name": "other"]],
                "matrix": [[1, 2], [3]],
            ],
        ]
        #expect(
            YAMLWriter.document(value) == """
                kind: Deployment
                spec:
                  replicas: 2
                  paused: false
                  empty: {}
                  none: []
                  containers:
                  - name: api
                    args:
                    - --port
                    - "8000"
                  - name: other
                  matrix:
                  - - 1
                    - 2
                  - - 3

                """
        )
    }

    /// A byte order mark stands inside only: Yams, not YAML, loses one at the beginning of a text.
    static let hostile = [
        "", " ", "no", "Yes", "NULL", "~", "08", "0x1F", "1e3", "12:30:45", "-", "- a", "? a", ": a", "a: b", "a #b",
        "#",
        "!important", "&a", "*a", "%d", "@a", "`a`", "'", "\"", "\\", "a'b\"c\\d", "{{ .Values.x }}", "${HOME}", "$(X)",
        "[a]", "{a: b}", "a\nb", "a\n\nb\n", "\na", " a", "a ", "a\n b\n", " a\nb", "a \nb", "a\n\n", "\t", "a\tb",
        "tab\tat\nend\t",
        "\r\n", "\u{0}", "\u{7}", "\u{85}", "\u{2028}", "x\u{FEFF}y", "ü", "日本語", "👩‍👩‍👧", "<<", "=", "...", "---", "--- a",
        "key:", "://", "2026-11-21", "0b1", "+1", "-1", "--", "---a", "-y", "--yes", "10s", "1e", "0x", "512Mi",
        "1h30m", "-.inf", "-inf", "1.0.0", ".5", ".inf", String(repeating: "x", count: 2000),
        String(repeating: "word ", count: 500),
    ]

    @Test(
        "every text is the same text for a reader of YAML and of JSON, as a value, a key and an item",
        arguments: hostile
    )
    func survives(_ text: String) throws {
        try Self.check(text)
    }

    @Test("random texts come back from YAML and JSON as they were")
    func random() throws {
        var generator = SplitMix64(seed: 7)
        let pieces = Self.hostile.filter { $0.count < 20 } + ["a", "b", " ", "\n", ":", "-", "\"", "'"]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 1...5, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            try Self.check(text)
        }
    }

    /// A key is as long as YAML lets a key on one line be.
    private static func key(_ text: String) -> String { "key " + text.prefix(100) }

    private static func check(_ text: String) throws {
        let value: ManifestValue = .map([
            .init("value", .text(text)), .init("deep", ["list": [.text(text), ["in": .text(text)]]]),
            .init(key(text), 1),
        ])
        let loaded = try #require(
            try Yams.load(yaml: YAMLWriter.document(value)) as? [String: Any],
            "\(text.debugDescription)"
        )
        try expect(loaded, holds: text)
        let data = Data(JSONWriter.document(value).utf8)
        try expect(try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any]), holds: text)
    }

    private static func expect(_ loaded: [String: Any], holds text: String) throws {
        func same(_ found: Any?) -> Bool { (found as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false }
        let list = try #require((loaded["deep"] as? [String: Any])?["list"] as? [Any])
        #expect(same(loaded["value"]), "\(text.debugDescription) became \(String(describing: loaded["value"]))")
        #expect(same(list.first) && same((list.last as? [String: Any])?["in"]), "\(text.debugDescription)")
        #expect(loaded.keys.contains { Array($0.utf8) == Array(key(text).utf8) }, "\(text.debugDescription)")
    }
}
