import Basics
import Testing

@testable import CommandLineTool

@Suite("The address of the controller's figures")
struct ListenAddressTests {
    @Test("is a host and a port, with an IPv6 address in brackets")
    func good() throws {
        for (text, host) in [("127.0.0.1:9466", "127.0.0.1"), ("[::1]:9466", "::1"), ("localhost:9466", "localhost")] {
            let address = try ListenAddress(text)
            #expect(address.host == host && address.port == 9466)
        }
    }

    @Test(
        "is nothing else",
        arguments: ["", "9466", ":9466", "a:", "a:0", "a:65536", "::1:9466", "[]:1", "[a]:1", "[::1]"]
    )
    func bad(text: String) {
        let error = #expect(throws: ReportableError.self) { try ListenAddress(text) }
        #expect(error?.code == .usage)
    }
}
