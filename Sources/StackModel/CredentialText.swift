/// Credentials that are known by their look, whatever the variable is called that holds them.
package enum CredentialText {
    /// Where they stand in a text, in order.
    package static func ranges(in text: String) -> [Range<String.Index>] {
        if text.contains("PRIVATE KEY"), text.contains("-----BEGIN") { return [text.startIndex..<text.endIndex] }
        let addresses = webhooks(in: text)
        let tokens = words(of: text).filter { isToken(text[$0]) }
        return (addresses + tokens.filter { token in !addresses.contains { $0.overlaps(token) } }).sorted {
            $0.lowerBound < $1.lowerBound
        }
    }

    // MARK: - Addresses that whoever knows them may post to

    private static let hooks = [
        "hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/",
        "discord.com/api/webhooks/", "discordapp.com/api/webhooks/", ".office.com/webhook", "api.telegram.org/bot",
        "chat.googleapis.com/v1/spaces/", "hooks.zapier.com/hooks/catch/",
    ]

    private static func webhooks(in text: String) -> [Range<String.Index>] {
        text.ranges(of: "https://").compactMap { scheme in
            let rest = text[scheme.lowerBound...].prefix { $0.isASCII && !$0.isWhitespace && !"\"'<>,;".contains($0) }
            guard let hook = hooks.lazy.compactMap({ rest.firstRange(of: $0) }).first,
                rest.distance(from: hook.upperBound, to: rest.endIndex) > 7
            else { return nil }
            return rest.startIndex..<rest.endIndex
        }
    }

    // MARK: - Tokens

    /// What each begins with, and how much follows at least.
    private static let prefixes: [(text: Substring, least: Int)] = [
        ("sk-", 20), ("sk_live_", 16), ("sk_test_", 16), ("rk_live_", 16), ("whsec_", 16), ("ghp_", 30), ("gho_", 30),
        ("ghu_", 30), ("ghs_", 30), ("ghr_", 30), ("github_pat_", 30), ("glpat-", 16), ("xoxb-", 16), ("xoxp-", 16),
        ("xoxa-", 16), ("xoxr-", 16), ("xoxs-", 16), ("xapp-", 16), ("AIza", 30), ("SG.", 40), ("npm_", 30),
        ("dop_v1_", 30), ("hf_", 30), ("shpat_", 30), ("hvs.", 20), ("dckr_pat_", 16), ("pypi-", 40),
        ("AGE-SECRET-KEY-1", 40), ("glsa_", 30), ("ya29.", 20),
    ]

    private static func isToken(_ word: Substring) -> Bool {
        if word.hasPrefix("eyJ") { return isWebToken(word) }
        if word.hasPrefix("AKIA") || word.hasPrefix("ASIA") {
            return word.utf8.count == 20 && word.allSatisfy { $0.isUppercase || $0.isNumber }
        }
        return prefixes.contains { prefix, least in
            guard word.hasPrefix(prefix) else { return false }
            let rest = word.dropFirst(prefix.count)
            return rest.utf8.count >= least && rest.contains(where: \.isNumber) && rest.contains(where: \.isLetter)
        }
    }

    /// A JSON web token: two objects of JSON in Base64, and a signature.
    private static func isWebToken(_ word: Substring) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0].utf8.count > 9 && parts[1].hasPrefix("eyJ")
    }

    private static func words(of text: String) -> [Range<String.Index>] {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0))) }.map {
            $0.startIndex..<$0.endIndex
        }
    }
}
