import Basics

/// How an action stands in saved plans, in the ledger and in JSON output: `{"action":"startReplica","replica":"api-1",…}`.
/// Written out by hand, so that a case can be renamed here without making a stored plan unreadable.
extension Action: Codable {
    private enum Word: String, Codable {
        case storeSource, prepareVolume, startReplica, awaitReady, reconfigure, admit, drain, stopReplica,
            removeReplica, confirm, swapIn, swapOut, removeVolume, removeStack
    }

    private enum Field: String, CodingKey {
        case action, service, source, replica, replicas, revision, configuration, healthyFor, deadline, restoration
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        func field<Value: Decodable>(_ name: Field) throws -> Value { try fields.decode(Value.self, forKey: name) }
        self =
            switch try fields.decode(Word.self, forKey: .action) {
            case .storeSource: .storeSource(try field(.service), try field(.source))
            case .prepareVolume: .prepareVolume(try field(.service))
            case .startReplica: .startReplica(try field(.replica), revision: try field(.revision))
            case .awaitReady:
                .awaitReady(try field(.replica), healthyFor: try field(.healthyFor), deadline: try field(.deadline))
            case .reconfigure: .reconfigure(try field(.replica), configuration: try field(.configuration))
            case .admit: .admit(try field(.replica))
            case .drain: .drain(try field(.replica), deadline: try field(.deadline))
            case .stopReplica: .stopReplica(try field(.replica))
            case .removeReplica: .removeReplica(try field(.replica))
            case .confirm: .confirm(try field(.replicas), healthyFor: try field(.healthyFor))
            case .swapIn: .swapIn(try field(.service), try field(.restoration))
            case .swapOut: .swapOut(try field(.service), try field(.restoration))
            case .removeVolume: .removeVolume(try field(.service))
            case .removeStack: .removeStack
            }
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(word, forKey: .action)
        switch self {
        case .storeSource(let service, let source):
            try fields.encode(service, forKey: .service)
            try fields.encode(source, forKey: .source)
        case .prepareVolume(let service), .removeVolume(let service):
            try fields.encode(service, forKey: .service)
        case .swapIn(let service, let restoration), .swapOut(let service, let restoration):
            try fields.encode(service, forKey: .service)
            try fields.encode(restoration, forKey: .restoration)
        case .startReplica(let replica, let revision):
            try fields.encode(replica, forKey: .replica)
            try fields.encode(revision, forKey: .revision)
        case .awaitReady(let replica, let healthyFor, let deadline):
            try fields.encode(replica, forKey: .replica)
            try fields.encode(healthyFor, forKey: .healthyFor)
            try fields.encode(deadline, forKey: .deadline)
        case .reconfigure(let replica, let configuration):
            try fields.encode(replica, forKey: .replica)
            try fields.encode(configuration, forKey: .configuration)
        case .drain(let replica, let deadline):
            try fields.encode(replica, forKey: .replica)
            try fields.encode(deadline, forKey: .deadline)
        case .admit(let replica), .stopReplica(let replica), .removeReplica(let replica):
            try fields.encode(replica, forKey: .replica)
        case .confirm(let replicas, let healthyFor):
            try fields.encode(replicas, forKey: .replicas)
            try fields.encode(healthyFor, forKey: .healthyFor)
        case .removeStack: break
        }
    }

    private var word: Word {
        switch self {
        case .storeSource: .storeSource
        case .prepareVolume: .prepareVolume
        case .startReplica: .startReplica
        case .awaitReady: .awaitReady
        case .reconfigure: .reconfigure
        case .admit: .admit
        case .drain: .drain
        case .stopReplica: .stopReplica
        case .removeReplica: .removeReplica
        case .confirm: .confirm
        case .swapIn: .swapIn
        case .swapOut: .swapOut
        case .removeVolume: .removeVolume
        case .removeStack: .removeStack
        }
    }
}
