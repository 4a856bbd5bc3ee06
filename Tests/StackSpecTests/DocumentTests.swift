import Testing

@testable import StackSpec

@Suite("Documents made from the key tables")
struct DocumentTests {
    @Test("The JSON Schema in docs is current")
    func schema() throws {
        try Repository.expectGolden(SpecSchema.json(), at: "docs/reference/spec.schema.json")
    }

    @Test("The reference in docs is current")
    func reference() throws {
        try Repository.expectGolden(SpecReference.markdown(), at: "docs/reference/spec.md")
    }

    @Test("Every key has a meaning that is a sentence, and no table has a key twice")
    func meanings() {
        for table in KeyTables.all {
            #expect(Set(table.rules.map(\.name)).count == table.rules.count, "\(table.title)")
            #expect(table.meaning.hasSuffix("."), "\(table.title)")
            for rule in table.rules { #expect(rule.meaning.hasSuffix("."), "\(table.title).\(rule.name)") }
        }
    }
}
