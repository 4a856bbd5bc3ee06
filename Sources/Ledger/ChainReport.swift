import Basics

/// What recomputing the audit chain showed.
package struct ChainReport: Hashable, Sendable, Codable {
    /// Number of events.
    package let length: Int
    /// Hash of the last event. Kept elsewhere, it shows later that the chain still begins with the same events;
    /// the chain alone cannot show that someone recomputed all of it.
    package let head: Digest?
    package let faults: [ChainFault]

    package init(length: Int, head: Digest?, faults: [ChainFault]) {
        self.length = length
        self.head = head
        self.faults = faults
    }

    package var isIntact: Bool { faults.isEmpty }
}

/// One place where the chain does not hold.
package struct ChainFault: Hashable, Sendable, Codable {
    /// The event at fault; zero where there is none.
    package let event: Int
    package let message: String

    package init(event: Int, message: String) {
        self.event = event
        self.message = message
    }
}
