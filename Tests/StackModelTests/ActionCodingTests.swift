import Basics
import StackModel
import Testing

@Suite("Actions as JSON")
struct ActionCodingTests {
    private static let digest = Digest(of: "content")

    static let actions: [(Action, String)] = [
        (.storeSource("api", digest), #"{"action":"storeSource","service":"api","source":"DIGEST"}"#),
        (.prepareVolume("redis"), #"{"action":"prepareVolume","service":"redis"}"#),
        (
            .startReplica(ReplicaID("api", 1), revision: digest),
            #"{"action":"startReplica","replica":"api-1","revision":"DIGEST"}"#
        ),
        (
            .awaitReady(ReplicaID("api", 1), healthyFor: .seconds(3), deadline: .seconds(120)),
            #"{"action":"awaitReady","deadline":"2m","healthyFor":"3s","replica":"api-1"}"#
        ),
        (
            .reconfigure(ReplicaID("redis", 1), configuration: digest),
            #"{"action":"reconfigure","configuration":"DIGEST","replica":"redis-1"}"#
        ),
        (.admit(ReplicaID("api", 1)), #"{"action":"admit","replica":"api-1"}"#),
        (
            .drain(ReplicaID("api", 1), deadline: .seconds(15)),
            #"{"action":"drain","deadline":"15s","replica":"api-1"}"#
        ),
        (.stopReplica(ReplicaID("api", 1)), #"{"action":"stopReplica","replica":"api-1"}"#),
        (.removeReplica(ReplicaID("api", 1)), #"{"action":"removeReplica","replica":"api-1"}"#),
        (
            .confirm([ReplicaID("api", 1), ReplicaID("api", 2)], healthyFor: .seconds(3)),
            #"{"action":"confirm","healthyFor":"3s","replicas":["api-1","api-2"]}"#
        ),
        (.removeVolume("redis"), #"{"action":"removeVolume","service":"redis"}"#),
        (.removeStack, #"{"action":"removeStack"}"#),
    ]

    @Test("each has one form, which stored plans rely on", arguments: actions)
    func form(action: Action, form: String) throws {
        let text = form.replacing("DIGEST", with: Self.digest.hex)
        #expect(CanonicalJSON.text(action) == text)
        #expect(try CanonicalJSON.decode(Action.self, from: text) == action)
    }

    @Test("an unknown action is refused")
    func unknown() {
        #expect(throws: DecodingError.self) { try CanonicalJSON.decode(Action.self, from: #"{"action":"explode"}"#) }
    }
}
