/// Adds what `status` needs of a release, worked out once when the release is recorded. A release from before has
/// none, and nothing may be added to it: it is immutable.
enum SchemaV0002 {
    static let sql = "ALTER TABLE release ADD COLUMN outline TEXT"
}
