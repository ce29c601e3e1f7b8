-- witness: checkpoints that the log signs, and what witnesses say of them.  docs/witnesses.md describes it.

CREATE TABLE commune.checkpoint (
	size bigint NOT NULL,
	signed_at timestamptz NOT NULL,
	published_at timestamptz,
	note text NOT NULL COLLATE "C",
	origin text NOT NULL COLLATE "C",
	CONSTRAINT checkpoint_pkey PRIMARY KEY (size)
);
CREATE UNIQUE INDEX checkpoint_published_idx ON commune.checkpoint (size) WHERE published_at IS NOT NULL;
COMMENT ON TABLE commune.checkpoint IS 'checkpoints that the log has signed (C2SP tlog-checkpoint)';
COMMENT ON COLUMN commune.checkpoint.size IS 'leaves of the register';
COMMENT ON COLUMN commune.checkpoint.signed_at IS 'when the log signed it';
COMMENT ON COLUMN commune.checkpoint.published_at IS 'when a quorum of witnesses had cosigned it; NULL before';
COMMENT ON COLUMN commune.checkpoint.note IS 'the signed note, with the log''s signature alone';
COMMENT ON COLUMN commune.checkpoint.origin IS 'name of the log in it: another one after a succession';

CREATE TABLE commune.cosignature (
	size bigint NOT NULL,
	at timestamptz NOT NULL,
	witness text NOT NULL COLLATE "C",
	line text NOT NULL COLLATE "C",
	CONSTRAINT cosignature_pkey PRIMARY KEY (size, witness, at)
);
COMMENT ON TABLE commune.cosignature IS 'every cosignature (C2SP tlog-cosignature) that was taken';
COMMENT ON COLUMN commune.cosignature.size IS 'the checkpoint';
COMMENT ON COLUMN commune.cosignature.at IS 'the time that the witness signed with it';
COMMENT ON COLUMN commune.cosignature.witness IS 'its name in the policy';
COMMENT ON COLUMN commune.cosignature.line IS 'the signature line of the note';

CREATE TABLE commune.witness_seen (
	size bigint NOT NULL,
	at timestamptz NOT NULL,
	witness text NOT NULL COLLATE "C",
	root bytea NOT NULL,
	origin text NOT NULL COLLATE "C",
	CONSTRAINT witness_seen_pkey PRIMARY KEY (witness)
);
COMMENT ON TABLE commune.witness_seen IS 'the last checkpoint that each witness is known to have cosigned';
COMMENT ON COLUMN commune.witness_seen.size IS 'leaves of the register that it saw';
COMMENT ON COLUMN commune.witness_seen.at IS 'the time that it signed with it';
COMMENT ON COLUMN commune.witness_seen.witness IS 'its name in the policy';
COMMENT ON COLUMN commune.witness_seen.root IS 'the root that it saw';
COMMENT ON COLUMN commune.witness_seen.origin IS 'name of the log that it saw: seal() minds those of the present one';

CREATE TABLE commune.fork_evidence (
	id bigint NOT NULL,
	found_at timestamptz NOT NULL,
	note_a text NOT NULL COLLATE "C",
	note_b text NOT NULL COLLATE "C",
	CONSTRAINT fork_evidence_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE commune.fork_evidence IS 'pairs of checkpoints, both signed by this log, that contradict each other';
COMMENT ON COLUMN commune.fork_evidence.id IS 'number';
COMMENT ON COLUMN commune.fork_evidence.found_at IS 'when it was handed in';
COMMENT ON COLUMN commune.fork_evidence.note_a IS 'one signed checkpoint';
COMMENT ON COLUMN commune.fork_evidence.note_b IS 'the other one';

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.checkpoint
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.checkpoint ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.cosignature
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.cosignature ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.witness_seen
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.witness_seen ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.fork_evidence
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.fork_evidence ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.checkpoint', '');
SELECT pg_catalog.pg_extension_config_dump('commune.cosignature', '');
SELECT pg_catalog.pg_extension_config_dump('commune.witness_seen', '');
SELECT pg_catalog.pg_extension_config_dump('commune.fork_evidence', '');

CREATE FUNCTION commune.sign_checkpoint() RETURNS bigint
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_witness_sign_checkpoint';
COMMENT ON FUNCTION commune.sign_checkpoint() IS
	'sign the register as it is, if commune.signing_key_file names a key, and return its size; the worker does it after each block';
REVOKE ALL ON FUNCTION commune.sign_checkpoint() FROM PUBLIC;

CREATE FUNCTION commune.checkpoint(published boolean DEFAULT true) RETURNS text
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_checkpoint';
COMMENT ON FUNCTION commune.checkpoint(boolean) IS
	'the last checkpoint that a quorum has cosigned, with the newest cosignature of each witness; with false, the last that is signed';
REVOKE ALL ON FUNCTION commune.checkpoint(boolean) FROM PUBLIC;

CREATE FUNCTION commune.add_checkpoint_request(witness text, old bigint DEFAULT NULL) RETURNS text
	LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_request';
COMMENT ON FUNCTION commune.add_checkpoint_request(text, bigint) IS
	'the body of a request add-checkpoint (C2SP tlog-witness) for a witness of the policy, from the size that it saw last, or from old, which it named in a conflict; NULL if it has cosigned within the last minute and there is nothing new';
REVOKE ALL ON FUNCTION commune.add_checkpoint_request(text, bigint) FROM PUBLIC;

CREATE FUNCTION commune.add_cosignatures(lines text, size bigint DEFAULT NULL) RETURNS integer
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_witness_add';
COMMENT ON FUNCTION commune.add_cosignatures(text, bigint) IS
	'take signature lines of witnesses on the checkpoint of a size, the last signed one by default; return how many were new; a quorum publishes it';
REVOKE ALL ON FUNCTION commune.add_cosignatures(text, bigint) FROM PUBLIC;

CREATE FUNCTION commune.witness_saw(note text) RETURNS boolean
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_witness_saw';
COMMENT ON FUNCTION commune.witness_saw(text) IS
	'take a checkpoint that the log has signed and witnesses have cosigned, elsewhere perhaps: true if this register contains it; if not, it is remembered, and seal() refuses to go on';
REVOKE ALL ON FUNCTION commune.witness_saw(text) FROM PUBLIC;

CREATE FUNCTION commune.receipt(seq bigint) RETURNS text
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_receipt';
COMMENT ON FUNCTION commune.receipt(bigint) IS
	'the proof that a sealed act is in the register, with its verdict (C2SP tlog-proof)';
REVOKE ALL ON FUNCTION commune.receipt(bigint) FROM PUBLIC;

CREATE FUNCTION commune.signing(OUT key text, OUT problem text) RETURNS record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_signing';
COMMENT ON FUNCTION commune.signing() IS
	'the verifier''s key (C2SP signed-note) of what signs checkpoints here, and why it does not if it does not';
REVOKE ALL ON FUNCTION commune.signing() FROM PUBLIC;

CREATE FUNCTION commune.witnesses(OUT name text, OUT class text, OUT key text, OUT url text) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_witnesses';
COMMENT ON FUNCTION commune.witnesses() IS 'the witnesses and mirrors that the policy names';
REVOKE ALL ON FUNCTION commune.witnesses() FROM PUBLIC;

CREATE VIEW commune.register_status AS
	SELECT e.origin, e.era, f.block IS NOT NULL AS follower, b.number AS blocks, b.size, b.root, b."time" AS sealed_at,
		(SELECT pg_catalog.count(*) FROM commune.act a
			WHERE a.xid >= coalesce(pg_catalog.pg_snapshot_xmin(b.snapshot), '0')
				AND coalesce(NOT pg_catalog.pg_visible_in_snapshot(a.xid, b.snapshot), true)) AS waiting,
		s.key AS signing_key, s.problem AS signing_problem,
		c.size AS signed_size, c.signed_at, p.size AS published_size, p.published_at,
		(SELECT pg_catalog.max(k.at) FROM commune.cosignature k WHERE k.size = c.size) AS cosigned_at,
		(SELECT pg_catalog.count(*) FROM commune.fork_evidence) AS forks
	FROM commune.signing() s
	LEFT JOIN commune.follower f ON true
	LEFT JOIN LATERAL (
		SELECT * FROM commune.block WHERE number <= coalesce(f.block, number) ORDER BY number DESC LIMIT 1
	) AS b ON true
	LEFT JOIN LATERAL (SELECT * FROM commune.era ORDER BY era DESC LIMIT 1) AS e ON true
	LEFT JOIN LATERAL (SELECT * FROM commune.checkpoint WHERE origin = e.origin ORDER BY size DESC LIMIT 1) AS c ON true
	LEFT JOIN LATERAL (
		SELECT * FROM commune.checkpoint WHERE published_at IS NOT NULL AND origin = e.origin ORDER BY size DESC LIMIT 1
	) AS p ON true;
COMMENT ON VIEW commune.register_status IS 'one row: how far the register is sealed, signed and published';
COMMENT ON COLUMN commune.register_status.origin IS 'name of the log in checkpoints; NULL before the first block';
COMMENT ON COLUMN commune.register_status.era IS 'the current era';
COMMENT ON COLUMN commune.register_status.follower IS 'this database follows another register';
COMMENT ON COLUMN commune.register_status.blocks IS 'number of the last block, on a follower of the last that was folded';
COMMENT ON COLUMN commune.register_status.size IS 'leaves with that block';
COMMENT ON COLUMN commune.register_status.root IS 'root over them';
COMMENT ON COLUMN commune.register_status.sealed_at IS 'that block''s time';
COMMENT ON COLUMN commune.register_status.waiting IS 'acts that were committed after it';
COMMENT ON COLUMN commune.register_status.signing_key IS 'verifier''s key of what signs checkpoints here';
COMMENT ON COLUMN commune.register_status.signing_problem IS 'why nothing is signed here; NULL if all is well';
COMMENT ON COLUMN commune.register_status.signed_size IS 'leaves of the last checkpoint';
COMMENT ON COLUMN commune.register_status.signed_at IS 'when it was signed';
COMMENT ON COLUMN commune.register_status.published_size IS 'leaves of the last checkpoint that a quorum has cosigned';
COMMENT ON COLUMN commune.register_status.published_at IS 'when the quorum was there';
COMMENT ON COLUMN commune.register_status.cosigned_at IS 'the newest cosignature of the last checkpoint: older than two minutes means that nobody vouches any more';
COMMENT ON COLUMN commune.register_status.forks IS 'pairs of contradicting checkpoints in commune.fork_evidence';

CREATE VIEW commune.witness_status AS
	SELECT coalesce(w.name, s.witness) AS name, coalesce(w.class, 'former') AS class, w.key, w.url, s.size, s.at,
		c.size - coalesce(s.size, 0) AS behind
	FROM commune.witnesses() w
	FULL JOIN (
		SELECT * FROM commune.witness_seen WHERE origin = (SELECT origin FROM commune.era ORDER BY era DESC LIMIT 1)
	) AS s ON s.witness = w.name
	LEFT JOIN LATERAL (
		SELECT size FROM commune.checkpoint
		WHERE origin = (SELECT origin FROM commune.era ORDER BY era DESC LIMIT 1) ORDER BY size DESC LIMIT 1
	) AS c ON true;
COMMENT ON VIEW commune.witness_status IS 'what each witness of the policy, and each former one, has cosigned last';
COMMENT ON COLUMN commune.witness_status.name IS 'its name in the policy';
COMMENT ON COLUMN commune.witness_status.class IS 'witness, mirror, or former: no longer in the policy';
COMMENT ON COLUMN commune.witness_status.key IS 'its verifier''s key';
COMMENT ON COLUMN commune.witness_status.url IS 'where it can be asked, if the policy says so';
COMMENT ON COLUMN commune.witness_status.size IS 'the size that it has cosigned last';
COMMENT ON COLUMN commune.witness_status.at IS 'when, by its clock';
COMMENT ON COLUMN commune.witness_status.behind IS 'leaves that are signed and that it has not cosigned';
