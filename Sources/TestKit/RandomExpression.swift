import StackModel

/// Cron expressions as people write them, and as they do not.
package enum RandomExpression {
    package static func make(using random: inout SplitMix64) -> (text: String, expression: CronExpression) {
        while true {
            let text = [
                field(0...59, star: 15, using: &random), field(0...23, star: 40, using: &random),
                field(1...31, star: 70, using: &random), field(1...12, star: 80, using: &random),
                field(0...7, star: 70, using: &random),
            ].joined(separator: " ")
            if let expression = try? CronExpression(text) { return (text, expression) }
        }
    }

    private static func field(_ range: ClosedRange<Int>, star percent: Int, using random: inout SplitMix64) -> String {
        if Int.random(in: 0..<100, using: &random) < percent {
            return Bool.random(using: &random) ? "*" : "*/\(Int.random(in: 1...range.upperBound, using: &random))"
        }
        let first = Int.random(in: range, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return "\(first)-\(Int.random(in: first...range.upperBound, using: &random))"
        case 1: return "\(first),\(Int.random(in: range, using: &random))"
        default: return "\(first)"
        }
    }
}
