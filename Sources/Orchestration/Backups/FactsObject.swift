import Basics
import DataSources
import Interfaces
import Vault

/// The object of a set that says what the others hold.
enum FactsObject {
    static let name = "facts.json"
    private static let limit = 16 << 20

    static func store(_ facts: DataFacts, to sink: ObjectSink) async throws(ReportableError) {
        let bytes = Array(CanonicalJSON.encode(facts))
        guard bytes.count <= limit else {
            throw ReportableError(
                .engineFailed,
                "what was counted takes \(ByteCount(bytes: bytes.count)), and no reader of sets takes more than "
                    + "\(ByteCount(bytes: limit))",
                hint: "Are there hundreds of thousands of tables? Such a set could not be restored, so none was made."
            )
        }
        try await sink(CapturedObject(name, ByteStream(bytes: bytes)))
    }

    /// nil for a set that has none.
    static func read(from manifest: SetManifest, in vault: Vault, by identity: AgeIdentity)
        async throws(ReportableError) -> DataFacts?
    {
        guard let object = manifest.objects.first(where: { $0.name == name }) else { return nil }
        let bytes = try await vault.read(object, of: manifest.set, by: [identity]).collect(limit: limit)
        do {
            return try CanonicalJSON.decode(DataFacts.self, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ReportableError(.vaultDamaged, "\(name) of the set \(manifest.set) cannot be understood")
        }
    }
}
