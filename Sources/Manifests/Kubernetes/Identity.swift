import StackModel

/// What a workload and everything that belongs to it is known by, in the words that Kubernetes recommends.
struct Identity {
    /// The program: `redis`, or the app's own name.
    var program: String
    /// The one name of the objects, the pods and the address.
    var name: String
    /// The part it plays: the service's name; the scrape configuration finds pods by it.
    var component: String
    var version: String?
    var stack: Stack

    init(program: String, name: String, component: String? = nil, image: String? = nil, in stack: Stack) {
        self.program = program
        self.name = name
        self.component = component ?? name
        self.version = image.flatMap(Self.tag)
        self.stack = stack
    }

    var labels: ManifestValue {
        [
            "app.kubernetes.io/name": .text(program),
            "app.kubernetes.io/instance": .text(name),
            "app.kubernetes.io/version": version.map { .text($0) } ?? .absent,
            "app.kubernetes.io/component": .text(component),
            "app.kubernetes.io/part-of": .text(stack.name),
            "app.kubernetes.io/managed-by": "slipway",
        ]
    }

    /// Never changes with a release: the selector of a workload cannot.
    var selector: ManifestValue {
        ["app.kubernetes.io/name": .text(program), "app.kubernetes.io/instance": .text(name)]
    }

    /// The pods of a workload by the one label that no other has.
    static func pods(of name: String) -> ManifestValue {
        ["matchLabels": ["app.kubernetes.io/instance": .text(name)]]
    }

    func metadata(_ objectName: String? = nil) -> ManifestValue {
        ["name": "\(objectName ?? name)", "labels": labels]
    }

    /// The tag of an image, where it can be the value of a label.
    private static func tag(of image: String) -> String? {
        let name = image.split(separator: "@", maxSplits: 1)[0].split(separator: "/").last ?? ""
        let parts = name.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[1].utf8.count <= 63, let last = parts[1].utf8.last, isWord(last) else {
            return nil
        }
        return String(parts[1])
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
