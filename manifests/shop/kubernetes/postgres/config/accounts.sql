\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET log_min_error_statement = panic; SET log_statement = none;
SELECT E'CREATE ROLE "shop_owner"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = E'shop_owner') \gexec
ALTER ROLE "shop_owner" NOLOGIN;
SELECT E'CREATE DATABASE "shop" OWNER "shop_owner"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = E'shop') \gexec
ALTER DATABASE "shop" OWNER TO "shop_owner";
REVOKE ALL ON DATABASE "shop" FROM PUBLIC;
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
\set password `cat /run/secrets/postgres-app`
SELECT E'CREATE ROLE "postgres_app"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = E'postgres_app') \gexec
ALTER ROLE "postgres_app" LOGIN PASSWORD :'password';
GRANT "shop_owner" TO "postgres_app";
ALTER ROLE "postgres_app" SET role TO E'shop_owner';
\set password `cat /run/secrets/postgres-exporter-password`
SELECT E'CREATE ROLE "exporter"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = E'exporter') \gexec
ALTER ROLE "exporter" LOGIN PASSWORD :'password';
GRANT pg_monitor TO "exporter";
GRANT CONNECT ON DATABASE "shop" TO "exporter";
\set password `cat /run/secrets/postgres-backup`
SELECT E'CREATE ROLE "backup"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = E'backup') \gexec
ALTER ROLE "backup" LOGIN BYPASSRLS PASSWORD :'password';
GRANT pg_read_all_data TO "backup";
GRANT CONNECT ON DATABASE "shop" TO "backup";
