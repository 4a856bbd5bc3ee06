/// One way to the file key, for one recipient.
struct AgeStanza: Equatable {
    /// Characters in a line of the body; a shorter line is the last.
    static let lineLength = 64

    /// The type, and what the type needs to know.
    let arguments: [String]
    let body: [UInt8]

    var type: String { arguments[0] }

    var text: String {
        var text = "-> " + arguments.joined(separator: " ") + "\n"
        var rest = AgeBase64.encode(body)[...]
        while rest.count >= Self.lineLength {
            text += rest.prefix(Self.lineLength) + "\n"
            rest = rest.dropFirst(Self.lineLength)
        }
        return text + rest + "\n"
    }
}
