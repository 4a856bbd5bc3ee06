import Basics
import Foundation
import Ledger
import TestKit
import Testing

@Suite("Schedules over simulated years")
struct ScheduleYearsTests {
    /// The promise is 10,000; what every run of the tests does is a part of it.
    private static let count = ProcessInfo.processInfo.environment["SLIPWAY_SCHEDULES"].flatMap { Int($0) } ?? 150

    @Test("run or skip with a reason whatever is due, and nothing twice, however their controllers die")
    func account() async throws {
        var (random, ledger) = (SplitMix64(seed: 75), try Ledger.inMemory())
        var (years, deaths, due, ran, skipped) = (0, 0, 0, 0, 0)
        for number in 0..<Self.count {
            if number % 500 == 499 { ledger = try Ledger.inMemory() }
            var life = ScheduleYears(number, in: ledger, SplitMix64(seed: random.next()))
            try await life.live()
            #expect(life.faults == [], "schedule \(number), \(life.text)")
            (years, deaths) = (years + life.seconds, deaths + life.deaths)
            (due, ran, skipped) = (due + life.due, ran + life.ran, skipped + life.skipped)
        }
        #expect(deaths > Self.count && ran > Self.count && skipped > Self.count && due >= ran + skipped)
        print(
            "FIGURE schedules: \(Self.count) over \(years / (365 * 86_400)) years, \(deaths) deaths of controllers: "
                + "\(due) due, \(ran) ran, \(skipped) skipped, 0 twice"
        )
    }
}
