import Basics
import Interfaces

/// One call of a `FaultyStore`.
package struct StoreCall: Hashable, Sendable {
    package enum Kind: Hashable, Sendable, CaseIterable {
        case put, get, facts, list, delete, sweep
    }

    /// Counts from one over all calls since the store was made.
    package let number: Int
    package let kind: Kind
    /// The name, or the prefix of a list.
    package let subject: String
}

/// Something that goes wrong in a call of a `FaultyStore`.
package enum StoreFault: Sendable {
    /// Nothing is done.
    case fails(ReportableError)
    /// All is done, and then it fails: a reply that was lost.
    case failsAfterwards(ReportableError)
    /// It is done after this long.
    case waits(Duration)
    /// What flows in or out breaks off after so many bytes; calls without a stream fail.
    case cuts(after: Int, ReportableError)
    /// Success is claimed and nothing done: `put` and `delete` change nothing, `facts`, `list` and `sweep` find nothing.
    /// A `get` gives an empty stream.
    case lies
    /// Success is claimed and half of it done: half of a blob is stored or read, half of a list told, `facts` and `sweep` find
    /// nothing, and nothing is deleted.
    case halves
    /// What is read has the byte at this place flipped.
    case flips(byte: Int)
}
