import StackModel
import Testing

@Suite("Bounds on replicas")
struct ReplicaBoundTests {
    @Test("a surge is rounded up and an absence down")
    func rounding() {
        let quarter = ReplicaBound("25%")
        #expect(quarter?.roundedUp(of: 3) == 1)
        #expect(quarter?.roundedDown(of: 3) == 0)
        #expect(quarter?.roundedUp(of: 8) == 2)
        #expect(ReplicaBound("2")?.roundedUp(of: 1) == 2)
    }

    @Test("neither negative nor beyond all", arguments: ["-1", "101%", "x", "1.5", "+1", ""])
    func refused(text: String) {
        #expect(ReplicaBound(text) == nil)
    }
}
