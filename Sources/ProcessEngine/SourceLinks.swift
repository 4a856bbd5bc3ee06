/// Where the links of a source lead, followed name by name as the kernel does: a link is harmless only together with
/// the links that it goes through.
struct SourceLinks {
    /// The kernel gives up after as many links, so what leads on after them leads nowhere.
    private static let limit = 40

    /// By path: the text of each link.
    let targets: [String: String]

    /// What a link leads to need not exist; names that are not there count as directories.
    func staysInside(_ link: String) -> Bool {
        var place: [Substring] = []
        // The names still to walk, the next one last.
        var names = Array(link.split(separator: "/").reversed())
        var followed = 0
        while let name = names.popLast() {
            if name == "." { continue }
            if name == ".." {
                guard place.popLast() != nil else { return false }
                continue
            }
            place.append(name)
            guard let target = targets[place.joined(separator: "/")] else { continue }
            guard !target.hasPrefix("/") else { return false }
            followed += 1
            if followed > Self.limit { return true }
            place.removeLast()
            names += target.split(separator: "/").reversed()
        }
        return true
    }
}
