import Basics
import Interfaces
import Synchronization
import TestKit
import Testing

@testable import Vault

@Suite struct ReadAheadTests {
    /// How many pieces were asked for.
    private final class Counter: Sendable {
        let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }

        func stream(_ pieces: Int) -> ByteStream {
            ByteStream { () async throws(ReportableError) -> [UInt8]? in
                let number = self.count.add(1, ordering: .relaxed).newValue
                return number <= pieces ? [UInt8(number)] : nil
            }
        }
    }

    @Test func `the next piece is made while the reader has this one, and no further one`() async throws {
        let counter = Counter()
        let stream = counter.stream(9).readAhead()
        #expect(counter.value == 0)
        #expect(try await stream.next() == [1])
        while counter.value < 2 { await Task.yield() }
        for _ in 0..<100 { await Task.yield() }
        #expect(counter.value == 2)
        #expect(try await stream.all() == [2, 3, 4, 5, 6, 7, 8, 9])
        #expect(try await stream.next() == nil)
    }

    @Test func `an error comes where it belongs`() async throws {
        let stream = ByteStream.failing(after: [1, 2, 3]).readAhead()
        var bytes: [UInt8] = []
        let error = await #expect(throws: ReportableError.self) {
            while let piece = try await stream.next() { bytes += piece }
        }
        #expect(error?.code == .storeFailed)
        #expect(bytes == [1, 2, 3])
    }

    @Test func `many at once come back in their order, and the first error is thrown`() async throws {
        let (running, most) = (Counter(), Counter())
        let squares = try await (0..<50).concurrentMap(atOnce: 4) { (number) throws(ReportableError) in
            most.count.max(running.count.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
            for _ in 0..<(50 - number) { await Task.yield() }
            running.count.subtract(1, ordering: .relaxed)
            return number * number
        }
        #expect(squares == (0..<50).map { $0 * $0 })
        #expect(most.value <= 4)
        let error = await #expect(throws: ReportableError.self) {
            _ = try await (0..<50).concurrentMap { (number) throws(ReportableError) -> Int in
                guard number < 7 else { throw ReportableError(.storeFailed, "\(number)") }
                return number
            }
        }
        #expect(error?.message == "7")
    }
}
