/// One header block of an archive that somebody else wrote.
struct TarBlock {
    private let bytes: ArraySlice<UInt8>
    let type: UInt8
    /// The name as it stands here; a record before the block may say another.
    let name: [UInt8]
    let link: [UInt8]
    let size: Int

    /// What to call an entry whose header cannot be taken.
    static func likelyName(_ block: ArraySlice<UInt8>) -> String {
        String(decoding: block.prefix(TarFields.name.count).prefix { $0 != 0 }, as: UTF8.self)
    }

    init(_ block: ArraySlice<UInt8>) throws(ArchiveRefusal) {
        bytes = block
        let field = { (range: Range<Int>) in
            block[(block.startIndex + range.lowerBound)..<(block.startIndex + range.upperBound)]
        }
        guard TarFields.number(field(TarFields.checksum)) == TarFields.sum(of: block) else {
            throw ArchiveRefusal(text: "has a header whose checksum does not fit")
        }
        let magic = Array(field(TarFields.magic))
        guard magic == TarFields.posixMagic || magic == TarFields.gnuMagic else {
            throw ArchiveRefusal(text: "has a header that is neither POSIX's nor GNU's")
        }
        guard let name = TarFields.text(field(TarFields.name)), let link = TarFields.text(field(TarFields.link)) else {
            throw ArchiveRefusal(text: "has bytes behind the end of its name")
        }
        guard let size = TarFields.number(field(TarFields.size)), size >= 0 else {
            throw ArchiveRefusal(text: "has a size that is no number")
        }
        guard let prefix = TarFields.text(magic == TarFields.posixMagic ? field(TarFields.prefix) : []) else {
            throw ArchiveRefusal(text: "has bytes behind the end of its name")
        }
        type = block[block.startIndex + TarFields.type]
        self.name = prefix.isEmpty ? Array(name) : prefix + [UInt8(ascii: "/")] + name
        self.link = Array(link)
        self.size = size
    }

    func number(_ range: Range<Int>, _ what: String) throws(ArchiveRefusal) -> Int {
        let field = bytes[(bytes.startIndex + range.lowerBound)..<(bytes.startIndex + range.upperBound)]
        guard let number = TarFields.number(field) else {
            throw ArchiveRefusal(text: "has \(what) that is no number")
        }
        return number
    }
}
