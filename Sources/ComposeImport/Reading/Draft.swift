import Basics
import StackModel
import StackSpec

/// One service of a Compose file, on its way to be one of a spec. Texts may have references in them as signs.
final class Draft {
    /// As the file calls it.
    let key: String
    let name: ServiceName
    let node: SpecNode
    let place: Place
    var role: Role
    var image: ImageReference?
    /// Compose builds the image.
    var isBuilt = false
    var source: String?
    var ports: [PublishedPort] = []
    var exposed: [Int] = []
    /// The port it serves on, as far as the file tells.
    var port: Int?
    var variables: [Variable] = []
    var mounts: [Mount] = []
    var dependencies: [String] = []
    /// Services that have to end before this one starts.
    var jobs: [String] = []
    /// Another service waits for its end.
    var isJob = false
    /// Other names that it is reached by, beside the service's own.
    var aliases: [String] = []
    var health: ComposeHealth?
    var entrypoint: [String]?
    var command: [String]?
    /// Compose starts it only when somebody names its profile.
    var profiles: [String] = []
    /// What a Redis asks everybody for.
    var redisPassword: String?
    /// The database of a Postgres, in the file and in the spec; they differ where a spec refuses the name.
    var database: (written: String, name: String)?
    /// The data services that it may log in at.
    var databases: [Draft] = []
    /// What its environment becomes.
    var environment: [(key: String, text: String)] = []
    /// Those of its dependencies that the spec has.
    var dependsOn: [Draft] = []
    /// Keys that were looked at; what is left is said at the end.
    var taken: Set<String> = []

    init(key: String, name: ServiceName, node: SpecNode, place: Place) {
        (self.key, self.name, self.node, self.place) = (key, name, node, place)
        role = .app
    }

    /// For messages: where it stands in the file.
    var path: String { "services.\(key)" }

    /// The value of a key, which counts as looked at from now on.
    func take(_ key: String) -> SpecNode.Entry? {
        taken.insert(key)
        guard let entry = node.entry(key), !entry.value.isNull else { return nil }
        return entry
    }

    /// The last value of a variable counts; it stands where the first one did.
    func set(_ variable: Variable) {
        if let index = variables.firstIndex(where: { $0.key == variable.key }) {
            variables[index] = variable
        } else {
            variables.append(variable)
        }
    }

    /// It is not started again when it ends, and says so itself.
    var runsOnce: Bool {
        [node["restart"], node["deploy"]?["restart_policy"]?["condition"]].contains { node in
            if case .scalar(let scalar)? = node?.content { ["no", "none"].contains(scalar.text) } else { false }
        }
    }

    func variable(_ key: String) -> Variable? { variables.first { $0.key == key } }

    /// What a variable says, without its references; nil when it is not set, or needs a variable.
    func setting(_ keys: String..., signs: SignTable) -> (text: String, variable: Variable)? {
        for key in keys {
            if let variable = variable(key), let text = variable.text { return (text, variable) }
        }
        return nil
    }
}

/// A variable of a program's environment.
struct Variable {
    let key: String
    /// Nil when the caller's own is handed on.
    var text: String?
    let location: SourceLocation
}

struct PublishedPort {
    /// As `listen` would say it: `8080`, `127.0.0.1:8080`, with signs. Nil when Docker chooses the port.
    let listen: String?
    /// Empty for every address.
    let address: String
    let host: Int?
    let container: Int
    let place: Place
}

struct Mount {
    enum Kind { case volume, folder, memory }

    let kind: Kind
    /// The name of a volume or the folder of the machine; empty for a volume without a name.
    let source: String
    let target: String
    let isReadOnly: Bool
    let place: Place
}

/// A health check: the command, and how often it is run.
struct ComposeHealth {
    var command: [String]
    var isShell: Bool
    var interval: TimeSpan?
    var timeout: TimeSpan?
    let place: Place
}
