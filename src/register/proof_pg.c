/*
 * proof_pg.c -- proofs, roots and tiles in SQL, for every size that the register ever had.
 */
#include "register/register_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/* What a function here reads the register by. */
typedef struct Reading
{
	TableStore *tables;
	Arena		arena;
	BlockRow	last;
	LogTiles	tiles;
	Fault		fault;
} Reading;

/* Begin to read, and refuse a size that the register does not have. */
static void
begin_reading(Reading *r, int64 size)
{
	r->tables = table_store_open(GetActiveSnapshot(), false, CurrentMemoryContext);
	context_arena_init(&r->arena, CurrentMemoryContext);
	if (!log_last_block(&r->last, table_store(r->tables), &r->arena))
		r->last = (BlockRow){.size = 0};
	if (size < 0 || size > r->last.size)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the register has no size " INT64_FORMAT, size),
				 errdetail("Its size is " INT64_FORMAT ".", r->last.size)));
	log_tiles_init(&r->tiles, table_store(r->tables), &r->arena, &r->last, &r->fault);
}

static Datum
bytea_datum(const void *bytes, size_t n)
{
	return PointerGetDatum(varlena_from_str((Str){bytes, n}));
}

static Datum
proof_datum(const Proof *proof)
{
	Datum		items[PROOF_MAX];

	for (int i = 0; i < proof->n; i++)
		items[i] = bytea_datum(proof->hash[i].b, HASH_SIZE);
	return PointerGetDatum(construct_array(items, proof->n, BYTEAOID, -1, false, TYPALIGN_INT));
}

/* SQL function: inclusion_proof(seq bigint, size bigint) returns bytea[] */
COMMUNE_FUNCTION(commune_register_inclusion_proof)
{
	int64		seq = PG_GETARG_INT64(0);
	int64		size = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);
	Store	   *store;
	ActRow		act = {.seq = seq};
	ActRow		probe = act;
	RowLeaf		run;
	EntryRow	entry = {.seq = seq};
	EntryRow	entry_probe = entry;
	BlockRow	block;
	int64_t		index = -1;
	Reading		r;
	Proof		proof;
	Code		code;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	begin_reading(&r, size);
	store = table_store(r.tables);
	if (PG_ARGISNULL(1))
		size = r.last.size;
	if (store->find(store, &r.arena, &act, ACT_BY_SEQ, &probe))
		code = log_place(&index, &block, store, &r.arena, LEAF_ACT, seq, act.era, act.xid, &r.fault);
	else if (log_row_leaf(&run, store, &r.arena, seq))
		code = log_place(&index, &block, store, &r.arena, LEAF_ROW, seq, run.era, run.xid, &r.fault);
	else if (store->find(store, &r.arena, &entry, ENTRY_BY_SEQ, &entry_probe))
		code = entry.xid == INT8_NONE ? log_place_engine(&index, &block, store, &r.arena, seq, entry.written_at, &r.fault) :
			log_place(&index, &block, store, &r.arena, LEAF_ENTRY, seq, entry.era, entry.xid, &r.fault);
	else
		code = fault_set(&r.fault, CODE_NO_SUCH_ACT, -1, "Nothing has the number " INT64_FORMAT ".", seq);
	if (code == CODE_OK && (index < 0 || index >= size))
		code = fault_set(&r.fault, CODE_NOT_SEALED, -1, "What has seq " INT64_FORMAT " is not among the first " INT64_FORMAT " leaves.",
						 seq, size);
	if (code == CODE_OK)
		code = log_tiles_take_peaks(&r.tiles);
	if (code != CODE_OK || !tree_inclusion(&proof, (uint64_t) index, (uint64_t) size, &r.tiles.reader))
		fault_raise(&r.fault);
	table_store_close(r.tables);
	PG_RETURN_DATUM(proof_datum(&proof));
}

/* SQL function: consistency_proof("from" bigint, "to" bigint) returns bytea[] */
COMMUNE_FUNCTION(commune_register_consistency_proof)
{
	int64		from = PG_GETARG_INT64(0);
	int64		to = PG_GETARG_INT64(1);
	Reading		r;
	Proof		proof;

	if (from < 1 || from > to)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a consistency proof leads from a size of at least 1 to one that is not smaller")));
	begin_reading(&r, to);
	if (log_tiles_take_peaks(&r.tiles) != CODE_OK ||
		!tree_consistency(&proof, (uint64_t) from, (uint64_t) to, &r.tiles.reader))
		fault_raise(&r.fault);
	table_store_close(r.tables);
	PG_RETURN_DATUM(proof_datum(&proof));
}

/* SQL function: root(size bigint) returns bytea */
COMMUNE_FUNCTION(commune_register_root)
{
	Reading		r;
	Digest		root;

	begin_reading(&r, PG_GETARG_INT64(0));
	if (!tree_root(&root, (uint64_t) PG_GETARG_INT64(0), &r.tiles.reader))
		fault_raise(&r.fault);
	table_store_close(r.tables);
	PG_RETURN_DATUM(bytea_datum(root.b, HASH_SIZE));
}

/* SQL function: tile(level integer, n bigint, width integer) returns bytea */
COMMUNE_FUNCTION(commune_register_tile)
{
	int32		level;
	int64		n;
	int32		width;
	Digest		hashes[TILE_WIDTH];
	Reading		r;
	uint64		entries;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	level = PG_GETARG_INT32(0);
	n = PG_GETARG_INT64(1);
	begin_reading(&r, 0);
	entries = level < 0 || level >= TILE_LEVELS ? 0 : (uint64) r.last.size >> (TILE_HEIGHT * level);
	if (!PG_ARGISNULL(2))
		width = PG_GETARG_INT32(2);
	else
		width = n >= 0 && (uint64) n < entries / TILE_WIDTH ? TILE_WIDTH : (int32) (entries % TILE_WIDTH);
	if (level < 0 || level >= TILE_LEVELS || n < 0 || n > PG_INT64_MAX / TILE_WIDTH - 1 || width < 1 || width > TILE_WIDTH ||
		(uint64) n * TILE_WIDTH + (uint64) width > entries)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the register has no such tile"),
				 errdetail("Its size is " INT64_FORMAT ", so level %d has " UINT64_FORMAT " entries.", r.last.size, level, entries)));
	if (!r.tiles.reader.read(r.tiles.reader.self, hashes, level, (uint64_t) n, (unsigned) width))
		fault_raise(&r.fault);
	table_store_close(r.tables);
	PG_RETURN_DATUM(bytea_datum(hashes, (size_t) width * HASH_SIZE));
}

/* ---- verification, which needs no register ---- */

/* Read a hash; false if it is none. */
static bool
read_hash(Digest *out, Datum d)
{
	Str			s = DatumGetStr(d);

	if (s.n != HASH_SIZE)
		return false;
	memcpy(out->b, s.p, HASH_SIZE);
	return true;
}

/* Read a proof; false if it is none. */
static bool
read_proof(Proof *out, Datum d)
{
	Datum	   *items;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(d), BYTEAOID, -1, false, TYPALIGN_INT, &items, &nulls, &n);
	if (n > PROOF_MAX)
		return false;
	out->n = n;
	for (int i = 0; i < n; i++)
		if (nulls[i] || !read_hash(&out->hash[i], items[i]))
			return false;
	return true;
}

/* SQL function: verify_inclusion(leaf bytea, index bigint, size bigint, root bytea, proof bytea[]) returns boolean */
COMMUNE_FUNCTION(commune_register_verify_inclusion)
{
	int64		index = PG_GETARG_INT64(1);
	int64		size = PG_GETARG_INT64(2);
	Digest		leaf;
	Digest		root;
	Proof		proof;

	PG_RETURN_BOOL(read_hash(&leaf, PG_GETARG_DATUM(0)) && index >= 0 && size > 0 &&
				   read_hash(&root, PG_GETARG_DATUM(3)) && read_proof(&proof, PG_GETARG_DATUM(4)) &&
				   verify_inclusion(&leaf, (uint64_t) index, (uint64_t) size, &root, proof.hash, (size_t) proof.n));
}

/* SQL function: verify_consistency("from" bigint, "to" bigint, from_root bytea, to_root bytea, proof bytea[]) returns boolean */
COMMUNE_FUNCTION(commune_register_verify_consistency)
{
	int64		from = PG_GETARG_INT64(0);
	int64		to = PG_GETARG_INT64(1);
	Digest		from_root;
	Digest		to_root;
	Proof		proof;

	PG_RETURN_BOOL(from > 0 && to > 0 && read_hash(&from_root, PG_GETARG_DATUM(2)) && read_hash(&to_root, PG_GETARG_DATUM(3)) &&
				   read_proof(&proof, PG_GETARG_DATUM(4)) &&
				   verify_consistency((uint64_t) from, (uint64_t) to, &from_root, &to_root, proof.hash, (size_t) proof.n));
}
