import Basics
import StackModel
import StackSpec
import Testing

@testable import ComposeImport

@Suite("Compose files of real shape")
struct SampleTests {
    @Test("become the spec that is expected, and list the rest", arguments: Sample.all)
    func golden(_ sample: Sample) throws {
        let spec = try sample.imported()
        try sample.expectGolden(spec.text, "stack.yaml")
        try sample.expectGolden(spec.said, "said.txt")
    }

    @Test("become a spec that is valid, without a warning of a credential in clear", arguments: Sample.all)
    func valid(_ sample: Sample) throws {
        let spec = try sample.imported()
        let loaded = sample.loaded(spec)
        #expect(loaded.stack != nil, "\(loaded.diagnostics.map(\.rendered).joined(separator: "\n"))\n\(spec.text)")
        #expect(loaded.diagnostics.allSatisfy { !$0.message.contains("credential") })
        #expect(spec.services == loaded.stack?.services.filter { !$0.isCompanion }.count)
    }

    @Test("a hundred imports are one", arguments: Sample.all)
    func deterministic(_ sample: Sample) throws {
        let first = try sample.imported()
        for _ in 0..<100 {
            let again = try sample.imported()
            #expect(again.text == first.text && again.said == first.said)
        }
    }

    /// Every password that stands in one of the samples.
    static let passwords = [
        "not-for-production-9f8e7d", "somewordpress", "wordpress-pw", "hunter2-cache", "s3cr3t-mail", "change-me",
        "guest-pw", "example-pw", "legacy-root-pw", "legacy-pw", ":hello_django@", "postgres:postgres",
    ]

    @Test("no password of theirs is in the spec or in what is said", arguments: Sample.all)
    func secret(_ sample: Sample) throws {
        let spec = try sample.imported()
        for password in Self.passwords {
            #expect(!spec.text.contains(password) && !spec.said.contains(password), "\(password)")
        }
    }
}
