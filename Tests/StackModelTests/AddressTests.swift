import StackModel
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test("an address is written as it stands in a URL", arguments: [("10.0.0.1", "10.0.0.1:80"), ("::1", "[::1]:80")])
    func text(host: String, text: String) {
        #expect(Address(host: host, port: 80).description == text)
    }
}
