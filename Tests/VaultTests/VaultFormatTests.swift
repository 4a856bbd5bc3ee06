import Basics
import Interfaces
import StackModel
import Testing

@testable import Vault

@Suite struct VaultFormatTests {
    @Test func `times and sets are written and read back`() throws {
        for text in [
            "1970-01-01T00:00:00.000Z", "2026-11-21T14:20:03.007Z", "2028-02-29T23:59:59.999Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            #expect(VaultTime(text)?.description == text)
        }
        #expect(VaultTime(Instant(milliseconds: 1_795_270_803_123)).description == "2026-11-21T14:20:03.123Z")
        #expect(VaultTime(Instant(milliseconds: -5)).description == "1970-01-01T00:00:00.000Z")
        let wrong = [
            "2026-02-30T00:00:00.000Z", "2026-11-21T14:20:03Z", "2026-11-21T14:20:03.12aZ", "2026-11-21T24:00:00.000Z",
            "2026-11-21 14:20:03.000Z",
        ]
        for text in wrong { #expect(VaultTime(text) == nil, "\(text)") }
        let set = "shop/local/redis-hourly/20261121T142003Z-000017"
        #expect(SetID(set)?.description == set)
        #expect(SetID("shop/local/x/20261121T142003Z-1000000")?.sequence == 1_000_000)
        for text in [
            "", "/", "shop/local/x", "\(set)/", "../local/x/20261121T142003Z-000017",
            "shop/local/x/20261121T142003Z-17", "shop/local/x/20261121T142003Z-000000",
            "shop/local/x/20261121T142003Z-+00017", "shop/local/x/20261321T142003Z-000017",
        ] {
            #expect(SetID(text) == nil, "\(text)")
        }
    }

    @Test func `sets are ordered by their numbers, also where a clock was set back`() throws {
        let earlier = try #require(SetID("shop/local/x/20261121T142003Z-000002"))
        let later = try #require(SetID("shop/local/x/20261120T142003Z-000010"))
        #expect(earlier < later)
    }

    /// The one form of a file of JSON: the order of keys and every escape are part of the format.
    @Test func `a manifest has these bytes`() throws {
        let body = [
            #"{"captured":"2026-11-21T14:20:04.000Z","committed":"2026-11-21T14:20:05.000Z","format":1"#,
            #""identity":{"B":"\u001f\b\f\n\r\t\"\\/","a10":"1","a2":"ä"},"lease":3"#,
            #""objects":[{"blob":"a.zst","codecs":["zstd"],"name":"a","plain":{"sha256":"\#(Digest(of: ""))","size":0}"#,
            #""stored":{"sha256":"\#(Digest(of: "x"))","size":1},"traits":{}}]"#,
            #""previous":{"manifest":"\#(Digest(of: "p"))","set":"shop/local/x/20261121T132003Z-000016"},"recipients":[]"#,
            #""set":"shop/local/x/20261121T142003Z-000017","started":"2026-11-21T14:20:03.000Z","subject":"redis""#,
            #""vault":"0123456789abcdef0123456789abcdef","versions":{"redis-server":"7.0.15"}}"#,
        ].joined(separator: ",")
        let text = #"{"body":\#(body),"sha256":"\#(Digest(of: body))"}"# + "\n"
        let set = try #require(SetID("shop/local/x/20261121T142003Z-000017"))
        let vault = try #require(VaultID("0123456789abcdef0123456789abcdef"))
        let slot = try ManifestSlot.decode(Array(text.utf8), of: set, in: vault)
        guard case .committed(let manifest) = slot else { throw VaultLab.Unsound(flaws: ["not committed"]) }
        #expect(String(decoding: VaultFile.encode(manifest), as: UTF8.self) == text)
        #expect(manifest.identity["B"] == "\u{1F}\u{8}\u{C}\n\r\t\"\\/")
    }

    @Test func `a manifest that no writer makes is refused though its digest fits`() throws {
        let set = try #require(SetID("shop/local/x/20261121T142003Z-000017"))
        let vault = try #require(VaultID("0123456789abcdef0123456789abcdef"))
        let good = Self.object("a", size: 1)
        let cases: [(String, String)] = [
            ("no object", Self.body([])),
            ("a name with a path", Self.body([Self.object("../../etc/passwd", size: 1)])),
            ("the manifest's name", Self.body([Self.object("MANIFEST.json", size: 1)])),
            ("a name twice", Self.body([good, Self.object("A", size: 1)])),
            ("a negative size", Self.body([Self.object("a", size: -1)])),
            ("an impossible size", Self.body([Self.object("a", size: Int.max)])),
            ("another blob", Self.body([good.replacing(#""blob":"a.zst""#, with: #""blob":"b.zst""#)])),
            ("codecs in another order", Self.body([good.replacing(#"["zstd"]"#, with: #"["age","zstd"]"#)])),
            ("a codec that is none", Self.body([good.replacing(#"["zstd"]"#, with: #"["gzip"]"#)])),
            ("a key more", Self.body([good]).replacing(#""format":1"#, with: #""extra":1,"format":1"#)),
            ("a key twice", Self.body([good]).replacing(#""format":1"#, with: #""format":1,"format":1"#)),
            ("white space", Self.body([good]).replacing(#""format":1"#, with: #""format": 1"#)),
            ("a successor of itself", Self.body([good], previous: "\(set)")),
            ("a successor of another series", Self.body([good], previous: "shop/local/y/20261121T132003Z-000016")),
            ("a format before the first", Self.body([good]).replacing(#""format":1"#, with: #""format":0"#)),
            ("deep nonsense", String(repeating: "[", count: 100_000)),
        ]
        for (what, body) in cases {
            let bytes = Array((#"{"body":\#(body),"sha256":"\#(Digest(of: body))"}"# + "\n").utf8)
            do throws(ReportableError) {
                _ = try ManifestSlot.decode(bytes, of: set, in: vault)
                Issue.record("\(what) was taken")
            } catch {
                #expect(error.code == .vaultDamaged, "\(what): \(error.message)")
                #expect(error.message.contains("MANIFEST.json"))
            }
        }
    }

    private static func object(_ name: String, size: Int) -> String {
        let sum = #"{"sha256":"\#(Digest(of: ""))","size":\#(size)}"#
        return
            #"{"blob":"\#(name).zst","codecs":["zstd"],"name":"\#(name)","plain":\#(sum),"stored":\#(sum),"traits":{}}"#
    }

    private static func body(_ objects: [String], previous: String? = nil) -> String {
        let link = previous.map { #""previous":{"manifest":"\#(Digest(of: "p"))","set":"\#($0)"},"# } ?? ""
        let time = "2026-11-21T14:20:04.000Z"
        return #"{"captured":"\#(time)","committed":"\#(time)","format":1,"identity":{},"lease":3,"objects":["#
            + objects.joined(separator: ",") + #"],"# + link
            + #""recipients":[],"set":"shop/local/x/20261121T142003Z-000017","started":"\#(time)","subject":"redis","#
            + #""vault":"0123456789abcdef0123456789abcdef","versions":{}}"#
    }
}
