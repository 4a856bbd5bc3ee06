/// What is asked of a Postgres, with nothing to look up in an app's schemas (see `DataLogin.postgresEnvironment`). Every
/// answer is a line of JSON.
enum PostgresQueries {
    static let cluster = """
        SELECT json_build_object(
            'version', split_part(current_setting('server_version'), ' ', 1),
            'systemIdentifier', (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
            'timeline', (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()),
            'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
            'dataChecksums', current_setting('data_checksums') = 'on',
            'settings', (SELECT json_object_agg(name, setting) FROM pg_catalog.pg_settings WHERE name IN (
                'max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions',
                'max_locks_per_transaction')),
            'tablespaces', (SELECT coalesce(json_agg(spcname), '[]') FROM pg_catalog.pg_tablespace
                WHERE spcname NOT IN ('pg_default', 'pg_global')),
            'unreachable', (SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_catalog.pg_database
                WHERE NOT datallowconn AND datname <> 'template0'))
        FROM pg_catalog.pg_database WHERE datname = 'template0';
        """

    static let databases =
        "SELECT to_json(datname::text) FROM pg_catalog.pg_database WHERE datallowconn ORDER BY datname;"

    /// Where a server knows how, a table that somebody makes a view of meanwhile is an error: the view's functions would
    /// run as the superuser.
    static let noViews = """
        SELECT count(set_config(name, 'view, foreign-table', false)) AS none FROM pg_catalog.pg_settings
            WHERE name = 'restrict_nonsystem_relation_kind' \\gset

        """

    static let beginning =
        noViews
            + """
            BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

            """

    static let snapshot = """
        SELECT json_build_object(
            'snapshot', pg_export_snapshot(),
            'lsn', pg_current_wal_lsn()::text,
            'takenAt', (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
            'size', pg_database_size(current_database()),
            'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
            'collationVersion', datcollversion,
            'extensions', (SELECT coalesce(json_object_agg(extname, extversion), '{}') FROM pg_catalog.pg_extension))
        FROM pg_catalog.pg_database WHERE datname = current_database();

        """

    /// The tables that a dump holds the rows of: not those of extensions, nor what is made anew from others.
    static let counts = """
        SELECT json_build_object('largeObjects', count(*)) FROM pg_catalog.pg_largeobject_metadata;
        SELECT format(
            'SELECT pg_catalog.json_build_object(''schema'', %L::pg_catalog.text, ''table'', %L::pg_catalog.text, '
            '''rows'', pg_catalog.count(*)) FROM ONLY %I.%I',
            n.nspname, c.relname, n.nspname, c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY n.nspname, c.relname \\gexec
        SELECT '"end"';

        """

    static let log = """
        SELECT json_build_object(
            'systemIdentifier', (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
            'segmentBytes', (SELECT setting::bigint FROM pg_catalog.pg_settings WHERE name = 'wal_segment_size'),
            'archives', current_setting('archive_mode') <> 'off',
            'segment', pg_walfile_name(pg_current_wal_insert_lsn()),
            'now', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint,
            'nextTransaction', txid_snapshot_xmax(txid_current_snapshot()),
            'oldestTransaction', txid_snapshot_xmin(txid_current_snapshot()));
        """

    /// Commits something that is later than the last answer, so that a recovery to that moment finds its end, and has the
    /// segment end behind it.
    static let seal = """
        SELECT pg_sleep(0.002) AS none \\gset
        SELECT txid_current() AS marker \\gset
        SELECT json_build_object('marker', :marker, 'last', pg_walfile_name(pg_switch_wal()));
        """
}
