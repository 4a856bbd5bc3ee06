import Basics
import Testing

@Suite("Digests name content")
struct DigestTests {
    @Test("the digest of a text is its SHA-256")
    func knownVector() {
        // FIPS 180-2, appendix B.1
        #expect(Digest(of: "abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("a digest fed in pieces is the digest of the whole")
    func running() {
        var running = RunningDigest()
        running.update("a".utf8)
        running.update("bc".utf8)
        #expect(running.finish() == Digest(of: "abc"))
    }

    @Test("equal values have equal digests whatever the order of their keys")
    func canonical() {
        #expect(Digest(ofCanonical: ["a": 1, "b": 2]) == Digest(ofCanonical: ["b": 2, "a": 1]))
        #expect(Digest(ofCanonical: ["a": 1]) != Digest(ofCanonical: ["a": 2]))
    }

    @Test("only 64 lower-case hexadecimal digits are a digest")
    func refused() {
        #expect(Digest(hex: String(repeating: "a", count: 63)) == nil)
        #expect(Digest(hex: String(repeating: "A", count: 64)) == nil)
        #expect(Digest(hex: String(repeating: "0", count: 64)) != nil)
    }
}
