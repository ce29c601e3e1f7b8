-- chain: any table of the user's, append-only, each row a leaf of the register.  docs/chained-tables.md describes it.

CREATE VIEW commune.chained_row AS
	SELECT r.seq - r.n + i AS seq, r.xid, r.received_at, r.era, pg_catalog.substr(r.leaf, i * 32 - 31, 32) AS leaf, r.relation,
		CASE WHEN i = 1 THEN r.key ELSE (r.keys::pg_catalog.json -> (i - 2))::pg_catalog.text END AS key
	FROM commune.row_leaf r, pg_catalog.generate_series(1, r.n) AS i;
COMMENT ON VIEW commune.chained_row IS 'what row_leaf holds, each row of a chained table by itself';
COMMENT ON COLUMN commune.chained_row.seq IS 'order of arrival';
COMMENT ON COLUMN commune.chained_row.xid IS 'top-level transaction that brought it';
COMMENT ON COLUMN commune.chained_row.received_at IS 'when it came in';
COMMENT ON COLUMN commune.chained_row.era IS 'era of the transaction id';
COMMENT ON COLUMN commune.chained_row.leaf IS 'SHA-256 over 0x00, commune/row/1\n and the encoded row';
COMMENT ON COLUMN commune.chained_row.relation IS 'schema and name of the chained table';
COMMENT ON COLUMN commune.chained_row.key IS 'primary key of the row as a JSON array of texts; NULL for a table without one';

CREATE FUNCTION commune.chain_rows() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_chain_rows';
COMMENT ON FUNCTION commune.chain_rows() IS 'registers the rows that a statement inserted into a chained table';
REVOKE ALL ON FUNCTION commune.chain_rows() FROM PUBLIC;

CREATE FUNCTION commune.chain(target regclass) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_chain';
COMMENT ON FUNCTION commune.chain(regclass) IS
	'make a table append-only and register its rows, those that it has and those to come';
REVOKE ALL ON FUNCTION commune.chain(regclass) FROM PUBLIC;

CREATE FUNCTION commune.unchain(target regclass) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_unchain';
COMMENT ON FUNCTION commune.unchain(regclass) IS
	'end the promise of a chained table, as an entry of the register says from then on; nothing is erased';
REVOKE ALL ON FUNCTION commune.unchain(regclass) FROM PUBLIC;

CREATE FUNCTION commune.verify_table(
	target regclass, OUT key text, OUT seq bigint, OUT kind text, OUT detail text
) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_verify_table';
COMMENT ON FUNCTION commune.verify_table(regclass) IS
	'recompute every row of a chained table and return those that were changed, are missing or were added behind its back';
REVOKE ALL ON FUNCTION commune.verify_table(regclass) FROM PUBLIC;

CREATE VIEW commune.chained_table AS
	SELECT c.relation, c.seq, c.columns, c.key, pg_catalog.to_regclass(c.relation) IS NOT NULL AS present
	FROM (
		SELECT DISTINCT ON (e.body::pg_catalog.json ->> 'table')
			e.body::pg_catalog.json ->> 'table' AS relation, e.seq, e.body::pg_catalog.json -> 'columns' AS columns,
			e.body::pg_catalog.json -> 'key' AS key
		FROM commune.entry e
		WHERE e.kind = 'chain' AND e.xid IS NOT NULL AND NOT EXISTS (
			SELECT FROM commune.entry u
			WHERE u.kind = 'unchain' AND u.xid IS NOT NULL AND u.seq > e.seq
				AND u.body::pg_catalog.json ->> 'table' = e.body::pg_catalog.json ->> 'table')
		ORDER BY e.body::pg_catalog.json ->> 'table', e.seq
	) AS c;
COMMENT ON VIEW commune.chained_table IS 'the tables that are chained, by what the register says';
COMMENT ON COLUMN commune.chained_table.relation IS 'schema and name';
COMMENT ON COLUMN commune.chained_table.seq IS 'the entry with which it began';
COMMENT ON COLUMN commune.chained_table.columns IS 'name and type of each column that it had then';
COMMENT ON COLUMN commune.chained_table.key IS 'the columns of its primary key';
COMMENT ON COLUMN commune.chained_table.present IS 'false if there is no such table any more';

CREATE FUNCTION commune.verify_tables(
	OUT relation text, OUT key text, OUT seq bigint, OUT kind text, OUT detail text
) RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
	SELECT c.relation, v.key, v.seq, v.kind, v.detail
	FROM commune.chained_table c, commune.verify_table(c.relation::pg_catalog.regclass) v WHERE c.present
	UNION ALL
	SELECT c.relation, NULL, c.seq, 'missing', 'The table is gone.' FROM commune.chained_table c WHERE NOT c.present
$$;
COMMENT ON FUNCTION commune.verify_tables() IS 'verify_table() for every chained table; and the chained tables that are gone';
REVOKE ALL ON FUNCTION commune.verify_tables() FROM PUBLIC;

CREATE FUNCTION commune.repair_triggers() RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r record;
	repaired integer := 0;
BEGIN
	FOR r IN
		SELECT n.nspname, c.relname, t.tgname
		FROM pg_catalog.pg_trigger t
		JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'commune'::pg_catalog.regnamespace
		WHERE t.tgname IN ('commune_protect', 'commune_insert') AND t.tgenabled <> 'A'
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %I.%I ENABLE ALWAYS TRIGGER %I', r.nspname, r.relname, r.tgname);
		repaired := repaired + 1;
	END LOOP;
	FOR r IN
		SELECT n.nspname, c.relname
		FROM pg_catalog.pg_trigger t
		JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'commune'::pg_catalog.regnamespace
		WHERE t.tgname = 'commune_chain' AND t.tgenabled <> 'O'
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %I.%I ENABLE TRIGGER commune_chain', r.nspname, r.relname);
		repaired := repaired + 1;
	END LOOP;
	FOR r IN
		SELECT e.evtname
		FROM pg_catalog.pg_event_trigger e
		WHERE e.evtname LIKE 'commune\_guard\_%' AND e.evtenabled NOT IN ('O', 'A')
	LOOP
		EXECUTE pg_catalog.format('ALTER EVENT TRIGGER %I ENABLE', r.evtname);
		repaired := repaired + 1;
	END LOOP;
	RETURN repaired;
END
$$;
COMMENT ON FUNCTION commune.repair_triggers() IS
	'put protecting triggers back in force, those of chained tables too, that a restore with --disable-triggers left half in force';
REVOKE ALL ON FUNCTION commune.repair_triggers() FROM PUBLIC;

-- Nobody breaks a promise by mistake.

CREATE FUNCTION commune.guard() RETURNS event_trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_guard';
COMMENT ON FUNCTION commune.guard() IS
	'refuses commands that would change, rewrite, detach or drop a chained table, and chains what becomes a partition of one';
REVOKE ALL ON FUNCTION commune.guard() FROM PUBLIC;

CREATE EVENT TRIGGER commune_guard_start ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION commune.guard();
COMMENT ON EVENT TRIGGER commune_guard_start IS 'refuses to detach partitions of chained tables';
CREATE EVENT TRIGGER commune_guard_rewrite ON table_rewrite EXECUTE FUNCTION commune.guard();
COMMENT ON EVENT TRIGGER commune_guard_rewrite IS 'refuses to write the rows of chained tables anew';
CREATE EVENT TRIGGER commune_guard_end ON ddl_command_end
	WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE', 'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE', 'ALTER TYPE', 'ALTER DOMAIN',
		'CREATE SCHEMA', 'ALTER SCHEMA', 'ALTER EXTENSION', 'CREATE TRIGGER', 'ALTER TRIGGER')
	EXECUTE FUNCTION commune.guard();
COMMENT ON EVENT TRIGGER commune_guard_end IS 'refuses to alter chained tables, and chains their new partitions';
CREATE EVENT TRIGGER commune_guard_drop ON sql_drop EXECUTE FUNCTION commune.guard();
COMMENT ON EVENT TRIGGER commune_guard_drop IS 'refuses to drop chained tables, their columns, partitions and triggers';
