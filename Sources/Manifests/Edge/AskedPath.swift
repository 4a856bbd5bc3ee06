import Basics
import StackModel

/// The path of a request as its app may read it. Most programs take `//a`, `/%61`, `/x/../a`, `/a;b` and some `/A` for
/// `/a`, so what is kept from clients is compared with all of these, and not with what they wrote.
enum AskedPath {
    private static let variable = "var(txn.asked)"

    /// For a frontend that keeps anything from clients. A path that cannot be decoded is compared with nothing, so nobody
    /// gets it. One with steps, or with the end of a text in it, is one that two programs read as two; no client of good
    /// will sends either.
    static let rules = [
        "http-request set-var(txn.asked) 'path,url_dec,lower,regsub([;#][^/]*,,g),regsub([/\\\\x5c]+,/,g)'",
        "http-request deny deny_status 400 if { path -m found } !{ \(variable) -m found }",
        "http-request deny deny_status 404 if { \(variable) -m sub /./ /../ %00 } || { \(variable) -m end /. /.. }",
    ]

    /// The tests of HAProxy for a path and for what is below it. Throws `invalidSpec` for one that cannot be written down.
    static func tests(of path: String, naming what: String) throws(ReportableError) -> [String] {
        let word = try HAProxyText.word(plain(path), naming: what)
        return ["\(variable) -m str -- \(word)", "\(variable) -m beg -- \(word)/"]
    }

    /// What HAProxy makes of a path by the first of the rules.
    static func plain(_ path: String) -> String {
        let small = decoded(path).utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
        return String(decoding: small, as: UTF8.self)
            .replacing(#/[;#][^/]*/#.matchingSemantics(.unicodeScalar), with: "")
            .replacing(#/[/\\]+/#.matchingSemantics(.unicodeScalar), with: "/")
    }

    /// Control characters stay as they are written, as HAProxy leaves them; so does what is no text.
    private static func decoded(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(digits, radix: 16), value >= 0x20, value != 0x7F
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? path
    }
}
