import Testing
import Vault

@Suite struct ZstdVersionTests {
    @Test func `the library is zstd 1`() {
        #expect(ZstdVersion.text.hasPrefix("1."))
    }
}
