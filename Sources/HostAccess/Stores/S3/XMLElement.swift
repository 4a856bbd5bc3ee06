/// The little of XML that a store's replies are made of: elements with text and children.
///
/// The text comes from a server that may be broken or hostile. So nothing is fetched or expanded (there are no entities
/// but the five, and a document type is refused), and depth and number of elements are bounded; attributes are skipped.
/// Whatever is not well formed is nil, never half a document.
struct XMLElement: Sendable {
    /// Without a prefix.
    private(set) var name: String
    /// The element's own text.
    private(set) var text = ""
    private(set) var children: [XMLElement] = []

    static let depthLimit = 16
    static let countLimit = 20_000

    private init(name: String) {
        self.name = name
    }

    init?(_ bytes: [UInt8]) {
        var reader = XMLReader(bytes)
        guard let root = reader.document() else { return nil }
        self = root
    }

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first child of that name.
    subscript(_ name: String) -> String? { children.first { $0.name == name }?.text }

    fileprivate static func named(_ name: String) -> XMLElement { XMLElement(name: name) }
    fileprivate mutating func append(_ more: String) { text += more }
    fileprivate mutating func append(_ child: XMLElement) { children.append(child) }
}

/// Reads a document from its beginning to its end, once.
private struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0
    /// The elements that are open, the outermost first.
    private var open: [XMLElement] = []
    private var count = 0
    private var hasFailed = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() -> XMLElement? {
        while position < bytes.count {
            let isTag = bytes[position] == UInt8(ascii: "<")
            if isTag, let root = tag() { return isBlank(after: position) ? root : nil }
            if isTag ? hasFailed : !characters() { return nil }
        }
        return nil
    }

    /// Reads what begins with `<`. The root, when that ends with it.
    private mutating func tag() -> XMLElement? {
        if skip("<?", to: "?>") != nil || skip("<!--", to: "-->") != nil { return nil }
        if let text = skip("<![CDATA[", to: "]]>") { return add(String(decoding: text, as: UTF8.self)) }
        guard let inner = skip("<", to: ">"), let first = inner.first, !"!?".utf8.contains(first) else { return fail() }
        if first == UInt8(ascii: "/") { return close(Self.localName(inner.dropFirst())) }
        let isWhole = inner.last == UInt8(ascii: "/")
        let name = Self.localName(isWhole ? inner.dropLast() : inner)
        count += 1
        guard !name.isEmpty, count <= XMLElement.countLimit, open.count < XMLElement.depthLimit else { return fail() }
        open.append(.named(name))
        return isWhole ? close(name) : nil
    }

    private mutating func close(_ name: String) -> XMLElement? {
        guard let element = open.popLast(), element.name == name else { return fail() }
        guard !open.isEmpty else { return element }
        open[open.count - 1].append(element)
        return nil
    }

    private mutating func add(_ text: String) -> XMLElement? {
        guard !open.isEmpty else { return fail() }
        open[open.count - 1].append(text)
        return nil
    }

    private mutating func fail() -> XMLElement? {
        hasFailed = true
        return nil
    }

    /// Reads text up to the next tag. False when it is not text.
    private mutating func characters() -> Bool {
        let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        let raw = bytes[position..<end]
        position = end
        guard !open.isEmpty else { return raw.allSatisfy(Self.isSpace) }
        guard let text = XMLText.decoded(raw) else { return false }
        open[open.count - 1].append(text)
        return true
    }

    /// What stands between two marks when the first stands here; the position is then behind the second.
    private mutating func skip(_ start: String, to end: String) -> ArraySlice<UInt8>? {
        let (first, last) = (Array(start.utf8), Array(end.utf8))
        guard bytes[position...].starts(with: first) else { return nil }
        let begin = position + first.count
        var index = begin
        while index + last.count <= bytes.count {
            if bytes[index] == last[0], bytes[index...].starts(with: last) {
                position = index + last.count
                return bytes[begin..<index]
            }
            index += 1
        }
        return nil
    }

    private func isBlank(after position: Int) -> Bool { bytes[position...].allSatisfy(Self.isSpace) }

    /// White space; a byte order mark counts as some.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 32 || (9...13).contains(byte) || [0xEF, 0xBB, 0xBF].contains(byte)
    }

    private static func localName(_ tag: ArraySlice<UInt8>) -> String {
        let name = tag.prefix { !isSpace($0) }
        let mark = name.lastIndex(of: UInt8(ascii: ":"))
        return String(decoding: mark.map { name[($0 + 1)...] } ?? name, as: UTF8.self)
    }
}

/// Text in XML, with its entities.
enum XMLText {
    private static let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// nil when it is no UTF-8, or has an entity that XML itself does not know.
    static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let raw = String(validating: bytes, as: UTF8.self) else { return nil }
        var parts = raw.split(separator: "&", omittingEmptySubsequences: false)[...]
        var text = String(parts.removeFirst())
        for part in parts {
            guard let end = part.firstIndex(of: ";"), let character = character(part[..<end]) else { return nil }
            text += character + part[part.index(after: end)...]
        }
        return text
    }

    private static func character(_ entity: Substring) -> String? {
        guard entity.hasPrefix("#") else { return named[String(entity)] }
        let digits = entity.dropFirst()
        let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return number.flatMap(UnicodeScalar.init).map { String(Character($0)) }
    }
}
