-- worker: the background workers, where the library is preloaded.

CREATE FUNCTION commune.workers(
	OUT database text, OUT pid integer, OUT stopped boolean, OUT blocks bigint, OUT last_block bigint,
	OUT last_step timestamptz, OUT last_error_at timestamptz, OUT last_error text
) RETURNS SETOF record
	LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_worker_workers';
COMMENT ON FUNCTION commune.workers() IS
	'the workers of this server: blocks made or folded since it started, the last step, the last error';
REVOKE ALL ON FUNCTION commune.workers() FROM PUBLIC;

CREATE FUNCTION commune.stop_worker() RETURNS boolean
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_worker_stop';
COMMENT ON FUNCTION commune.stop_worker() IS
	'stop the worker of this database, so that the database can be dropped or renamed; true if one ran';
REVOKE ALL ON FUNCTION commune.stop_worker() FROM PUBLIC;

CREATE FUNCTION commune.start_worker() RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_worker_start';
COMMENT ON FUNCTION commune.start_worker() IS
	'let the launcher start the worker of this database again, within seconds';
REVOKE ALL ON FUNCTION commune.start_worker() FROM PUBLIC;
