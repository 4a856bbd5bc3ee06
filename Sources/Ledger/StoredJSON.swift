import Basics
import GRDB
import StackModel

/// Columns that hold a value as canonical JSON, as the text of a name, or as a time.
extension Row {
    func value<Value: Decodable>(_ type: Value.Type, fromJSON column: String) throws -> Value {
        try CanonicalJSON.decode(type, from: decode(String.self, forColumn: column))
    }

    func optionalValue<Value: Decodable>(_ type: Value.Type, fromJSON column: String) throws -> Value? {
        guard let text = try decode(String?.self, forColumn: column) else { return nil }
        return try CanonicalJSON.decode(type, from: text)
    }

    func value<Value: TextCodable>(_ type: Value.Type, fromText column: String) throws -> Value {
        let text = try decode(String.self, forColumn: column)
        guard let value = Value(text) else {
            throw ReportableError(.ledgerFailed, "the ledger holds \(text) where a \(type) belongs")
        }
        return value
    }

    func word<Word: RawRepresentable<String>>(_ type: Word.Type, from column: String) throws -> Word {
        let text = try decode(String.self, forColumn: column)
        guard let word = Word(rawValue: text) else {
            throw ReportableError(.ledgerFailed, "the ledger holds \(text) where a \(type) belongs")
        }
        return word
    }

    func instant(from column: String) throws -> Instant {
        Instant(milliseconds: try decode(Int.self, forColumn: column))
    }

    func optionalInstant(from column: String) throws -> Instant? {
        try decode(Int?.self, forColumn: column).map(Instant.init(milliseconds:))
    }

    func digest(from column: String) throws -> Digest {
        let text = try decode(String.self, forColumn: column)
        guard let digest = Digest(hex: text) else {
            throw ReportableError(.ledgerFailed, "the ledger holds \(text) where a digest belongs")
        }
        return digest
    }
}
