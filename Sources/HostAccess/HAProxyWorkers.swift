/// The processes of one HAProxy, as its master lists them.
struct HAProxyWorkers: Sendable {
    private(set) var master: Int?
    /// Reloads that failed since the last one that succeeded.
    private(set) var failedReloads = 0
    /// Serves new connections.
    private(set) var current: [Int] = []
    /// Left over from before a reload; each finishes what it has.
    private(set) var old: [Int] = []

    /// Reads the answer to `show proc`: a line per process under `# workers` and `# old workers`.
    init(_ text: String) {
        var isOld = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") {
                isOld = line.hasPrefix("# old")
                continue
            }
            let words = line.split(separator: " ")
            guard words.count >= 2, let processID = Int(words[0]) else { continue }
            switch words[1] {
            case "master":
                master = processID
                failedReloads = words.count > 4 ? Int(words[4].prefix { $0 != "]" }) ?? 0 : 0
            case "worker" where isOld: old.append(processID)
            case "worker": current.append(processID)
            default: continue
            }
        }
    }
}
