import Basics
import StackModel

/// What `slo` promises, with a default for what it does not say.
struct Promise: Hashable {
    var availability: Percent
    var errors: Percent
    var latency: [LatencyObjective]
    /// Whether the error budget of `availability` is judged, so that using it up wakes somebody. It is not where only
    /// `errors` is promised: then more errors than that do, and nobody hears of a budget that they never spoke of.
    var hasBudget: Bool

    init(_ objectives: ServiceLevelObjectives?) {
        hasBudget = objectives?.availability != nil || objectives?.errors == nil
        let allowed = hasBudget ? nil : objectives?.errors.flatMap { $0.thousandths > 0 ? $0.thousandths : nil }
        availability = objectives?.availability ?? Percent(thousandths: 100_000 - (allowed ?? 100))
        errors = objectives?.errors ?? Percent(thousandths: 1000)
        let declared = objectives?.latency ?? []
        latency = declared.isEmpty ? [LatencyObjective(percentile: 95, bound: .seconds(1))] : declared
    }

    /// The share of requests that may fail.
    var budget: Double { Double(100_000 - availability.thousandths) / 100_000 }
}

extension LatencyObjective {
    /// 0.95 of 95.
    var quantile: Double { Double(percentile) / 100 }
}
