-- witness: checkpoints that the log signs, and what witnesses say of them.  docs/witnesses.md describes it.

CREATE TABLE commune.checkpoint (
	size bigint NOT NULL,
	signed_at timestamptz NOT NULL,
	published_at timestamptz,
	note text NOT NULL COLLATE "C",
	CONSTRAINT checkpoint_pkey PRIMARY KEY (size)
);
CREATE UNIQUE INDEX checkpoint_published_idx ON commune.checkpoint (size) WHERE published_at IS NOT NULL;
COMMENT ON TABLE commune.checkpoint IS 'checkpoints that the log has signed (C2SP tlog-checkpoint)';
COMMENT ON COLUMN commune.checkpoint.size IS 'leaves of the register';
COMMENT ON COLUMN commune.checkpoint.signed_at IS 'when the log signed it';
COMMENT ON COLUMN commune.checkpoint.published_at IS 'when a quorum of witnesses had cosigned it; NULL before';
COMMENT ON COLUMN commune.checkpoint.note IS 'the signed note, with the log''s signature alone';

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
	CONSTRAINT witness_seen_pkey PRIMARY KEY (witness)
);
COMMENT ON TABLE commune.witness_seen IS 'the largest checkpoint that each witness is known to have cosigned';
COMMENT ON COLUMN commune.witness_seen.size IS 'leaves of the register that it saw';
COMMENT ON COLUMN commune.witness_seen.at IS 'the time that it signed with it';
COMMENT ON COLUMN commune.witness_seen.witness IS 'its name in the policy';
COMMENT ON COLUMN commune.witness_seen.root IS 'the root that it saw';

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

CREATE FUNCTION commune.add_checkpoint_request(witness text) RETURNS text
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_request';
COMMENT ON FUNCTION commune.add_checkpoint_request(text) IS
	'the body of a request add-checkpoint (C2SP tlog-witness) for a witness of the policy; NULL if it has cosigned within the last minute and there is nothing new';
REVOKE ALL ON FUNCTION commune.add_checkpoint_request(text) FROM PUBLIC;

CREATE FUNCTION commune.add_cosignatures(lines text, size bigint DEFAULT NULL) RETURNS integer
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_witness_add';
COMMENT ON FUNCTION commune.add_cosignatures(text, bigint) IS
	'take signature lines of witnesses on the checkpoint of a size, the last signed one by default; return how many were new; a quorum publishes it';
REVOKE ALL ON FUNCTION commune.add_cosignatures(text, bigint) FROM PUBLIC;

CREATE FUNCTION commune.witness_saw(note text) RETURNS boolean
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_witness_saw';
COMMENT ON FUNCTION commune.witness_saw(text) IS
	'take a checkpoint that witnesses have cosigned elsewhere: true if this register contains it; if not, it is kept, and seal() refuses to go on';
REVOKE ALL ON FUNCTION commune.witness_saw(text) FROM PUBLIC;

CREATE FUNCTION commune.receipt(seq bigint) RETURNS text
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_witness_receipt';
COMMENT ON FUNCTION commune.receipt(bigint) IS
	'the proof that a sealed act is in the register, with its verdict (C2SP tlog-proof)';
REVOKE ALL ON FUNCTION commune.receipt(bigint) FROM PUBLIC;
