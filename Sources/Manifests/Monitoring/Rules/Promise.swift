import Basics
import StackModel

/// What `slo` promises, with a default for what it does not say.
struct Promise: Hashable {
    var availability: Percent
    var errors: Percent
    var latency: [LatencyObjective]

    init(_ objectives: ServiceLevelObjectives?) {
        availability = objectives?.availability ?? Percent(thousandths: 99900)
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
