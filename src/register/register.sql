-- register: one append-only sequence of leaves, in blocks, under a Merkle tree.  docs/register.md describes it.

CREATE SEQUENCE commune.act_seq AS bigint CACHE 1;
COMMENT ON SEQUENCE commune.act_seq IS
	'numbers acts, rows of chained tables and entries in the order in which they came';

CREATE TABLE commune.era (
	begun bigint NOT NULL,
	era integer NOT NULL,
	binding text NOT NULL COLLATE "C",
	origin text NOT NULL COLLATE "C",
	reason text NOT NULL COLLATE "C",
	CONSTRAINT era_pkey PRIMARY KEY (era)
);
COMMENT ON TABLE commune.era IS
	'spans of the register in which transaction ids can be compared; a restore or a promotion begins a new one';
COMMENT ON COLUMN commune.era.begun IS 'index of the leaf that began it';
COMMENT ON COLUMN commune.era.era IS 'number of the era, from 1';
COMMENT ON COLUMN commune.era.binding IS 'system identifier, database and table act that it is bound to';
COMMENT ON COLUMN commune.era.origin IS 'name of the log in checkpoints';
COMMENT ON COLUMN commune.era.reason IS 'why it was begun';

CREATE TABLE commune.act (
	seq bigint NOT NULL,
	xid xid8 NOT NULL,
	received_at timestamptz NOT NULL,
	nonce bigint NOT NULL,
	era integer NOT NULL,
	kind text NOT NULL COLLATE "C",
	signer commune.did NOT NULL,
	leaf bytea NOT NULL,
	record commune.jws NOT NULL,
	key bytea NOT NULL,
	CONSTRAINT act_pkey PRIMARY KEY (seq)
);
COMMENT ON TABLE commune.act IS
	'every signed act as it came in: INSERT INTO commune.act (record) or COPY commune.act (record); the rest is filled in';
COMMENT ON COLUMN commune.act.seq IS 'order of arrival, drawn from act_seq; blocks give an act its index';
COMMENT ON COLUMN commune.act.xid IS 'top-level transaction that brought it';
COMMENT ON COLUMN commune.act.received_at IS 'when it came in, for information; an act''s time is its block''s';
COMMENT ON COLUMN commune.act.nonce IS 'the record''s nonce';
COMMENT ON COLUMN commune.act.era IS 'era of the transaction id';
COMMENT ON COLUMN commune.act.kind IS 'the record''s act';
COMMENT ON COLUMN commune.act.signer IS 'the record''s iss';
COMMENT ON COLUMN commune.act.leaf IS 'SHA-256(0x00 || record): the id of the act';
COMMENT ON COLUMN commune.act.record IS 'the signed bytes';
COMMENT ON COLUMN commune.act.key IS 'the key that verified it; empty where it is the did:key''s own';

CREATE FUNCTION commune.nonce_key(nonce bigint, signer commune.did) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_register_nonce_key';
COMMENT ON FUNCTION commune.nonce_key(bigint, commune.did) IS
	'what acts are indexed by to find repetitions: the upper bits of the nonce, and a hash of nonce and signer';
REVOKE ALL ON FUNCTION commune.nonce_key(bigint, commune.did) FROM PUBLIC;

CREATE INDEX act_xid_idx ON commune.act (xid);
CREATE INDEX act_nonce_idx ON commune.act (commune.nonce_key(nonce, signer));

CREATE TABLE commune.row_leaf (
	seq bigint NOT NULL,
	xid xid8 NOT NULL,
	received_at timestamptz NOT NULL,
	era integer NOT NULL,
	n integer NOT NULL,
	leaf bytea NOT NULL,
	relation text NOT NULL COLLATE "C",
	key text COLLATE "C",
	keys text COLLATE "C",
	CONSTRAINT row_leaf_pkey PRIMARY KEY (seq)
);
COMMENT ON TABLE commune.row_leaf IS
	'the rows of chained tables, in runs: those that one statement brought one after the other; chained_row has them one by one';
COMMENT ON COLUMN commune.row_leaf.seq IS 'order of arrival of the last row, drawn from act_seq; the rows before it have the seqs before';
COMMENT ON COLUMN commune.row_leaf.xid IS 'top-level transaction that brought it';
COMMENT ON COLUMN commune.row_leaf.received_at IS 'when it came in';
COMMENT ON COLUMN commune.row_leaf.era IS 'era of the transaction id';
COMMENT ON COLUMN commune.row_leaf.relation IS 'schema and name of the chained table';
COMMENT ON COLUMN commune.row_leaf.n IS 'how many rows, 59 at most';
COMMENT ON COLUMN commune.row_leaf.leaf IS 'of each row in order SHA-256 over 0x00, commune/row/1\n and the encoded row';
COMMENT ON COLUMN commune.row_leaf.key IS 'primary key of the first row as a JSON array; NULL for a table without one';
COMMENT ON COLUMN commune.row_leaf.keys IS 'those of the other rows, a JSON array of such arrays; NULL if there are none';
CREATE INDEX row_leaf_xid_idx ON commune.row_leaf (xid);
CREATE INDEX row_leaf_relation_idx ON commune.row_leaf (relation);

CREATE TABLE commune.entry (
	seq bigint NOT NULL,
	xid xid8,
	written_at timestamptz NOT NULL,
	era integer NOT NULL,
	kind text NOT NULL COLLATE "C",
	leaf bytea NOT NULL,
	body text NOT NULL COLLATE "C",
	CONSTRAINT entry_pkey PRIMARY KEY (seq)
);
COMMENT ON TABLE commune.entry IS
	'what the engine wrote: openings, closings, results, eras; and that a table was chained or unchained';
COMMENT ON COLUMN commune.entry.seq IS 'order of arrival, drawn from act_seq';
COMMENT ON COLUMN commune.entry.xid IS 'transaction that brought it; NULL for what the engine wrote while sealing';
COMMENT ON COLUMN commune.entry.written_at IS 'time of the block; for what a session wrote, when it did';
COMMENT ON COLUMN commune.entry.era IS 'era of its block or transaction';
COMMENT ON COLUMN commune.entry.kind IS 'open, close, extend, lapse, result, isolated, era, chain or unchain';
COMMENT ON COLUMN commune.entry.leaf IS 'SHA-256 over 0x00, commune/entry/1\n and the body: the id of the entry';
COMMENT ON COLUMN commune.entry.body IS 'canonical JSON';
CREATE INDEX entry_xid_idx ON commune.entry (xid) WHERE xid IS NOT NULL;

CREATE TABLE commune.verdict (
	seq bigint NOT NULL,
	sqlstate text NOT NULL COLLATE "C",
	CONSTRAINT verdict_pkey PRIMARY KEY (seq)
);
COMMENT ON TABLE commune.verdict IS 'acts that are in the register and were refused by the fold';
COMMENT ON COLUMN commune.verdict.seq IS 'the act';
COMMENT ON COLUMN commune.verdict.sqlstate IS 'why: docs/errors.md';

CREATE TABLE commune.block (
	number bigint NOT NULL,
	"time" timestamptz NOT NULL,
	first bigint NOT NULL,
	size bigint NOT NULL,
	era integer NOT NULL,
	finished boolean NOT NULL,
	snapshot pg_snapshot NOT NULL,
	root bytea NOT NULL,
	frontier bytea NOT NULL,
	members bytea NOT NULL,
	header text NOT NULL COLLATE "C",
	CONSTRAINT block_pkey PRIMARY KEY (number)
);
COMMENT ON TABLE commune.block IS 'sealed blocks: what was committed between two snapshots, in order';
COMMENT ON COLUMN commune.block.number IS 'from 1';
COMMENT ON COLUMN commune.block."time" IS 'the time of its acts; never goes back';
COMMENT ON COLUMN commune.block.first IS 'index of its first leaf';
COMMENT ON COLUMN commune.block.size IS 'leaves of the register with this block; its header is the last one';
COMMENT ON COLUMN commune.block.era IS 'era in which it was sealed';
COMMENT ON COLUMN commune.block.finished IS 'false if the next block goes on with the same snapshot';
COMMENT ON COLUMN commune.block.snapshot IS 'what was visible when it was sealed';
COMMENT ON COLUMN commune.block.root IS 'root of the Merkle tree over all leaves with this block';
COMMENT ON COLUMN commune.block.frontier IS 'roots of the largest complete subtrees, left to right';
COMMENT ON COLUMN commune.block.members IS 'source and seq of each leaf, delta-coded: SELECT * FROM commune.members(number)';
COMMENT ON COLUMN commune.block.header IS 'canonical JSON that commits to all of it';

CREATE TABLE commune.tile (
	n bigint NOT NULL,
	level integer NOT NULL,
	root bytea NOT NULL,
	data bytea NOT NULL,
	CONSTRAINT tile_pkey PRIMARY KEY (level, n)
);
ALTER TABLE commune.tile ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE commune.tile IS 'full tiles of 256 hashes (C2SP tlog-tiles)';
COMMENT ON COLUMN commune.tile.n IS 'number of the tile in its level';
COMMENT ON COLUMN commune.tile.level IS '0 for leaves';
COMMENT ON COLUMN commune.tile.root IS 'root over the tile: its entry in the next level';
COMMENT ON COLUMN commune.tile.data IS '256 hashes of 32 bytes';

CREATE TABLE commune.follower (
	block bigint NOT NULL,
	id integer NOT NULL,
	promoted text COLLATE "C",
	origin text COLLATE "C",
	CONSTRAINT follower_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE commune.follower IS 'one row in a database that follows another register, or is to begin an era after promote(); none elsewhere';
COMMENT ON COLUMN commune.follower.block IS 'the last block that was folded here';
COMMENT ON COLUMN commune.follower.id IS '1';
COMMENT ON COLUMN commune.follower.promoted IS 'why it was made an origin; the next seal begins an era';
COMMENT ON COLUMN commune.follower.origin IS 'name of the log from then on; NULL: it keeps its name';

-- Nothing here is changed but by the library, which writes below the level of SQL.

CREATE FUNCTION commune.protect() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_protect';
COMMENT ON FUNCTION commune.protect() IS
	'refuses UPDATE, DELETE and TRUNCATE always, INSERT except from a restore or a subscription';
REVOKE ALL ON FUNCTION commune.protect() FROM PUBLIC;

CREATE TRIGGER commune_protect BEFORE UPDATE OR DELETE OR TRUNCATE ON commune.act
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.act ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.era
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.era ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.row_leaf
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.row_leaf ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.entry
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.entry ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.verdict
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.verdict ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.block
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.block ENABLE ALWAYS TRIGGER commune_protect;
CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.tile
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.tile ENABLE ALWAYS TRIGGER commune_protect;

CREATE TRIGGER commune_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON commune.follower
	FOR EACH STATEMENT EXECUTE FUNCTION commune.protect();
ALTER TABLE commune.follower ENABLE ALWAYS TRIGGER commune_protect;

SELECT pg_catalog.pg_extension_config_dump('commune.act_seq', '');
SELECT pg_catalog.pg_extension_config_dump('commune.follower', '');
SELECT pg_catalog.pg_extension_config_dump('commune.era', '');
SELECT pg_catalog.pg_extension_config_dump('commune.act', '');
SELECT pg_catalog.pg_extension_config_dump('commune.row_leaf', '');
SELECT pg_catalog.pg_extension_config_dump('commune.entry', '');
SELECT pg_catalog.pg_extension_config_dump('commune.verdict', '');
SELECT pg_catalog.pg_extension_config_dump('commune.block', '');
SELECT pg_catalog.pg_extension_config_dump('commune.tile', '');

CREATE FUNCTION commune.verify(
	"from" bigint DEFAULT NULL, "to" bigint DEFAULT NULL, signatures boolean DEFAULT true,
	projections boolean DEFAULT true, workers integer DEFAULT NULL,
	OUT index bigint, OUT "table" text, OUT "column" text, OUT kind text, OUT detail text
) RETURNS SETOF record
	LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'commune_register_verify';
COMMENT ON FUNCTION commune.verify(bigint, bigint, boolean, boolean, integer) IS
	'recompute the register, or the blocks that hold the leaves of a range, and return a row for each damage';
REVOKE ALL ON FUNCTION commune.verify(bigint, bigint, boolean, boolean, integer) FROM PUBLIC;

CREATE FUNCTION commune.members(block bigint, OUT index bigint, OUT source text, OUT seq bigint) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_register_members';
COMMENT ON FUNCTION commune.members(bigint) IS
	'the leaves of a block in order, without its header: index, source (act, row, entry, engine) and seq';
REVOKE ALL ON FUNCTION commune.members(bigint) FROM PUBLIC;

CREATE FUNCTION commune.inclusion_proof(seq bigint, size bigint DEFAULT NULL) RETURNS bytea[]
	LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_register_inclusion_proof';
COMMENT ON FUNCTION commune.inclusion_proof(bigint, bigint) IS
	'hashes that prove that an act, row or entry is among the first size leaves (RFC 9162 section 2.1.3); of the whole register by default';
REVOKE ALL ON FUNCTION commune.inclusion_proof(bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.consistency_proof("from" bigint, "to" bigint) RETURNS bytea[]
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_register_consistency_proof';
COMMENT ON FUNCTION commune.consistency_proof(bigint, bigint) IS
	'hashes that prove that the register of one size is the beginning of that of another (RFC 9162 section 2.1.4)';
REVOKE ALL ON FUNCTION commune.consistency_proof(bigint, bigint) FROM PUBLIC;

CREATE FUNCTION commune.root(size bigint) RETURNS bytea
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_register_root';
COMMENT ON FUNCTION commune.root(bigint) IS 'the root of the Merkle tree over the first size leaves, from the tiles';
REVOKE ALL ON FUNCTION commune.root(bigint) FROM PUBLIC;

CREATE FUNCTION commune.tile(level integer, n bigint, width integer DEFAULT NULL) RETURNS bytea
	LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'commune_register_tile';
COMMENT ON FUNCTION commune.tile(integer, bigint, integer) IS
	'the first width hashes of a tile, as the register had it when it was smaller; as wide as it is by default (C2SP tlog-tiles)';
REVOKE ALL ON FUNCTION commune.tile(integer, bigint, integer) FROM PUBLIC;

CREATE FUNCTION commune.verify_inclusion(leaf bytea, index bigint, size bigint, root bytea, proof bytea[]) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_register_verify_inclusion';
COMMENT ON FUNCTION commune.verify_inclusion(bytea, bigint, bigint, bytea, bytea[]) IS
	'whether a proof shows that a leaf hash stands at an index of the tree of a size and root';
REVOKE ALL ON FUNCTION commune.verify_inclusion(bytea, bigint, bigint, bytea, bytea[]) FROM PUBLIC;

CREATE FUNCTION commune.verify_consistency("from" bigint, "to" bigint, from_root bytea, to_root bytea, proof bytea[]) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_register_verify_consistency';
COMMENT ON FUNCTION commune.verify_consistency(bigint, bigint, bytea, bytea, bytea[]) IS
	'whether a proof shows that the tree of one size and root is the beginning of that of another';
REVOKE ALL ON FUNCTION commune.verify_consistency(bigint, bigint, bytea, bytea, bytea[]) FROM PUBLIC;
