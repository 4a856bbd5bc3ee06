import StackModel

/// Something a spec says that a target cannot do. Defaults count too: whoever prints it leaves out what nobody wrote.
package struct Omission: Hashable, Sendable {
    /// Nil for what belongs to the whole stack.
    package var service: ServiceName?
    /// Where it stands: below the service, or from the top of the spec when there is none. An element of a list is
    /// named by its `name`.
    package var key: [String]
    /// What is true instead, in one sentence.
    package var meaning: String

    package init(service: ServiceName? = nil, key: [String], meaning: String) {
        self.service = service
        self.key = key
        self.meaning = meaning
    }
}
