/// A host in a text, with what stands around it: `scheme://user:password@host:port`.
struct WrittenAddress {
    var scheme: String?
    /// Before the `@`.
    var login: Substring?
    var host: String
    var port: Int?
    /// Of login, host and port together.
    var range: Range<String.Index>

    /// The part before the first colon of the login, and the part behind it.
    var user: Substring? { login.map { $0.prefix { $0 != ":" } } }
    var password: Substring? {
        guard let login, let colon = login.firstIndex(of: ":") else { return nil }
        return login[login.index(after: colon)...]
    }

    /// `https://TOKEN@example.com`: what stands alone before the `@` of a web address is as good as a password.
    var token: Substring? {
        guard ["http", "https"].contains(scheme), password?.isEmpty != false, let user, !user.isEmpty else {
            return nil
        }
        return user
    }
}

/// Finds addresses in the texts of a Compose file: URLs, and HOST:PORT alone or in a list.
enum AddressScan {
    static func addresses(in text: String) -> [WrittenAddress] {
        var found: [WrittenAddress] = []
        var rest = text.startIndex
        while let mark = text[rest...].firstRange(of: "://") {
            found += pairs(in: text, rest..<start(ofSchemeBefore: mark.lowerBound, in: text, rest))
            let scheme = String(text[start(ofSchemeBefore: mark.lowerBound, in: text, rest)..<mark.lowerBound])
            let end = end(ofAuthorityFrom: mark.upperBound, in: text, isWeb: scheme.hasPrefix("http"))
            found += authority(in: text, mark.upperBound..<end, scheme: scheme.lowercased())
            rest = end
        }
        return found + pairs(in: text, rest..<text.endIndex)
    }

    private static func start(ofSchemeBefore end: String.Index, in text: String, _ least: String.Index) -> String.Index
    {
        var start = end
        while start > least {
            let before = text.index(before: start)
            guard text[before].isASCII, text[before].isLetter || text[before].isNumber || "+.-".contains(text[before])
            else { break }
            start = before
        }
        return start
    }

    /// An authority ends at a slash, a question mark or a number sign, unless that is one of a password: nobody should
    /// write such a password so, and many do.
    private static func end(ofAuthorityFrom start: String.Index, in text: String, isWeb: Bool) -> String.Index {
        let rest = text[start...]
        let end = rest.firstIndex { "/?#\"'<> \t\n;".contains($0) } ?? text.endIndex
        guard end < text.endIndex, "/?#".contains(text[end]), !rest[..<end].contains("@"),
            let colon = rest[..<end].firstIndex(of: ":")
        else { return end }
        let behind = text[text.index(after: colon)..<end]
        let isPort = behind.allSatisfy { $0.isNumber || !$0.isASCII }
        let word = rest.prefix { !"\"'<> \t\n;".contains($0) }
        guard !(isPort && (isWeb || behind.isEmpty)), let at = word.lastIndex(of: "@"), at > end else { return end }
        // Behind a port, what follows is a path with its questions, or the next address.
        if isPort, text[end..<at].contains(where: { "?&=,:".contains($0) }) { return end }
        return text[at...].firstIndex { "/?#\"'<> \t\n;".contains($0) } ?? text.endIndex
    }

    /// Several hosts, as in `mongodb://user:password@a:27017,b:27017`, share one login, which the first one gets.
    private static func authority(in text: String, _ range: Range<String.Index>, scheme: String) -> [WrittenAddress] {
        let authority = text[range]
        var login: Substring?
        var start = range.lowerBound
        if let at = authority.lastIndex(of: "@") {
            login = authority[..<at]
            start = authority.index(after: at)
        }
        var found: [WrittenAddress] = []
        for part in text[start..<range.upperBound].split(separator: ",") {
            guard var address = hostAndPort(part) ?? alone(part) else { continue }
            address.scheme = scheme
            found.append(address)
        }
        guard let login else { return found }
        guard found.first?.range.lowerBound == start else {
            // Nobody is meant by the host, but the password is one all the same.
            return [WrittenAddress(scheme: scheme, login: login, host: "", range: login.startIndex..<login.endIndex)]
                + found
        }
        found[0].login = login
        found[0].range = login.startIndex..<found[0].range.upperBound
        return found
    }

    private static func alone(_ part: Substring) -> WrittenAddress? {
        guard isHost(part) else { return nil }
        return WrittenAddress(host: String(part), range: part.startIndex..<part.endIndex)
    }

    private static func hostAndPort(_ part: Substring) -> WrittenAddress? {
        guard let colon = part.lastIndex(of: ":"), isHost(part[..<colon]) else { return nil }
        let digits = part[part.index(after: colon)...]
        guard let port = Int(digits), (1...65535).contains(port) else { return nil }
        return WrittenAddress(host: String(part[..<colon]), port: port, range: part.startIndex..<part.endIndex)
    }

    /// HOST:PORT between blanks, commas and the like, with a path behind it or without.
    private static func pairs(in text: String, _ range: Range<String.Index>) -> [WrittenAddress] {
        text[range].split { ", \t\n;=\"'()[]".contains($0) }.compactMap { word in
            hostAndPort(word.prefix { $0 != "/" })
        }
    }

    private static func isHost(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
}
