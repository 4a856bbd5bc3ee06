import Basics
import Interfaces

/// Archives that nobody should open, each with what the refusal must say: the entry and why.
enum HostileArchives {
    struct Sample: Sendable, CustomStringConvertible {
        let description: String
        let bytes: [UInt8]
        let entry: String
        let reason: String
    }

    static let limits = (entries: 50, bytes: 100_000)

    static let all = names + links + kinds + records + headers + ends + bombs

    private static let names = [
        sample("absolute name", "/etc/evil", "absolute") { $0.add("/etc/evil") },
        sample("absolute folder", "/tmp", "absolute") { $0.add("/tmp/", type: "5") },
        sample("absolute with an accent", "/\u{301}etc", "absolute") { $0.add("/\u{301}etc") },
        sample("climbs with an accent", "../\u{301}evil", "'..'") { $0.add("../\u{301}evil") },
        sample("climbs behind an accent", "a/\u{301}/../../evil", "'..'") { $0.add("a/\u{301}/../../evil") },
        sample("only a slash", "/", "absolute") { $0.add("/", type: "5") },
        sample("climbs at once", "../evil", "'..'") { $0.add("../evil") },
        sample("climbs later", "a/../../evil", "'..'") { $0.add("a/../../evil") },
        sample("climbs and stays", "a/../b", "'..'") { $0.add("a/../b") },
        sample("climbs at the end", "a/..", "'..'") { $0.add("a/..", type: "5") },
        sample("climbs behind a dot", "./../evil", "'..'") { $0.add("./../evil") },
        sample("is two dots", "..", "'..'") { $0.add("..", type: "5") },
        sample("two slashes", "a//b", "empty word") { $0.add("a//b") },
        sample("a dot within", "a/./b", "empty word") { $0.add("a/./b") },
        sample("no name", "number 1", "empty word") { $0.add("") },
        sample("a file called dot", ".", "whole archive") { $0.add(".") },
        sample("a file named as a folder", "a/", "name of a folder") { $0.add("a/") },
        sample("bytes behind the name", "good", "behind the end of its name") { maker in
            maker.add("good", change: { $0[50] = 65 })
        },
        sample("bytes behind the prefix", "good", "behind the end of its name") { maker in
            maker.add("good", prefix: "a", change: { $0[400] = 65 })
        },
        sample("not UTF-8", "good", "not UTF-8") { $0.add("good", change: { $0[4] = 0xFF }) },
        sample("overlong UTF-8 of a slash", "good", "not UTF-8") {
            $0.add("good", change: { ($0[4], $0[5]) = (0xC0, 0xAF) })
        },
        sample("a word too long", "aaa", "word of more than 255") { maker in
            maker.addRecords([("path", String(repeating: "a", count: 300))])
            maker.add("short")
        },
        sample("a name too long", "a/a", "name of more than 4095") { maker in
            maker.addRecords([("path", String(repeating: "a/", count: 3000) + "b")])
            maker.add("short")
        },
        sample("folders that only a name tells of", "a/a", "more than the 50 names") { maker in
            maker.addRecords([("path", String(repeating: "a/", count: 60) + "b")])
            maker.add("short")
        },
        sample("climbs by the prefix", "../../evil", "'..'") { $0.add("evil", prefix: "../..") },
        sample("absolute by the prefix", "/etc/evil", "absolute") { $0.add("evil", prefix: "/etc") },
        sample("comes twice", "a", "twice") {
            $0.add("a"); $0.add("a")
        },
        sample("comes twice in two ways", "a", "twice") {
            $0.add("a"); $0.add("./a")
        },
        sample("a folder twice", "a", "twice") {
            $0.add("a/", type: "5"); $0.add("a/", type: "5")
        },
        sample("a folder where a file is", "a", "twice") {
            $0.add("a"); $0.add("a/", type: "5")
        },
        sample("a file where a folder is", "a", "twice") {
            $0.add("a/b"); $0.add("a")
        },
        sample("within a file", "a/b", "no folder") {
            $0.add("a"); $0.add("a/b")
        },
    ]

    private static let links = [
        sample("absolute link", "l", "absolute '/etc'") { $0.add("l", type: "2", link: "/etc") },
        sample("absolute link with an accent", "l", "absolute") { $0.add("l", type: "2", link: "/\u{301}etc") },
        sample("link that climbs with an accent", "l", "outside") { $0.add("l", type: "2", link: "../\u{301}") },
        sample("file through a link with an accent", "l/\u{301}evil", "no folder") { maker in
            maker.add("l", type: "2", link: "d")
            maker.add("l/\u{301}evil")
        },
        sample("link to the parent", "l", "leads outside") { $0.add("l", type: "2", link: "..") },
        sample("link beyond its depth", "a/b/l", "leads outside") { $0.add("a/b/l", type: "2", link: "../../../x") },
        sample("link that goes down and up", "l", "turns back") { $0.add("l", type: "2", link: "a/../../x") },
        sample("link by way of another link", "m", "turns back") { maker in
            maker.add("d/e/", type: "5")
            maker.add("d/e/up", type: "2", link: "../..")
            maker.add("m", type: "2", link: "d/e/up/../canary")
        },
        sample("link with dots between", "l", "leads outside") { $0.add("l", type: "2", link: "./.././x") },
        sample("link to nothing", "l", "nothing that can be named") { $0.add("l", type: "2") },
        sample("file through a link", "l/evil", "no folder") {
            $0.add("l", type: "2", link: "d"); $0.add("l/evil")
        },
        sample("folder through a link", "l/evil", "no folder") { maker in
            maker.add("d/", type: "5")
            maker.add("l", type: "2", link: "d")
            maker.add("l/evil/", type: "5")
        },
        sample("file in place of a link", "l", "twice") {
            $0.add("l", type: "2", link: "x"); $0.add("l")
        },
        sample("folder in place of a link", "l", "twice") {
            $0.add("l", type: "2", link: "x"); $0.add("l", type: "5")
        },
        sample("link in place of a folder", "d", "twice") {
            $0.add("d/", type: "5"); $0.add("d", type: "2", link: "x")
        },
        sample("link in place of the top", ".", "whole archive") { $0.add(".", type: "2", link: "x") },
        sample("another name of what is outside", "h", "'..'") { $0.add("h", type: "1", link: "../canary/file") },
        sample("another name of an absolute one", "h", "absolute") { $0.add("h", type: "1", link: "/etc/passwd") },
        sample("another name of nothing", "h", "no file of this archive") { $0.add("h", type: "1", link: "gone") },
        sample("another name of a folder", "h", "no file of this archive") {
            $0.add("d/", type: "5"); $0.add("h", type: "1", link: "d")
        },
        sample("another name of a link", "h", "no file of this archive") { maker in
            maker.add("l", type: "2", link: "x")
            maker.add("h", type: "1", link: "l")
        },
        sample("another name through a link", "h", "no file of this archive") { maker in
            maker.add("d/f")
            maker.add("l", type: "2", link: "d")
            maker.add("h", type: "1", link: "l/f")
        },
        sample("another name of itself", "h", "no file of this archive") { $0.add("h", type: "1", link: "h") },
        sample("another name with content", "h", "has content") { maker in
            maker.add("f")
            maker.add("h", type: "1", link: "f", content: [1])
        },
        sample("long link that climbs", "l", "leads outside") { maker in
            maker.addLongName("../" + String(repeating: "x/", count: 100), type: "K")
            maker.add("l", type: "2", link: "safe", magic: "ustar  \u{0}")
        },
    ]

    private static let kinds = [
        sample("character device", "dev", "device") { $0.add("dev", type: "3") },
        sample("block device", "dev", "device") { $0.add("dev", type: "4") },
        sample("pipe", "pipe", "pipe") { $0.add("pipe", type: "6") },
        sample("contiguous file", "c", "unknown kind") { $0.add("c", type: "7") },
        sample("GNU file with holes", "s", "holes") { $0.add("s", type: "S", magic: "ustar  \u{0}") },
        sample("GNU dump folder", "s", "unknown kind") { $0.add("s", type: "D", magic: "ustar  \u{0}") },
        sample("GNU volume name", "s", "unknown kind") { $0.add("s", type: "V", magic: "ustar  \u{0}") },
        sample("GNU next part", "s", "unknown kind") { $0.add("s", type: "M", magic: "ustar  \u{0}") },
        sample("Sun's records", "s", "unknown kind") { $0.add("s", type: "X") },
        sample("folder with content", "d", "has content") { $0.add("d/", type: "5", content: [1]) },
        sample("link with content", "l", "has content") { $0.add("l", type: "2", link: "x", content: [1]) },
        sample("POSIX file with holes", "s", "holes") { maker in
            maker.addRecords([
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "99999999999"),
            ])
            maker.add("s")
        },
        sample("old POSIX file with holes", "s", "holes") {
            $0.addRecords([("GNU.sparse.map", "0,1")]); $0.add("s")
        },
    ]

    private static let records = [
        sample("records that climb", "../evil", "'..'") {
            $0.addRecords([("path", "../evil")]); $0.add("good")
        },
        sample("records that are absolute", "/evil", "absolute") {
            $0.addRecords([("path", "/evil")]); $0.add("good")
        },
        sample("a NUL in a name", "good", "NUL") {
            $0.addRecords([("path", "good\u{0}/../evil")]); $0.add("good")
        },
        sample("a NUL in a link", "l", "nothing that can be named") { maker in
            maker.addRecords([("linkpath", "a\u{0}/../..")])
            maker.add("l", type: "2", link: "a")
        },
        sample("a link by records", "l", "absolute") {
            $0.addRecords([("linkpath", "/etc")]); $0.add("l", type: "2", link: "a")
        },
        sample("the same record twice", "PaxHeader", "'path' twice") {
            $0.addRecords([("path", "a"), ("path", "b")]); $0.add("good")
        },
        sample("two sets of records", "PaxHeader", "named twice") { maker in
            maker.addRecords([("path", "a")])
            maker.addRecords([("path", "b")])
            maker.add("good")
        },
        sample("two kinds of long names", "LongLink", "named twice") { maker in
            maker.addRecords([("path", "a")])
            maker.addLongName("b")
            maker.add("good")
        },
        sample("a long name that climbs", "../evil", "'..'") {
            $0.addLongName("../evil"); $0.add("good", magic: "ustar  \u{0}")
        },
        sample("a long name with a NUL", "LongLink", "without an end") { maker in
            maker.add("././@LongLink", type: "L", content: Array("a\u{0}b\u{0}".utf8), magic: "ustar  \u{0}")
            maker.add("good")
        },
        sample("a long name without an end", "LongLink", "without an end") { maker in
            maker.add("././@LongLink", type: "L", content: Array("abc".utf8), magic: "ustar  \u{0}")
            maker.add("good")
        },
        sample("records for all that follows", "PaxHeader", "for all that follows") { maker in
            maker.addRecords([("path", "a")], forAll: true)
            maker.add("good")
        },
        sample("a size for all that follows", "PaxHeader", "for all that follows") { maker in
            maker.addRecords([("size", "0")], forAll: true)
            maker.add("good")
        },
        sample("a size of records beyond the stream", "good", "cut short") { maker in
            maker.addRecords([("size", "5000")])
            maker.add("good", content: [1, 2, 3])
        },
        sample("a size of records below the content", "is no header", "checksum") { maker in
            maker.addRecords([("size", "0")])
            maker.add("good", content: Array("is no header".utf8))
        },
        sample("a size that is none", "PaxHeader", "no number") {
            $0.addRecords([("size", "-1")]); $0.add("good")
        },
        sample("a size beyond all numbers", "PaxHeader", "no number") { maker in
            maker.addRecords([("size", "99999999999999999999999")])
            maker.add("good")
        },
        sample("an owner beyond all numbers", "good", "owner") {
            $0.addRecords([("uid", "4294967296")]); $0.add("good")
        },
        sample("a record that is too long", "PaxHeader", "wrong length") {
            $0.addRecords(raw: "99 path=a\n"); $0.add("good")
        },
        sample("a record of no length", "PaxHeader", "wrong length") {
            $0.addRecords(raw: "0 path=a\n"); $0.add("good")
        },
        sample("a record without a length", "PaxHeader", "wrong length") {
            $0.addRecords(raw: "path=a\n"); $0.add("good")
        },
        sample("a record without a line feed", "PaxHeader", "none") {
            $0.addRecords(raw: "9 path=ab"); $0.add("good")
        },
        sample("a record without a value", "PaxHeader", "none") {
            $0.addRecords(raw: "7 path\n"); $0.add("good")
        },
        sample("records behind which nothing comes", "PaxHeader", "no header") { $0.addRecords([("path", "a")]) },
    ]

    private static let headers = [
        sample("wrong checksum", "good", "checksum") { $0.add("good", afterSum: { $0[0] = 71 }) }.named("Good"),
        sample("no checksum", "good", "checksum") { maker in
            maker.add("good", afterSum: { for place in 148..<156 { $0[place] = 0 } })
        },
        sample("before POSIX", "good", "neither") { $0.add("good", magic: "") },
        sample("another magic", "good", "neither") { $0.add("good", magic: "ustar 00") },
        sample("a size in letters", "good", "size") { $0.add("good", size: .text("abcdefghijk")) },
        sample("a size behind a sign", "good", "size") { $0.add("good", size: .text("-0000000001")) },
        sample("a size below zero", "good", "size") { $0.add("good", size: .raw([UInt8](repeating: 0xFF, count: 12))) },
        sample("a size beyond all numbers in binary", "good", "size") { maker in
            maker.add("good", size: .raw([0x80, 0, 1] + [UInt8](repeating: 0, count: 9)))
        },
        sample("the largest size", "good", "bytes that are taken") { maker in
            maker.add("good", size: .raw([0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7)))
        },
        sample("a size just beyond an Int", "good", "size") { maker in
            maker.add("good", size: .raw([0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7)))
        },
        sample("a mode that is none", "good", "mode") { $0.add("good", mode: .text("rwxr-xr")) },
        sample("an owner below zero", "good", "owner") { maker in
            maker.add("good", change: { for place in 108..<116 { $0[place] = 0xFF } })
        },
    ]

    private static let ends = [
        Sample(description: "nothing at all", bytes: [], entry: "number 0", reason: "cut short"),
        Sample(
            description: "no tar",
            bytes: Array(String(repeating: "text", count: 200).utf8),
            entry: "text",
            reason: "checksum"
        ),
        cut("half a header", to: 300, "number 0", "cut short"),
        cut("no content", to: 512, "good", "cut short"),
        cut("half a content", to: 600, "good", "cut short"),
        cut("no filling", to: 512 + 700, "good", "cut short"),
        cut("no end", to: 512 + 1024, "good", "cut short"),
        cut("half an end", to: 512 + 1024 + 512, "entry", "half an end"),
        sample("something behind the end", "entry", "something follows") {
            $0.add("good"); $0.end(); $0.add("../evil")
        },
        sample("zeros without end", "entry", "something follows") { maker in
            for _ in 0..<1100 { maker.end() }
        },
        sample("an extension that is cut", "LongLink", "cut short") { maker in
            maker.add("././@LongLink", type: "L", size: .octal(60_000), magic: "ustar  \u{0}")
        },
    ]

    private static let bombs = [
        sample("too many entries", "f50", "one more than the 50") { maker in
            for number in 0...50 { maker.add("f\(number)") }
        },
        sample("too many records", "PaxHeader", "more than 8 headers") { maker in
            for _ in 0...50 { maker.addRecords([("comment", "x")], forAll: true) }
        },
        sample("too many bytes in one", "big", "100000 bytes") { $0.add("big", size: .octal(100_001)) },
        sample("too many bytes together", "f2", "100000 bytes") { maker in
            for number in 0...2 { maker.add("f\(number)", content: [UInt8](repeating: 0, count: 40_000)) }
        },
        sample("a header of a gigabyte", "LongLink", "header of 1073741824 bytes") { maker in
            maker.add("././@LongLink", type: "L", size: .octal(1 << 30), magic: "ustar  \u{0}")
        },
        sample("records of 70 kB", "PaxHeader", "header of") {
            $0.addRecords([("comment", String(repeating: "x", count: 70_000))])
        },
    ]

    private static func sample(
        _ description: String,
        _ entry: String,
        _ reason: String,
        _ fill: (inout TarMaker) -> Void
    ) -> Sample {
        var maker = TarMaker()
        fill(&maker)
        maker.end()
        return Sample(description: description, bytes: maker.bytes, entry: entry, reason: reason)
    }

    private static func cut(_ description: String, to length: Int, _ entry: String, _ reason: String) -> Sample {
        var maker = TarMaker()
        maker.add("good", content: [UInt8](repeating: 9, count: 700))
        maker.end()
        let bytes = Array(maker.bytes.prefix(length))
        return Sample(description: description, bytes: bytes, entry: entry, reason: reason)
    }
}

extension HostileArchives.Sample {
    fileprivate func named(_ entry: String) -> Self {
        Self(description: description, bytes: bytes, entry: entry, reason: reason)
    }
}
