import Basics
import Interfaces
import Synchronization

@testable import Vault

/// A store in memory that does one thing wrong, in the call with a number.
final class RiggedStore: BlobStore {
    enum Fault: CaseIterable {
        /// Throws and has done nothing.
        case fails
        /// Throws and has done it: the answer was lost.
        case losesTheAnswer
        /// Says that it is done: half of a blob is stored, read or listed, and nothing is deleted.
        case lies
        /// Throws, and so does every call after it: the process is gone.
        case dies
    }

    private struct State {
        var blobs: [BlobName: (bytes: [UInt8], version: Int)] = [:]
        var version = 0
        var calls = 0
        var fault: (call: Int, kind: Fault)?
    }

    let abilities = BlobStoreAbilities(conditionalPut: true, objectLock: false)
    private let state = Mutex(State())

    /// How often it was called since it was rigged.
    var calls: Int { state.withLock { $0.calls } }
    var names: [String] { state.withLock { $0.blobs.keys.map(\.text).sorted() } }

    /// The next calls are counted from one on.
    func rig(_ kind: Fault? = nil, at call: Int = 0) {
        state.withLock { state in
            state.calls = 0
            state.fault = kind.map { (call, $0) }
        }
    }

    subscript(name: String) -> [UInt8]? {
        get { state.withLock { state in BlobName(name).flatMap { state.blobs[$0]?.bytes } } }
        set {
            state.withLock { state in
                guard let name = BlobName(name) else { return }
                state.version += 1
                state.blobs[name] = newValue.map { ($0, state.version) }
            }
        }
    }

    func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        let fault = try begin()
        var bytes: [UInt8] = []
        while let piece = try await content.next() {
            bytes += piece
            if fault == .lies {
                bytes = Array(bytes.prefix(bytes.count / 2))
                break
            }
        }
        let facts = try place(bytes, name, condition)
        try end(fault)
        return facts
    }

    private func place(
        _ bytes: [UInt8],
        _ name: BlobName,
        _ condition: BlobCondition
    ) throws(ReportableError) -> BlobFacts {
        let facts: BlobFacts? = state.withLock { state in
            let there = state.blobs[name]
            switch condition {
            case .always: break
            case .absent: guard there == nil else { return nil }
            case .unchanged(let tag): guard let there, "\(there.version)" == tag.text else { return nil }
            }
            state.version += 1
            state.blobs[name] = (bytes, state.version)
            return BlobFacts(name: name, size: bytes.count, tag: BlobTag("\(state.version)"))
        }
        guard let facts else { throw ReportableError(.storeConflict, "\(name) is not what it was") }
        return facts
    }

    func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        let fault = try begin()
        guard let bytes = state.withLock({ $0.blobs[name]?.bytes }) else {
            throw ReportableError(.notFound, "there is no \(name)")
        }
        try end(fault)
        return ByteStream(bytes: Array(bytes.prefix(fault == .lies ? bytes.count / 2 : bytes.count).dropFirst(offset)))
    }

    func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        let fault = try begin()
        try end(fault)
        return fault == .lies ? nil : all(name.text).first { $0.name == name }
    }

    func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        let fault = try begin()
        try end(fault)
        let list = all(prefix)
        return fault == .lies ? Array(list.prefix(list.count / 2)) : list
    }

    func delete(_ name: BlobName) async throws(ReportableError) {
        let fault = try begin()
        if fault != .lies { state.withLock { $0.blobs[name] = nil } }
        try end(fault)
    }

    func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int {
        try end(try begin())
        return 0
    }

    private func all(_ prefix: String) -> [BlobFacts] {
        state.withLock { state in
            state.blobs.filter { $0.key.text.hasPrefix(prefix) }
                .map { BlobFacts(name: $0.key, size: $0.value.bytes.count, tag: BlobTag("\($0.value.version)")) }
                .sorted { $0.name < $1.name }
        }
    }

    private func begin() throws(ReportableError) -> Fault? {
        let fault: Fault? = state.withLock { state in
            state.calls += 1
            guard let fault = state.fault else { return nil }
            return fault.call == state.calls || fault.kind == .dies && state.calls > fault.call ? fault.kind : nil
        }
        if fault == .fails || fault == .dies { throw ReportableError(.storeFailed, "the store broke") }
        return fault
    }

    private func end(_ fault: Fault?) throws(ReportableError) {
        if fault == .losesTheAnswer { throw ReportableError(.storeFailed, "the answer was lost") }
    }
}
