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
