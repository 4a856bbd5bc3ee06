import Basics
import Interfaces
import Synchronization

/// Any store, with faults to order. It counts its calls.
package final class FaultyStore: BlobStore {
    private let base: any BlobStore
    private let state: Mutex<State>

    private struct State {
        var calls: [StoreCall] = []
        var fault: @Sendable (StoreCall) -> StoreFault?
    }

    package init(_ base: any BlobStore, _ fault: @escaping @Sendable (StoreCall) -> StoreFault? = { _ in nil }) {
        self.base = base
        state = Mutex(State(fault: fault))
    }

    /// Something goes wrong in the call with this number.
    package convenience init(_ base: any BlobStore, at number: Int, _ fault: StoreFault) {
        self.init(base) { $0.number == number ? fault : nil }
    }

    /// All calls until now, those that failed as well.
    package var calls: [StoreCall] { state.withLock { $0.calls } }

    /// Something else goes wrong from now on, or nothing any more, and calls are counted anew.
    package func order(_ fault: @escaping @Sendable (StoreCall) -> StoreFault? = { _ in nil }) {
        state.withLock { $0 = State(fault: fault) }
    }

    package var abilities: BlobStoreAbilities { base.abilities }

    package func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        switch await begin(.put, name.text) {
        case .fails(let error): throw error
        case .lies: return BlobFacts(name: name, size: try await content.everything().count, tag: BlobTag("a lie"))
        case .cuts(let count, let error):
            return try await base.put(name, content.cut(after: count, error), when: condition)
        case .failsAfterwards(let error):
            _ = try await base.put(name, content, when: condition)
            throw error
        case .halves:
            let piece = try await content.next() ?? []
            return try await base.put(name, .inPieces(Array(piece.prefix(piece.count / 2))), when: condition)
        case .waits, .flips, nil: return try await base.put(name, content, when: condition)
        }
    }

    package func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        switch await begin(.get, name.text) {
        case .fails(let error), .failsAfterwards(let error): throw error
        case .lies: return .inPieces([])
        case .cuts(let count, let error): return try await base.get(name, from: offset).cut(after: count, error)
        case .halves:
            let bytes = try await base.get(name, from: offset).everything()
            return .inPieces(Array(bytes.prefix(bytes.count / 2)))
        case .flips(let place): return try await base.get(name, from: offset).flipped(at: place - offset)
        case .waits, nil: return try await base.get(name, from: offset)
        }
    }

    package func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        try await call(.facts, name.text, lie: nil) { store throws(ReportableError) in try await store.facts(of: name) }
    }

    package func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        switch await begin(.list, prefix) {
        case .fails(let error), .cuts(_, let error), .failsAfterwards(let error): throw error
        case .lies: return []
        case .halves:
            let list = try await base.list(prefix)
            return Array(list.prefix(list.count / 2))
        case .waits, .flips, nil: return try await base.list(prefix)
        }
    }

    package func delete(_ name: BlobName) async throws(ReportableError) {
        try await call(.delete, name.text, lie: ()) { store throws(ReportableError) in try await store.delete(name) }
    }

    package func free() async throws(ReportableError) -> Int? { try await base.free() }

    package func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int {
        try await call(.sweep, "", lie: 0) { store throws(ReportableError) in try await store.sweep(olderThan: age) }
    }

    /// A call without a stream.
    private func call<Value: Sendable>(
        _ kind: StoreCall.Kind,
        _ subject: String,
        lie: Value,
        _ work: (any BlobStore) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        switch await begin(kind, subject) {
        case .fails(let error), .cuts(_, let error): throw error
        case .lies, .halves: return lie
        case .failsAfterwards(let error):
            _ = try await work(base)
            throw error
        case .waits, .flips, nil: return try await work(base)
        }
    }

    /// Counts the call, and waits where it is to wait.
    private func begin(_ kind: StoreCall.Kind, _ subject: String) async -> StoreFault? {
        let (call, fault) = state.withLock { state in
            let call = StoreCall(number: state.calls.count + 1, kind: kind, subject: subject)
            state.calls.append(call)
            return (call, state.fault)
        }
        let ordered = fault(call)
        if case .waits(let time) = ordered { try? await Task.sleep(for: time) }
        return ordered
    }
}

extension ByteStream {
    /// Breaks off after so many bytes.
    fileprivate func cut(after limit: Int, _ error: ReportableError) -> ByteStream {
        let passed = Passed(0)
        return ByteStream { () async throws(ReportableError) in
            let room = limit - passed.value
            guard room > 0, let piece = try await next() else { throw error }
            passed.value += piece.count
            return Array(piece.prefix(room))
        }
    }

    fileprivate func flipped(at place: Int) -> ByteStream {
        let passed = Passed(0)
        return ByteStream { () async throws(ReportableError) in
            guard var piece = try await next() else { return nil }
            let index = place - passed.value
            if piece.indices.contains(index) { piece[index] ^= 1 }
            passed.value += piece.count
            return piece
        }
    }
}

/// A number that one reader after the other changes.
private final class Passed: Sendable {
    private let count: Mutex<Int>

    init(_ value: Int) { count = Mutex(value) }

    var value: Int {
        get { count.withLock { $0 } }
        set { count.withLock { $0 = newValue } }
    }
}
