import StackModel

/// Something that a stack declares and a target has no way to say.
package struct Omission: Hashable, Sendable {
    /// The service whose key it is; nil for a key of the whole stack.
    package var service: ServiceName?
    /// The keys that lead to it, from the service or the stack on: `rollout`, `strategy`. An element of a list is named
    /// by its `name`. What is only a default has its key too.
    package var key: [String]
    /// What that means for the person, in a few words, as a diagnostic has them.
    package var meaning: String
    /// What to write so that the spec promises no more than the target keeps: a sentence. Nil where nothing is lost, or
    /// where no other words would change anything; such an omission is never an error.
    package var remedy: String?

    package init(service: ServiceName? = nil, key: [String], meaning: String, remedy: String? = nil) {
        self.service = service
        self.key = key
        self.meaning = meaning
        self.remedy = remedy
    }

    /// The keys that lead to it in the spec.
    package var path: [String] { (service.map { ["services", $0.text] } ?? []) + key }

    /// The remedy for a promise that can only be taken back where the target does not keep it. `first` is what else the
    /// person does about it.
    static func without(_ key: String, _ first: String? = nil) -> String {
        "\(first.map { "\($0), and write" } ?? "Write") `\(key): null` under the environment."
    }
}
