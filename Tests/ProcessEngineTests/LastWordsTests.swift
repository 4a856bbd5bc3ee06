import Testing

@testable import ProcessEngine

@Suite struct LastWordsTests {
    @Test("the last line that speaks of an error is chosen, else the last line, shortened")
    func choice() {
        #expect(LastWords([]).clause == "")
        #expect(LastWords(["", "  "]).line == nil)
        #expect(LastWords(["reading", "PAYMENT_KEY is not set", ""]).line == "PAYMENT_KEY is not set")
        #expect(LastWords(["ERROR: address in use", "stopped"]).clause == ", saying: ERROR: address in use")
        #expect(LastWords(["ValueError: first", "KeyError: last"]).line == "KeyError: last")
        #expect(LastWords([String(repeating: "a", count: 300)]).line?.count == 161)
    }
}
