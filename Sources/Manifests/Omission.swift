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

    package init(service: ServiceName? = nil, key: [String], meaning: String) {
        self.service = service
        self.key = key
        self.meaning = meaning
    }

    /// The keys that lead to it in the spec.
    package var path: [String] { (service.map { ["services", $0.text] } ?? []) + key }
}
