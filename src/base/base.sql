\echo Use "CREATE EXTENSION commune" to load this file. \quit

-- base: what every slice relies on.  The schema commune is made by CREATE EXTENSION (commune.control).

SET LOCAL search_path TO pg_catalog, pg_temp;

DO $guard$
BEGIN
	IF (SELECT encoding FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
		<> pg_catalog.pg_char_to_encoding('UTF8') THEN
		RAISE EXCEPTION 'commune needs a database with encoding UTF8'
			USING ERRCODE = 'feature_not_supported',
				HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
END
$guard$;

REVOKE ALL ON SCHEMA commune FROM PUBLIC;

CREATE FUNCTION commune.create_roles() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT pg_catalog.unnest(ARRAY['commune_reader', 'commune_submit', 'commune_operator', 'commune_witness']) AS name LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r.name) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', r.name);
		END IF;
		EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA commune TO %I', r.name);
	END LOOP;
	-- Laws run with the rights of commune_law.  It can log in because PostgreSQL 15 starts no worker for a role that cannot.
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'commune_law') THEN
		CREATE ROLE commune_law LOGIN;
	END IF;
	GRANT USAGE ON SCHEMA law TO commune_law, commune_reader;
	GRANT SELECT ON ALL TABLES IN SCHEMA law TO commune_law, commune_reader;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA law TO commune_law, commune_reader;
	GRANT SELECT ON ALL TABLES IN SCHEMA commune TO commune_reader;
	GRANT SELECT ON ALL SEQUENCES IN SCHEMA commune TO commune_reader;
	GRANT INSERT (record) ON commune.act TO commune_submit;

	FOR r IN
		SELECT p.oid::pg_catalog.regprocedure AS signature, p.proname,
			CASE
				WHEN p.proname IN ('submit', 'await') THEN 'commune_submit'
				WHEN p.proname IN ('seal', 'sign_checkpoint', 'follow', 'start_worker', 'stop_worker') THEN 'commune_operator'
				WHEN p.proname IN ('add_cosignatures', 'witness_saw') THEN 'commune_witness'
				WHEN p.provolatile IN ('i', 's') OR p.proname IN ('verify', 'verify_table', 'workers') THEN 'commune_reader'
			END AS grantee
		FROM pg_catalog.pg_proc p
		WHERE p.pronamespace = 'commune'::pg_catalog.regnamespace
	LOOP
		CONTINUE WHEN r.grantee IS NULL;
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I', r.signature, r.grantee);
		IF r.proname IN ('await', 'receipt', 'nonce_key') THEN
			EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO commune_submit, commune_reader', r.signature);
		END IF;
		IF r.proname IN ('add_checkpoint_request', 'checkpoint') THEN
			EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO commune_witness', r.signature);
		END IF;
	END LOOP;
	FOR r IN
		SELECT t.oid::pg_catalog.regtype AS name
		FROM pg_catalog.pg_type t
		WHERE t.typnamespace = 'commune'::pg_catalog.regnamespace AND t.typtype = 'b' AND t.typelem = 0
	LOOP
		EXECUTE pg_catalog.format('GRANT USAGE ON TYPE %s TO commune_reader, commune_submit', r.name);
	END LOOP;
END
$$;
COMMENT ON FUNCTION commune.create_roles() IS
	'make the group roles commune_reader, commune_submit, commune_operator and commune_witness, and commune_law as which laws run, once a cluster, and grant them what they need here';
REVOKE ALL ON FUNCTION commune.create_roles() FROM PUBLIC;
