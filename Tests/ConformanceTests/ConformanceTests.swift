import Testing

/// One list of scenarios for all engines.
@Suite("Engines keep their promises", .serialized)
struct ConformanceTests {
    @Test("on the fake engine", arguments: Scenario.allCases)
    func fake(scenario: Scenario) async throws {
        let bench = try FakeBench()
        defer { bench.tearDown() }
        try await scenario.run(on: bench)
    }

    @Test(
        "on the process engine",
        .enabled(if: ProcessBench.lacking == nil, Comment(rawValue: ProcessBench.lacking ?? "")),
        arguments: Scenario.allCases
    )
    func process(scenario: Scenario) async throws {
        let bench = try ProcessBench()
        do {
            try await scenario.run(on: bench)
        } catch {
            await bench.tearDown()
            throw error
        }
        await bench.tearDown()
    }
}
