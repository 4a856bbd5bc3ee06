import Basics
import Testing

@Suite("Units are read and written exactly")
struct UnitsTests {
    @Test(
        "a time span reads one unit",
        arguments: [
            ("500ms", 500), ("3s", 3000), ("2m", 120_000), ("24h", 86_400_000), ("30d", 2_592_000_000), ("0s", 0),
        ]
    )
    func timeSpan(text: String, milliseconds: Int) {
        #expect(TimeSpan(text)?.milliseconds == milliseconds)
    }

    @Test(
        "a time span refuses what has no unit, two units, a sign or too many digits",
        arguments: [
            "", "s", "5", "5 s", "-5s", "1h30m", "1.5s", "99999999999999999999s", "5S", "٣s", "9223372036854775807w",
        ]
    )
    func noTimeSpan(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test("a time span's text reads back as itself")
    func timeSpanRoundTrip() {
        for milliseconds in [0, 1, 999, 1000, 1500, 60000, 61000, 3_600_000, 90_000_000, 604_800_000] {
            let span = TimeSpan(milliseconds: milliseconds)
            #expect(TimeSpan(span.description) == span)
        }
    }

    @Test("a person reads tenths of seconds, then minutes")
    func spoken() {
        #expect(TimeSpan(milliseconds: 840).spoken == "0.8 s")
        #expect(TimeSpan(milliseconds: 99_949).spoken == "99.9 s")
        #expect(TimeSpan(milliseconds: 185_000).spoken == "3 min 05 s")
    }

    @Test("a byte count reads binary units and refuses decimal ones")
    func byteCount() {
        #expect(ByteCount("512MiB")?.bytes == 536_870_912)
        #expect(ByteCount("10GiB")?.description == "10GiB")
        #expect(ByteCount("1536KiB")?.description == "1536KiB")
        for text in ["512MB", "512", "MiB", "-1MiB", "1.5GiB", "99999999999999TiB"] {
            #expect(ByteCount(text) == nil, "\(text)")
        }
    }

    @Test("a percentage keeps three decimals")
    func percent() {
        #expect(Percent("99.95%")?.thousandths == 99950)
        #expect(Percent("70%")?.description == "70%")
        #expect(Percent("0.125%")?.description == "0.125%")
        for text in ["70", "%", "1.%", ".5%", "1.2345%", "-1%", "1,5%"] {
            #expect(Percent(text) == nil, "\(text)")
        }
    }
}
