import Basics
import Testing

@Suite("What is redacted stays unseen")
struct RedactedTests {
    private struct Holder {
        let password: Redacted<String>
    }

    @Test("no way of printing shows the value")
    func unseen() {
        let holder = Holder(password: Redacted("canary"))
        var dumped = ""
        dump(holder, to: &dumped)
        for text in ["\(holder)", String(reflecting: holder), "\(holder.password)", dumped] {
            #expect(!text.contains("canary"), "\(text)")
        }
        #expect(holder.password.reveal() == "canary")
    }
}
