import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Mutated specs")
struct MutatedSpecTests {
    /// SplitMix64: the same cases on every machine.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    private static let pieces = [
        " ", "\n", "\t", ":", ": ", "- ", "{", "}", "[", "]", "\"", "'", "*", "&a ", "*a", "!", "!!str ", "|", ">", "#",
        "%", "@", "`", ",", "?", "? ", "<<: ", "${", "}", "${port}", "${service:", "$$", "0", "-1",
        "99999999999999999999",
        "1e9", "null", "~", "yes", "---\n", "...\n", "\r", "\u{85}", "\u{2028}", "\u{FEFF}", "ü", "🚢", "\\", "\u{E000}",
        "x-", "0000", "9223372036854775807", "%", "100%", "9999999999999w", "\"\\u0000\"", "\"\\uD800\"", "\u{0}",
        "\u{7F}",
    ]

    private static func mutated(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
        case 3: bytes.replaceSubrange(place..<end, with: Array((pieces.randomElement(using: &random) ?? "").utf8))
        case 4: bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0..<bytes.count, using: &random))
        case 5: bytes.removeSubrange(place...)
        default: swapLines(&bytes, &random)
        }
        return bytes
    }

    private static func swapLines(_ bytes: inout [UInt8], _ random: inout Seeded) {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        lines.swapAt(Int.random(in: 0..<lines.count, using: &random), Int.random(in: 0..<lines.count, using: &random))
        bytes = Array(lines.joined(separator: [10]))
    }

    @Test("10,000 specs with one random change each never trap, and give a stack or an error inside the file")
    func mutations() async {
        var random = Seeded(state: 2026)
        let valid = Array(designSpec.utf8)
        let short = Array(spec("app: {command: [run], port: 80, env: {A: \"${service:app}\"}}").utf8)
        var (stacks, refusals) = (0, 0)
        for number in 0..<10_000 {
            // Tests that wait for programs share the two threads with this one.
            await Task.yield()
            let bytes = Self.mutated(number % 4 == 0 ? valid : short, &random)
            let environment: EnvironmentName? = number % 4 == 0 ? "local" : nil
            let loaded = SpecLoader.load(SpecText(file: "s", bytes: bytes), environment: environment, variables: [:])
            let errors = loaded.diagnostics.filter { $0.severity == .error }
            #expect((loaded.stack == nil) == !errors.isEmpty, "case \(number)")
            if loaded.stack == nil { refusals += 1 } else { stacks += 1 }
            let lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) {
                $0.isNewline
            }
            for location in loaded.diagnostics.map(\.location) {
                let isInside =
                    location.line >= 1 && location.line <= max(1, lines.count) && location.column >= 1
                    && location.column
                        <= (lines.indices.contains(location.line - 1) ? lines[location.line - 1].count : 0) + 1
                #expect(isInside, "case \(number): \(location)")
            }
        }
        print("mutated specs: \(stacks) loaded, \(refusals) refused")
        #expect(stacks > 500 && refusals > 5000)
    }
}
