import Basics
import StackModel

/// The words of a command or a check. What is secret in them comes from the environment of the program, and a shell
/// puts it in: a spec refuses secrets in commands, and rendered files would show them.
struct SecretCommand {
    let draft: Draft
    let translation: Translation
    let spot: References.Spot

    private var signs: SignTable { translation.signs }
    private var references: References { translation.references }

    /// As the spec writes them.
    func written(_ words: [String]) -> [String] {
        if let script = Self.script(in: words) {
            let text = searched(script)
            guard signs.hasSecret(text) else { return (words.dropLast() + [text]).map(signs.written) }
            return (words.dropLast() + [filled(text)]).map(signs.written)
        }
        let searched = words.enumerated().map { index, word in
            // The program itself is none.
            index == 0 ? word : withoutSecrets(word, after: words[index - 1], isScript: false)
        }
        guard searched.contains(where: signs.hasSecret) else { return searched.map(signs.written) }
        return ["sh", "-c", signs.written(filled("exec " + searched.map(quoted).joined(separator: " ")))]
    }

    /// `sh -c TEXT`.
    private static func script(in words: [String]) -> String? {
        guard words.count == 3, let program = words[0].split(separator: "/").last, words[1].hasPrefix("-"),
            words[1].hasSuffix("c"), ["sh", "bash", "ash", "dash", "zsh"].contains(program)
        else { return nil }
        return words[2]
    }

    /// Each word of the script is looked at by itself; what stands between them stays.
    private func searched(_ script: String) -> String {
        var text = ""
        var end = script.startIndex
        var flag = ""
        for range in ShellText.words(of: script) {
            let word = String(script[range])
            // The option of a command is none of the next one.
            if script[end..<range.lowerBound].contains(where: { ";|&(\n".contains($0) }) { flag = "" }
            text += script[end..<range.lowerBound] + withoutSecrets(word, after: flag, isScript: true)
            (end, flag) = (range.upperBound, word)
        }
        return text + script[end...]
    }

    // MARK: - Finding

    /// A word with secrets in the place of what is likely to be one: by the option that it is given to, by another
    /// place of the file that has it, or by its look.
    private func withoutSecrets(_ written: String, after flag: String, isScript: Bool) -> String {
        let word = references.addresses(in: references.expanded(written, spot), spot, isCommand: true)
        let (name, range) = Self.option(word, after: flag, isScript: isScript)
        if let secret = secret(for: String(word[range]), of: name, after: flag) {
            return word[..<range.lowerBound] + secret + word[range.upperBound...]
        }
        var result = ""
        for scalar in withoutKnown(word).unicodeScalars {
            if case .variable(let name, let fallback)? = signs.reference(scalar), CredentialName.isLikely(name) {
                if fallback?.isEmpty == false { references.sayDefault(of: spot) }
                result += references.secret(translation.secrets.secret(handedOn: name, of: draft.key))
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return references.tokens(in: references.passwords(in: result, spot), "\(draft.key)_TOKEN", spot)
    }

    /// The name of an option, or of a variable that is set in front of a command, and where its value stands.
    private static func option(_ word: String, after flag: String, isScript: Bool) -> (String, Range<String.Index>) {
        var name = flag.hasPrefix("--") && !flag.contains("=") ? flag : ""
        var start = word.startIndex
        var end = word.endIndex
        if let equals = word.firstIndex(of: "="), word[..<equals].allSatisfy({ !$0.isWhitespace && $0 != ":" }) {
            (name, start) = (String(word[..<equals]), word.index(after: equals))
        }
        while isScript, start < end, "'\"".contains(word[start]) { start = word.index(after: start) }
        while isScript, start < end, "'\"".contains(word[word.index(before: end)]) { end = word.index(before: end) }
        return (isLogin(word[start..<end], after: flag) ? "password" : name, start..<end)
    }

    /// `curl -u user:password`, not `-u 1000:1000` or `-u node:node`, which are a user and a group.
    private static func isLogin(_ value: Substring, after flag: String) -> Bool {
        guard flag == "--user" || flag.hasPrefix("-") && !flag.hasPrefix("--") && flag.hasSuffix("u"),
            let colon = value.firstIndex(of: ":")
        else { return false }
        let behind = value[value.index(after: colon)...]
        return !behind.allSatisfy(\.isNumber) && behind != value[..<colon]
    }

    /// The secret that the value of an option is: the login that Slipway makes for a data service, one that the file
    /// has elsewhere, or one of its own. Nil for what is none, and for what holds one somewhere.
    private func secret(for value: String, of option: String, after flag: String) -> String? {
        guard !value.isEmpty, !signs.hasSecret(value), !["-", "/", "$", "`"].contains(where: value.hasPrefix) else {
            return nil
        }
        if !option.isEmpty, let service = draft.databases.first(where: { $0.hasLogin(value, for: option, signs) }) {
            let account = translation.secrets.account(of: service)
            return references.secret(account, CredentialName.isLikely(option) ? .value : .user)
        }
        // A user or a database may be called as the password is.
        if CredentialName.isLikely(option) || ["-p", "-a"].contains(flag),
            let known = known.first(where: { $0.value == value })
        {
            return references.secret(known.name)
        }
        guard Credential.isLikely(option, value, signs), withoutKnown(value) == value else { return nil }
        let variable = Variable(key: VariableName.made(of: option), text: value, location: spot.location)
        return references.credential(variable, value, of: draft)
    }

    /// Secrets that the file has elsewhere; those of this service come first.
    private var known: [SecretBook.Given] {
        let given = translation.secrets.given.filter { ($0.value?.count ?? 0) > 3 }
        let own = given.filter { secret in
            draft.environment.contains { $0.text == references.secret(secret.name) }
        }
        return own + given
    }

    private func withoutKnown(_ written: String) -> String {
        known.reduce(written) { word, secret in
            var result = ""
            var end = word.startIndex
            for range in SecretBook.places(of: secret.value ?? "", in: word) {
                result += word[end..<range.lowerBound] + references.secret(secret.name)
                end = range.upperBound
            }
            return result + word[end...]
        }
    }

    // MARK: - Writing

    /// A word of a shell, with signs of secrets outside of its quotes.
    private func quoted(_ word: String) -> String {
        guard signs.hasSecret(word) else { return ShellWord.quoted(word) }
        let parts = word.split(omittingEmptySubsequences: false) { signs.hasSecret(String($0)) }
        var rest = word.filter { signs.hasSecret(String($0)) }[...]
        return parts.map { part in
            (part.isEmpty ? "" : ShellWord.quoted(String(part))) + (rest.popFirst().map(String.init) ?? "")
        }.joined()
    }

    private func filled(_ script: String) -> String {
        translation.report.changed(
            spot.path,
            at: spot.location,
            "a credential in it stands in `env` now, and a shell puts it in",
            help: "The image needs `sh` for that. Everybody on the machine can read arguments: where the program can,"
                + " let it read the variable itself."
                + (draft.environment.allSatisfy { VariableName.isForShells($0.key) }
                    ? "" : " Debian's `sh` hands on no variables with dots in their names; `bash` does.")
        )
        return ShellText.filled(script) { sign in
            guard let scalar = sign.unicodeScalars.first, case .secret(let name, let part)? = signs.reference(scalar)
            else { return nil }
            return variable(of: String(sign), called: part == .user ? "\(name)-user" : name.text)
        }
    }

    /// The variable of the program that holds a secret; made where there is none.
    private func variable(of secret: String, called name: String) -> String {
        if let known = draft.environment.first(where: { $0.text == secret && VariableName.isForShells($0.key) }) {
            return known.key
        }
        var key = VariableName.made(of: name)
        while draft.environment.contains(where: { $0.key == key }) { key += "_2" }
        draft.environment.append((key, secret))
        return key
    }
}
