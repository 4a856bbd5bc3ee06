import Basics
import Foundation
import Manifests
import StackModel
import StackSpec
import Testing
import Yams

@testable import ComposeImport

/// From a Compose file to a spec and back to a Compose file: what is there before is there after, but for what is named
/// here, one by one.
@Suite("A round trip")
struct RoundTripTests {
    /// What differs, by sample. Whatever else differs is a mistake.
    static let exceptions: [String: Set<String>] = [:]

    @Test("keeps services, images, environment, volumes, ports and health checks", arguments: Sample.all)
    func keeps(_ sample: Sample) throws {
        let before = try ComposeTree(text: sample.text(sample.file), environmentFiles: sample)
        let stack = try #require(sample.loaded(try sample.imported()).stack)
        let files = try StackManifests.files(of: stack, for: .compose)
        let rendered = try #require(files.first { $0.path == "compose.yaml" }).content
        let after = try ComposeTree(text: rendered)
        let differences = ComposeDifference(before: before, after: after, project: stack.name.text).list
        let expected = Self.exceptions[sample.folder] ?? []
        #expect(
            differences.subtracting(expected).isEmpty,
            "lost: \(differences.subtracting(expected).sorted().joined(separator: "\n"))"
        )
        #expect(
            expected.subtracting(differences).isEmpty,
            "kept after all: \(expected.subtracting(differences).sorted())"
        )
    }
}
