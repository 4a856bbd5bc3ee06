import Basics
import StackModel
import Testing

@Suite("Names are safe everywhere")
struct NameTests {
    @Test("a name is lower-case letters, digits and inner dashes", arguments: ["a", "api", "api-2", "0", "a--b"])
    func accepted(text: String) {
        #expect(ServiceName(text)?.text == text)
    }

    @Test(
        "a name is never a path, an option, a blank or too long",
        arguments: [
            "", ".", "..", "-a", "a-", "A", "a b", "a/b", "a\n", "ä", "a_b", String(repeating: "a", count: 41),
        ]
    )
    func refused(text: String) {
        #expect(ServiceName(text) == nil)
    }

    @Test("a replica's name splits at its last dash")
    func replica() {
        let id = ReplicaID("api-v2-13")
        #expect(id?.service == "api-v2" && id?.number == 13)
        for text in ["api", "api-0", "api-x", "-1", "api-1-", "api-+3", "api-03"] {
            #expect(ReplicaID(text) == nil, "\(text)")
        }
    }

    @Test("names are keys of JSON objects")
    func keys() throws {
        let ports: [ServiceName: Int] = ["redis": 1, "api": 2]
        #expect(CanonicalJSON.text(ports) == #"{"api":2,"redis":1}"#)
        #expect(try CanonicalJSON.decode([ServiceName: Int].self, from: CanonicalJSON.text(ports)) == ports)
    }
}
