import Basics
import StackModel

/// Spreads jobs that are due at the same time, always in the same way.
package enum Jitter {
    /// Between nothing and almost the window, in whole seconds, by the name alone.
    package static func delay(of name: String, within window: TimeSpan) -> TimeSpan {
        let seconds = window.milliseconds / 1000
        guard seconds > 0 else { return .seconds(0) }
        let number = Digest(of: name).hex.prefix(15).reduce(0) { $0 * 16 + ($1.hexDigitValue ?? 0) }
        return .seconds(number % seconds)
    }
}
