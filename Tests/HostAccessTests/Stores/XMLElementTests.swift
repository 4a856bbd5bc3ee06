import Testing

@testable import HostAccess

@Suite("The little of XML that stores answer with")
struct XMLElementTests {
    private func read(_ text: String) -> XMLElement? { XMLElement(Array(text.utf8)) }

    @Test("elements, text, entities, and what is passed over")
    func reads() throws {
        let text = """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- <a> -->
            <s3:List xmlns="http://x/"><Name>b&amp;c &lt;&#65;&#x42;&gt;</Name><Empty/><Size a="1" />
              <Item><Key><![CDATA[<a>&amp;]]></Key></Item>
              <Item><Key>two</Key></Item></s3:List>

            """
        let list = try #require(read(text))
        #expect(list.name == "List" && list["Name"] == "b&c <AB>" && list["Empty"] == "" && list["Size"] == "")
        #expect(list.all("Item").map { $0["Key"] } == ["<a>&amp;", "two"])
        #expect(list["Missing"] == nil)
        #expect(read("\n\n <Error><Code>X</Code></Error>")?["Code"] == "X")
    }

    @Test("what is broken or hostile is nothing")
    func refuses() {
        let deep = String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17)
        let wide = "<a>" + String(repeating: "<b/>", count: 20_001) + "</a>"
        let bombs = ["<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!DOCTYPE html><html></html>"]
        let broken = [
            "", "   ", "text", "<", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a>&b;</a>", "<a>&</a>", "<a>&amp</a>",
            "<a>&#xD800;</a>", "<a>&#99999999999;</a>", "<><a/></>", "<a><![CDATA[x</a>", "<!-- <a/>", "<?xml <a/>",
            "x<a/>", "<a/>x",
        ]
        for text in bombs + broken + [deep, wide] { #expect(read(text) == nil, "\(text.prefix(40))") }
        #expect(XMLElement([0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E]) == nil)
    }

    @Test("no text of a few bytes makes it fall, or take long")
    func survives() {
        let alphabet = Array("<>/!?-[]CDATA&;#xa \u{0}".utf8)
        for seed in UInt64(1)...3000 {
            let bytes = StoreBench.bytes(30, seed: seed).map { alphabet[Int($0) % alphabet.count] }
            _ = XMLElement(Array("<a>".utf8) + bytes + Array("</a>".utf8))
        }
    }
}
