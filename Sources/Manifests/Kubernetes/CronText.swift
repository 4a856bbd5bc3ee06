/// A schedule of five fields in the dialect of Kubernetes, which knows Sunday as 0 only.
enum CronText {
    static func forKubernetes(_ schedule: String) -> String {
        var fields = schedule.split(whereSeparator: \.isWhitespace).map(String.init)
        guard fields.count == 5 else { return schedule }
        fields[4] = fields[4].split(separator: ",").map { days(String($0)) }.joined(separator: ",")
        return fields.joined(separator: " ")
    }

    /// `7` is `0`, and a range up to it is written out.
    private static func days(_ element: String) -> String {
        let parts = element.split(separator: "/")
        guard let range = parts.first?.split(separator: "-"), range.last == "7", let first = Int(range[0]) else {
            return element
        }
        let step = parts.count == 2 ? max(Int(parts[1]) ?? 1, 1) : 1
        return stride(from: first, through: 7, by: step).map { String($0 % 7) }.joined(separator: ",")
    }
}
