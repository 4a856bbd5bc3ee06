/// Ports that tell what is spoken there.
enum KnownPort {
    /// Of several that a program publishes, the one where it most likely speaks HTTP: the one that its check asks, else
    /// a usual one, else the first that is not known for something else.
    static func likeliest(_ ports: [Int], asked: Int?, _ image: ImageReference?) -> Int? {
        if let asked, ports.contains(asked) { return asked }
        let candidates = ports.filter { !isOther($0, image) }
        return candidates.first(where: web.contains) ?? candidates.first { !encrypted.contains($0) } ?? candidates.first
            ?? ports.first
    }

    /// Nobody speaks HTTP there.
    static func isOther(_ port: Int, _ image: ImageReference?) -> Bool {
        if port == 9000, let image { return image.tag.contains("fpm") || image.program.contains("php") }
        return others.contains(port)
    }

    private static let web: Set = [80, 8080, 3000, 8000, 5000, 8888]
    /// Where programs speak TLS themselves.
    static let encrypted: Set = [443, 8443]
    private static let others: Set = [
        21, 22, 25, 53, 143, 222, 465, 587, 993, 1025, 1883, 2222, 5432, 3306, 6379, 9000, 27017,
    ]
}
