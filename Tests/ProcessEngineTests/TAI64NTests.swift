import StackModel
import Testing

@testable import ProcessEngine

@Suite struct TAI64NTests {
    @Test("a label is read as the milliseconds it stands for")
    func label() throws {
        let label = try #require(TAI64N(text: Array("@400000006b00f2330d21d442".utf8)))
        #expect(label.instant == Instant(milliseconds: 1_795_224_078_220))
        #expect(TAI64N(text: Array("@400000006b00f2330d21d44".utf8)) == nil)
        #expect(TAI64N(text: Array("@400000006b00f2330d21d44x".utf8)) == nil)
    }
}
