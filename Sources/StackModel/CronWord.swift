/// Words that a spec may say instead of an expression. They stand for times at which little else begins.
package enum CronWord: String, CaseIterable {
    case hourly, daily, weekly, monthly

    package var expression: String {
        switch self {
        case .hourly: "17 * * * *"
        case .daily: "17 4 * * *"
        case .weekly: "17 4 * * 0"
        case .monthly: "17 4 1 * *"
        }
    }

    /// What a word stands for; any other text is returned as it is.
    package static func expression(_ text: String) -> String { CronWord(rawValue: text)?.expression ?? text }
}
