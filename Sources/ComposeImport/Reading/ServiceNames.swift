import StackModel
import StackSpec

/// What the services of a file are called in the spec: their own names where those are names there too.
struct ServiceNames {
    private var names: [String: ServiceName] = [:]

    init(_ keys: [String]) {
        var taken: Set<ServiceName> = []
        // Whoever needs no other name keeps its own.
        for key in keys { if let name = ServiceName(key), key != "config" { names[key] = name; taken.insert(name) } }
        for key in keys where names[key] == nil {
            let name = Self.free(Self.repaired(key), taken)
            names[key] = name
            taken.insert(name)
        }
    }

    subscript(key: String) -> ServiceName { names[key] ?? "service" }

    /// A name of its own for something that the file does not have.
    func free(_ wish: String) -> ServiceName { Self.free(Self.repaired(wish), Set(names.values)) }

    /// Lower-case letters, digits and inner dashes. `config` is a word of the spec itself, and what begins with `x-` is
    /// a note in it.
    static func repaired(_ text: String) -> String {
        let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        var name = String(words.joined(separator: "-").prefix(40))
        while name.hasSuffix("-") { name.removeLast() }
        if name.hasPrefix("x-") { name = "x\(name.dropFirst(2))" }
        return name.isEmpty || name == "config" ? name + (name.isEmpty ? "service" : "-service") : name
    }

    private static func free(_ wish: String, _ taken: Set<ServiceName>) -> ServiceName {
        var number = 1
        while true {
            let end = number == 1 ? "" : "-\(number)"
            if let name = ServiceName("\(wish.prefix(40 - end.count))\(end)"), !taken.contains(name) { return name }
            number += 1
            guard number < 10_000 else { return "service" }
        }
    }
}
