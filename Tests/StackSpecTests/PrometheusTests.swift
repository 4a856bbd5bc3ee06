import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("A Prometheus and what its rules need")
struct PrometheusTests {
    private func load(_ prometheus: String, metrics: Bool = true, strict: Bool = false) -> LoadedSpec {
        let text = spec(
            """
            api: {command: [run], port: 80\(metrics ? ", metrics: /metrics" : "")}
            prometheus: {kind: prometheus\(prometheus)}
            """
        )
        let file = SpecText(file: "stack.yaml", bytes: Array(text.utf8))
        return SpecLoader.load(file, environment: nil, variables: [:], isStrict: strict)
    }

    @Test("one that samples too seldom or forgets too early is told at its key, and refused strictly")
    func isTold() {
        let keys = ", scrapeInterval: 5m, retention: 1d"
        let messages = [
            "scrapeInterval 5m is too long for alert rules that look back 5m: they need two samples in that time, and never "
                + "fire with fewer",
            "retention 1d is too short for the alert rules of slo, which look back 3d",
        ]
        let loaded = load(keys)
        #expect(loaded.messages == messages.map { "warning: \($0)" } && loaded.stack != nil)
        #expect(loaded.diagnostics.map(\.location.line) == [5, 5])
        #expect(loaded.diagnostics.map(\.suggestion) == ["Write 75s or less.", "Write 3d or more."])
        let strict = load(keys, strict: true)
        #expect(strict.messages == messages.map { "error: \($0)" } && strict.stack == nil)
    }

    @Test("one that can is not, and where no app has metrics no rule looks back for days")
    func isNotTold() {
        #expect(load("").messages == [])
        #expect(load(", scrapeInterval: 75s, retention: 3d", strict: true).messages == [])
        #expect(load(", retention: 1d", metrics: false, strict: true).messages == [])
    }

    @Test("one that samples seldom, and often enough for a rate, is told and never refused")
    func isSlow() {
        let loaded = load(", scrapeInterval: 150s", strict: true)
        #expect(
            loaded.messages == [
                "warning: scrapeInterval 150s is long for alert rules that look back 5m: one lost sample silences them"
            ]
        )
        #expect(loaded.stack != nil && load(", scrapeInterval: 151s", strict: true).stack == nil)
    }

    @Test("an app that watches the machine has no rules of slo")
    func machine() {
        let node = "node-exporter: {command: [run], port: 80, metrics: /metrics}"
        let text = spec("\(node)\nprometheus: {kind: prometheus, retention: 1d}")
        #expect(StackSpecTests.load(text).messages == [])
    }

    @Test("contacts that hear of signs of life or of warnings alone wake nobody", arguments: ["watchdog", "warning"])
    func isQuiet(_ severity: String) {
        let contact = "{webhook: {url: \"https://example.com/\"}, severities: [\(severity)]}"
        let text = spec("prometheus: {kind: prometheus}", "contacts:\n  me: \(contact)\n")
        let loaded = StackSpecTests.load(text).tellingOfSilence()
        #expect(loaded.messages == ["warning: nobody is told of critical alerts: no contact has that severity"])
        #expect(loaded.diagnostics.first?.location.line == 5)
    }

    @Test("one whose alerts nobody is told of is said once, strictly too")
    func isSilent() {
        for strict in [false, true] {
            let loaded = load("", strict: strict).tellingOfSilence()
            #expect(loaded.messages == ["warning: nobody is told of alerts: the stack has no contacts"])
            #expect(loaded.stack != nil && loaded.diagnostics.first?.location.line == 5)
        }
        let told = StackSpecTests.load(
            spec("prometheus: {kind: prometheus}", "contacts: {me: {webhook: {url: \"https://example.com/\"}}}\n")
        )
        #expect(told.tellingOfSilence().messages == [])
        #expect(StackSpecTests.load(spec("api: {command: [run]}")).tellingOfSilence().messages == [])
    }
}
