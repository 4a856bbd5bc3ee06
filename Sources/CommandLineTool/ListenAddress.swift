import Basics

/// An address and a port, as in `127.0.0.1:9466` and `[::1]:9466`.
struct ListenAddress: Hashable {
    let host: String
    let port: Int

    /// Throws `usage` for what is none.
    init(_ text: String) throws(ReportableError) {
        let place = text.lastIndex(of: ":")
        let port = place.flatMap { Int(text[text.index(after: $0)...]) }
        var host = place.map { text[..<$0] } ?? ""
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        // Without brackets nobody can tell where the address ends.
        guard let port, (1...65_535).contains(port), !host.isEmpty, host.contains(":") == isBracketed else {
            throw ReportableError(
                .usage,
                "--listen takes an address and a port, not \(text.abridged)",
                hint: "As in 127.0.0.1:9466 or [::1]:9466."
            )
        }
        (self.host, self.port) = (String(host), port)
    }
}
