import Basics
import StackModel
import StackSpec
import Testing

@testable import ComposeImport

@Suite("Texts of a Compose file")
struct TextTests {
    @Test(
        "are cut into words as Compose does",
        arguments: [
            ("a b  c", ["a", "b", "c"]), ("sh -c 'a b'", ["sh", "-c", "a b"]), ("a\"b c\"d", ["ab cd"]), ("''", [""]),
            (#"a\ b "c\"d" 'e\f'"#, ["a b", "c\"d", #"e\f"#]), ("a \\\n b", ["a", "b"]), ("'a", nil), ("", []),
        ] as [(String, [String]?)]
    )
    func words(_ text: String, _ words: [String]?) {
        #expect(ShellWords.split(text) == words)
    }

    @Test(
        "of a shell are cut at its signs; a comment opens no quotes",
        arguments: [
            ("a 'b c'&& d|e", ["a", "'b c'", "d", "e"]), ("# don't\na 'b c'", ["#", "don't", "a", "'b c'"]),
            ("a#b ${#c} 'd e'", ["a#b", "${#c}", "'d e'"]), ("'a # b' c", ["'a # b'", "c"]),
        ]
    )
    func shellWords(_ text: String, _ words: [String]) {
        #expect(ShellText.words(of: text).map { String(text[$0]) } == words)
    }

    @Test("variables of a shell stand in quotes of their own behind a comment too")
    func filled() {
        #expect(ShellText.filled("# don't\nx '@' @") { $0 == "@" ? "V" : nil } == "# don't\nx ''\"$V\"'' \"$V\"")
    }

    @Test(
        "a value that is known is a password behind an option, and not as a part of another word",
        arguments: [
            ("-phunter2", "-p*"), ("-p'hunter2'", "-p'*'"), ("-p\"hunter2\"", "-p\"*\""),
            ("me:hunter2@tcp(db)", "me:*@tcp(db)"), ("hunter2:hunter2", "hunter2:hunter2"),
            ("--db=hunter2", "--db=hunter2"),
            ("-phunter2x", "-phunter2x"), ("A_PASSWORD=hunter2", "A_PASSWORD=*"),
            ("x -a hunter2; hunter2", "x -a *; hunter2"), ("hunter2", "hunter2"),
        ]
    )
    func places(_ word: String, _ shown: String) {
        let places = SecretBook.places(of: "hunter2", in: word)
        let result = places.reversed().reduce(word) { text, range in
            String(text[..<range.lowerBound]) + "*" + text[range.upperBound...]
        }
        #expect(result == shown)
    }

    @Test(
        "sizes are binary, and exact or nothing",
        arguments: [
            ("512m", "512MiB"), ("1.5g", "1536MiB"), ("1gb", "1GiB"), ("64MiB", "64MiB"), ("1073741824", "1GiB"),
            ("1024k", "1MiB"), ("10b", "10B"), ("x", nil), ("", nil), ("-1", nil), ("1..5g", nil), ("0", nil),
            ("99999999999g", nil),
        ] as [(String, String?)]
    )
    func sizes(_ text: String, _ size: String?) {
        #expect(ComposeUnits.size(text)?.description == size)
    }

    @Test(
        "lengths of time have several units, processors a fraction",
        arguments: [
            ("1m30s", "90s"), ("500ms", "500ms"), ("1.5s", "1500ms"), ("30", "30s"), ("1h", "1h"), ("5us", nil),
            ("s", nil),
            ("", nil),
        ] as [(String, String?)]
    )
    func times(_ text: String, _ span: String?) {
        #expect(ComposeUnits.time(text) == span.flatMap { TimeSpan($0) })
        #expect(ComposeUnits.cores("0.5")?.description == "500m" && ComposeUnits.cores("2")?.description == "2")
        #expect(ComposeUnits.cores("0") == nil && ComposeUnits.cores("half") == nil)
    }

    @Test(
        "variables are written as a spec has them",
        arguments: [
            ("a", "a"), ("$A-$B", "${A}-${B}"), ("${A:-b}c", "${A:-b}c"), ("${A-b}", "${A:-b}"), ("${A:?no}", "${A}"),
            ("$$A", "$A"), ("$${A}", "$${A}"), ("a$$", "a$$"), ("${A:-}", "${A:-}"),
        ]
    )
    func variables(_ text: String, _ written: String) throws {
        let signs = SignTable()
        #expect(signs.written(try signs.read(text)) == written)
    }

    @Test(
        "what a spec cannot say is refused",
        arguments: ["${A:+b}", "${A:-${B}}", "${A:-$B}", "$1", "${A", "${}", "$", "${A!b}"]
    )
    func refusals(_ text: String) {
        #expect(throws: SignTable.Refusal.self) { try SignTable().read(text) }
    }

    @Test(
        "addresses are found wherever they stand",
        arguments: [
            ("redis://redis:6379/0", ["redis:6379"]), ("jdbc:postgresql://db/x", ["db:-"]), ("db:5432", ["db:5432"]),
            ("a:1,b:2", ["a:1", "b:2"]), ("mongodb://u:p@a:27017,b:27017/x", ["a:27017", "b:27017"]),
            ("http://a http://b:80/c?d=http://e", ["a:-", "b:80", "e:-"]), ("12:30", ["12:30"]), ("a:b", []),
            ("postgres://u:p@[::1]/x", [":-"]), ("host=db port=1", []), ("--url=http://api:1", ["api:1"]), ("a::1", []),
        ]
    )
    func addresses(_ text: String, _ found: [String]) {
        #expect(AddressScan.addresses(in: text).map { "\($0.host):\($0.port.map(String.init) ?? "-")" } == found)
    }

    @Test(
        "a check by HTTP is known when it asks nothing else",
        arguments: [
            ("curl -f http://localhost:8000/health || exit 1", "8000 /health"),
            ("curl -fsS -m 2 http://127.0.0.1/", "80 /"),
            ("wget -q --spider http://localhost:3000/up?a=b", "3000 /up?a=b"), ("curl http://localhost:8000/", nil),
            ("curl -f -H 'Host: x' http://localhost:8000/", nil), ("curl -f https://localhost/", nil),
            ("curl -f http://other:80/", nil), ("curl -f http://localhost:1/ | grep ok", nil), ("true", nil),
            ("wget -qO- http://localhost:9200/_cluster/health", "9200 /_cluster/health"), ("curl -f", nil), ("", nil),
        ] as [(String, String?)]
    )
    func checks(_ text: String, _ found: String?) {
        let health = ComposeHealth(command: [text], isShell: true, place: .start)
        #expect(WebCheck(health, SignTable()).map { "\($0.port) \($0.path)" } == found)
    }
}
