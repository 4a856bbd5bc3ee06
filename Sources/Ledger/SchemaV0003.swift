/// Services are stopped one by one: their names take the place of one mark for the whole stack.
enum SchemaV0003 {
    static let sql = """
        CREATE TABLE stopped_service (
            stack TEXT NOT NULL REFERENCES stack (id),
            service TEXT NOT NULL,
            PRIMARY KEY (stack, service)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO stopped_service (stack, service)
            SELECT stack.id, service.value ->> '$.name'
            FROM stack
            JOIN release ON release.stack = stack.id AND release.number = stack.current_release
            JOIN json_each(release.contents, '$.stack.services') AS service
            WHERE stack.is_stopped = 1;
        ALTER TABLE stack DROP COLUMN is_stopped;
        """
}
