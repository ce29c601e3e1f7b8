-- record: signed acts (jws) and the identities that sign them (did).  docs/record-format.md describes both.

CREATE TYPE commune.did;

CREATE TYPE commune.jws;

-- ---- did

CREATE FUNCTION commune.did_in(cstring) RETURNS commune.did
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_in';
COMMENT ON FUNCTION commune.did_in(cstring) IS 'reads the text form of a DID';

CREATE FUNCTION commune.did_out(commune.did) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_out';
COMMENT ON FUNCTION commune.did_out(commune.did) IS 'writes the text form of a DID';

CREATE FUNCTION commune.did_recv(internal) RETURNS commune.did
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_recv';
COMMENT ON FUNCTION commune.did_recv(internal) IS 'receives the binary form of a DID';

CREATE FUNCTION commune.did_send(commune.did) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_send';
COMMENT ON FUNCTION commune.did_send(commune.did) IS 'sends the binary form of a DID: the byte k and 32 bytes of a key, or the byte c and 20 bytes';

CREATE TYPE commune.did (
	INPUT = commune.did_in,
	OUTPUT = commune.did_out,
	RECEIVE = commune.did_recv,
	SEND = commune.did_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = main
);
COMMENT ON TYPE commune.did IS
	'a decentralised identifier: did:key:z6Mk... (Ed25519) or did:commune:...; takes 34 bytes in a row';

-- ---- jws

CREATE FUNCTION commune.jws_in(cstring) RETURNS commune.jws
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'commune_record_jws_in';
COMMENT ON FUNCTION commune.jws_in(cstring) IS 'reads a record and checks its form, not its signature';

CREATE FUNCTION commune.jws_out(commune.jws) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_out';
COMMENT ON FUNCTION commune.jws_out(commune.jws) IS 'writes a record';

CREATE FUNCTION commune.jws_recv(internal) RETURNS commune.jws
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'commune_record_jws_recv';
COMMENT ON FUNCTION commune.jws_recv(internal) IS 'receives a record, whose binary form is its text, and checks its form';

CREATE FUNCTION commune.jws_send(commune.jws) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_send';
COMMENT ON FUNCTION commune.jws_send(commune.jws) IS 'sends a record: the bytes of its text';

CREATE TYPE commune.jws (
	INPUT = commune.jws_in,
	OUTPUT = commune.jws_out,
	RECEIVE = commune.jws_recv,
	SEND = commune.jws_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE commune.jws IS
	'a record: a signed act as a JWS in compact form with strict JSON inside; verify_record() checks the signature';

-- ---- did: comparing, by the binary form, bytewise

CREATE FUNCTION commune.did_eq(commune.did, commune.did) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_eq';
COMMENT ON FUNCTION commune.did_eq(commune.did, commune.did) IS 'implementation of operator =';

CREATE FUNCTION commune.did_ne(commune.did, commune.did) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_ne';
COMMENT ON FUNCTION commune.did_ne(commune.did, commune.did) IS 'implementation of operator <>';

CREATE FUNCTION commune.did_lt(commune.did, commune.did) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_lt';
COMMENT ON FUNCTION commune.did_lt(commune.did, commune.did) IS 'implementation of operator <';

CREATE FUNCTION commune.did_le(commune.did, commune.did) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_le';
COMMENT ON FUNCTION commune.did_le(commune.did, commune.did) IS 'implementation of operator <=';

CREATE FUNCTION commune.did_gt(commune.did, commune.did) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_gt';
COMMENT ON FUNCTION commune.did_gt(commune.did, commune.did) IS 'implementation of operator >';

CREATE FUNCTION commune.did_ge(commune.did, commune.did) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_ge';
COMMENT ON FUNCTION commune.did_ge(commune.did, commune.did) IS 'implementation of operator >=';

CREATE OPERATOR commune.= (
	LEFTARG = commune.did, RIGHTARG = commune.did, FUNCTION = commune.did_eq,
	COMMUTATOR = OPERATOR(commune.=), NEGATOR = OPERATOR(commune.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR commune.= (commune.did, commune.did) IS 'equal';

CREATE OPERATOR commune.<> (
	LEFTARG = commune.did, RIGHTARG = commune.did, FUNCTION = commune.did_ne,
	COMMUTATOR = OPERATOR(commune.<>), NEGATOR = OPERATOR(commune.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR commune.<> (commune.did, commune.did) IS 'not equal';

CREATE OPERATOR commune.< (
	LEFTARG = commune.did, RIGHTARG = commune.did, FUNCTION = commune.did_lt,
	COMMUTATOR = OPERATOR(commune.>), NEGATOR = OPERATOR(commune.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR commune.< (commune.did, commune.did) IS 'less than';

CREATE OPERATOR commune.<= (
	LEFTARG = commune.did, RIGHTARG = commune.did, FUNCTION = commune.did_le,
	COMMUTATOR = OPERATOR(commune.>=), NEGATOR = OPERATOR(commune.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR commune.<= (commune.did, commune.did) IS 'less than or equal';

CREATE OPERATOR commune.> (
	LEFTARG = commune.did, RIGHTARG = commune.did, FUNCTION = commune.did_gt,
	COMMUTATOR = OPERATOR(commune.<), NEGATOR = OPERATOR(commune.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR commune.> (commune.did, commune.did) IS 'greater than';

CREATE OPERATOR commune.>= (
	LEFTARG = commune.did, RIGHTARG = commune.did, FUNCTION = commune.did_ge,
	COMMUTATOR = OPERATOR(commune.<=), NEGATOR = OPERATOR(commune.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR commune.>= (commune.did, commune.did) IS 'greater than or equal';

CREATE FUNCTION commune.did_cmp(commune.did, commune.did) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_cmp';
COMMENT ON FUNCTION commune.did_cmp(commune.did, commune.did) IS 'less than 0, 0 or greater than 0 as the first is less than, equal to or greater than the second';

CREATE FUNCTION commune.did_sort(internal) RETURNS void
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_sort';
COMMENT ON FUNCTION commune.did_sort(internal) IS 'sort support: sorts DIDs by their first bytes as long as these decide';

CREATE FUNCTION commune.did_hash(commune.did) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_hash';
COMMENT ON FUNCTION commune.did_hash(commune.did) IS 'hash';

CREATE FUNCTION commune.did_hash_extended(commune.did, bigint) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_hash_extended';
COMMENT ON FUNCTION commune.did_hash_extended(commune.did, bigint) IS 'hash of 64 bits with a seed';

CREATE OPERATOR FAMILY commune.did_ops USING btree;
COMMENT ON OPERATOR FAMILY commune.did_ops USING btree IS 'ordering of did by the binary form, bytewise';

CREATE OPERATOR CLASS commune.did_ops DEFAULT FOR TYPE commune.did USING btree FAMILY commune.did_ops AS
	OPERATOR 1 commune.< (commune.did, commune.did),
	OPERATOR 2 commune.<= (commune.did, commune.did),
	OPERATOR 3 commune.= (commune.did, commune.did),
	OPERATOR 4 commune.>= (commune.did, commune.did),
	OPERATOR 5 commune.> (commune.did, commune.did),
	FUNCTION 1 commune.did_cmp (commune.did, commune.did),
	FUNCTION 2 commune.did_sort (internal),
	FUNCTION 4 pg_catalog.btequalimage (oid);
COMMENT ON OPERATOR CLASS commune.did_ops USING btree IS 'ordering of did by the binary form, bytewise';

CREATE OPERATOR FAMILY commune.did_ops USING hash;
COMMENT ON OPERATOR FAMILY commune.did_ops USING hash IS 'hashing of did';

CREATE OPERATOR CLASS commune.did_ops DEFAULT FOR TYPE commune.did USING hash FAMILY commune.did_ops AS
	OPERATOR 1 commune.= (commune.did, commune.did),
	FUNCTION 1 commune.did_hash (commune.did),
	FUNCTION 2 commune.did_hash_extended (commune.did, bigint);
COMMENT ON OPERATOR CLASS commune.did_ops USING hash IS 'hashing of did';

-- ---- jws: comparing, by the text, bytewise

CREATE FUNCTION commune.jws_eq(commune.jws, commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_eq';
COMMENT ON FUNCTION commune.jws_eq(commune.jws, commune.jws) IS 'implementation of operator =';

CREATE FUNCTION commune.jws_ne(commune.jws, commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_ne';
COMMENT ON FUNCTION commune.jws_ne(commune.jws, commune.jws) IS 'implementation of operator <>';

CREATE FUNCTION commune.jws_lt(commune.jws, commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_lt';
COMMENT ON FUNCTION commune.jws_lt(commune.jws, commune.jws) IS 'implementation of operator <';

CREATE FUNCTION commune.jws_le(commune.jws, commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_le';
COMMENT ON FUNCTION commune.jws_le(commune.jws, commune.jws) IS 'implementation of operator <=';

CREATE FUNCTION commune.jws_gt(commune.jws, commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_gt';
COMMENT ON FUNCTION commune.jws_gt(commune.jws, commune.jws) IS 'implementation of operator >';

CREATE FUNCTION commune.jws_ge(commune.jws, commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_ge';
COMMENT ON FUNCTION commune.jws_ge(commune.jws, commune.jws) IS 'implementation of operator >=';

CREATE OPERATOR commune.= (
	LEFTARG = commune.jws, RIGHTARG = commune.jws, FUNCTION = commune.jws_eq,
	COMMUTATOR = OPERATOR(commune.=), NEGATOR = OPERATOR(commune.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR commune.= (commune.jws, commune.jws) IS 'equal';

CREATE OPERATOR commune.<> (
	LEFTARG = commune.jws, RIGHTARG = commune.jws, FUNCTION = commune.jws_ne,
	COMMUTATOR = OPERATOR(commune.<>), NEGATOR = OPERATOR(commune.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR commune.<> (commune.jws, commune.jws) IS 'not equal';

CREATE OPERATOR commune.< (
	LEFTARG = commune.jws, RIGHTARG = commune.jws, FUNCTION = commune.jws_lt,
	COMMUTATOR = OPERATOR(commune.>), NEGATOR = OPERATOR(commune.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR commune.< (commune.jws, commune.jws) IS 'less than';

CREATE OPERATOR commune.<= (
	LEFTARG = commune.jws, RIGHTARG = commune.jws, FUNCTION = commune.jws_le,
	COMMUTATOR = OPERATOR(commune.>=), NEGATOR = OPERATOR(commune.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR commune.<= (commune.jws, commune.jws) IS 'less than or equal';

CREATE OPERATOR commune.> (
	LEFTARG = commune.jws, RIGHTARG = commune.jws, FUNCTION = commune.jws_gt,
	COMMUTATOR = OPERATOR(commune.<), NEGATOR = OPERATOR(commune.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR commune.> (commune.jws, commune.jws) IS 'greater than';

CREATE OPERATOR commune.>= (
	LEFTARG = commune.jws, RIGHTARG = commune.jws, FUNCTION = commune.jws_ge,
	COMMUTATOR = OPERATOR(commune.<=), NEGATOR = OPERATOR(commune.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR commune.>= (commune.jws, commune.jws) IS 'greater than or equal';

CREATE FUNCTION commune.jws_cmp(commune.jws, commune.jws) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_cmp';
COMMENT ON FUNCTION commune.jws_cmp(commune.jws, commune.jws) IS 'less than 0, 0 or greater than 0 as the first is less than, equal to or greater than the second';

CREATE FUNCTION commune.jws_hash(commune.jws) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_hash';
COMMENT ON FUNCTION commune.jws_hash(commune.jws) IS 'hash';

CREATE FUNCTION commune.jws_hash_extended(commune.jws, bigint) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_jws_hash_extended';
COMMENT ON FUNCTION commune.jws_hash_extended(commune.jws, bigint) IS 'hash of 64 bits with a seed';

CREATE OPERATOR FAMILY commune.jws_ops USING btree;
COMMENT ON OPERATOR FAMILY commune.jws_ops USING btree IS 'ordering of jws by the text, bytewise';

CREATE OPERATOR CLASS commune.jws_ops DEFAULT FOR TYPE commune.jws USING btree FAMILY commune.jws_ops AS
	OPERATOR 1 commune.< (commune.jws, commune.jws),
	OPERATOR 2 commune.<= (commune.jws, commune.jws),
	OPERATOR 3 commune.= (commune.jws, commune.jws),
	OPERATOR 4 commune.>= (commune.jws, commune.jws),
	OPERATOR 5 commune.> (commune.jws, commune.jws),
	FUNCTION 1 commune.jws_cmp (commune.jws, commune.jws),
	FUNCTION 4 pg_catalog.btequalimage (oid);
COMMENT ON OPERATOR CLASS commune.jws_ops USING btree IS 'ordering of jws by the text, bytewise';

CREATE OPERATOR FAMILY commune.jws_ops USING hash;
COMMENT ON OPERATOR FAMILY commune.jws_ops USING hash IS 'hashing of jws';

CREATE OPERATOR CLASS commune.jws_ops DEFAULT FOR TYPE commune.jws USING hash FAMILY commune.jws_ops AS
	OPERATOR 1 commune.= (commune.jws, commune.jws),
	FUNCTION 1 commune.jws_hash (commune.jws),
	FUNCTION 2 commune.jws_hash_extended (commune.jws, bigint);
COMMENT ON OPERATOR CLASS commune.jws_ops USING hash IS 'hashing of jws';

-- ---- casts: to text in assignments, from text when asked for

CREATE CAST (commune.did AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (commune.did AS text) IS 'the text form of a DID';

CREATE CAST (text AS commune.did) WITH INOUT;
COMMENT ON CAST (text AS commune.did) IS 'reads the text form of a DID';

CREATE CAST (commune.jws AS text) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (commune.jws AS text) IS 'the record as it is';

CREATE CAST (text AS commune.jws) WITH INOUT;
COMMENT ON CAST (text AS commune.jws) IS 'checks the form of a record';

-- ---- looking into records and DIDs

CREATE FUNCTION commune.header(record commune.jws) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'commune_record_header';
COMMENT ON FUNCTION commune.header(commune.jws) IS 'the protected header of a record';

CREATE FUNCTION commune.payload(record commune.jws) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'commune_record_payload';
COMMENT ON FUNCTION commune.payload(commune.jws) IS 'the payload of a record: iss, aud, iat, exp, nonce, act and the members of that act';

CREATE FUNCTION commune.signer(record commune.jws) RETURNS commune.did
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'commune_record_signer';
COMMENT ON FUNCTION commune.signer(commune.jws) IS 'who says to have signed a record: its iss';

CREATE FUNCTION commune.kind(record commune.jws) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'commune_record_kind';
COMMENT ON FUNCTION commune.kind(commune.jws) IS 'the kind of act that a record is: its act';

CREATE FUNCTION commune.nonce(record commune.jws) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'commune_record_nonce';
COMMENT ON FUNCTION commune.nonce(commune.jws) IS 'the nonce of a record';

CREATE FUNCTION commune.leaf(record commune.jws) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'commune_record_leaf';
COMMENT ON FUNCTION commune.leaf(commune.jws) IS 'the Merkle leaf hash of a record, SHA-256(0x00 || text): the id of the act';

CREATE FUNCTION commune.verify_record(record commune.jws) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME', 'commune_record_verify';
COMMENT ON FUNCTION commune.verify_record(commune.jws) IS 'whether the signature of a record matches the did:key in iss; raises QC110 for a did:commune, whose keys the record does not hold';

CREATE FUNCTION commune.public_key(did commune.did) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_public_key';
COMMENT ON FUNCTION commune.public_key(commune.did) IS 'the Ed25519 key in a did:key; null for a did:commune';

CREATE FUNCTION commune.did(key bytea) RETURNS commune.did
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_did_from_key';
COMMENT ON FUNCTION commune.did(bytea) IS 'the did:key of an Ed25519 key of 32 bytes';

CREATE FUNCTION commune.base64url(bytes bytea) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_base64url';
COMMENT ON FUNCTION commune.base64url(bytea) IS 'base64url without padding, as ids are written (RFC 4648 section 5)';

CREATE FUNCTION commune.base64url_decode(encoded text) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'commune_record_base64url_decode';
COMMENT ON FUNCTION commune.base64url_decode(text) IS 'reads base64url strictly: no padding, no white space, no stray bits';

-- ---- nothing is for everybody

REVOKE ALL ON FUNCTION
	commune.did_in(cstring), commune.did_out(commune.did), commune.did_recv(internal),
	commune.did_send(commune.did), commune.jws_in(cstring), commune.jws_out(commune.jws),
	commune.jws_recv(internal), commune.jws_send(commune.jws), commune.did_eq(commune.did, commune.did),
	commune.did_ne(commune.did, commune.did), commune.did_lt(commune.did, commune.did),
	commune.did_le(commune.did, commune.did), commune.did_gt(commune.did, commune.did),
	commune.did_ge(commune.did, commune.did), commune.did_cmp(commune.did, commune.did),
	commune.did_sort(internal), commune.did_hash(commune.did), commune.did_hash_extended(commune.did, bigint),
	commune.jws_eq(commune.jws, commune.jws), commune.jws_ne(commune.jws, commune.jws),
	commune.jws_lt(commune.jws, commune.jws), commune.jws_le(commune.jws, commune.jws),
	commune.jws_gt(commune.jws, commune.jws), commune.jws_ge(commune.jws, commune.jws),
	commune.jws_cmp(commune.jws, commune.jws), commune.jws_hash(commune.jws),
	commune.jws_hash_extended(commune.jws, bigint), commune.header(commune.jws), commune.payload(commune.jws),
	commune.signer(commune.jws), commune.kind(commune.jws), commune.nonce(commune.jws),
	commune.leaf(commune.jws), commune.verify_record(commune.jws), commune.public_key(commune.did),
	commune.did(bytea), commune.base64url(bytea), commune.base64url_decode(text)
	FROM PUBLIC;
REVOKE ALL ON TYPE commune.did, commune.jws FROM PUBLIC;
