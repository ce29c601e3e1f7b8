/*
 * follow_pg.c -- a subscriber: folds the blocks that arrive from an origin, and checks them.
 *
 * What it receives (act, row_leaf, entry, block; insert only) it takes as it is.  What follows from it (verdict, tile,
 * era, and the state) it computes itself, block by block, and compares: the verdicts by the hash in the header, the
 * entries byte by byte, the root.  It never writes an entry of its own.
 */
#include "register/register_pg.h"

#include "access/xact.h"
#include "base/debug_pg.h"
#include "catalog/pg_subscription_rel.h"
#include "executor/spi.h"
#include "fold/complete.h"
#include "fold/follow_pg.h"
#include "fold/mirror.h"
#include "miscadmin.h"
#include "register/note.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

typedef struct Following
{
	MemoryContext context;
	Arena		arena;
	TableStore *tables;
	Store	   *store;
	FollowerRow row;
	Mirror		mirror;
	Tree		tree;
	Row		  **tiles;
	size_t		ntiles;
	Arena	   *block_arena;
} Following;

/* ---- where it stands ---- */

/* Make this database a follower; it must not have sealed anything itself. */
static void
begin_following(Following *f)
{
	bool		begun;
	bool		follower;
	Row		   *row = &f->row.row;

	(void) register_era(&begun, &follower);
	if (begun)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this database has a register of its own"),
				 errhint("A follower begins in a new database: CREATE EXTENSION commune, SELECT commune.follow(), CREATE SUBSCRIPTION.")));
	register_check_owner("make this database a follower");
	f->row = (FollowerRow){.id = 1, .block = 0};
	f->store->write(f->store, REL_FOLLOWER, &row, 1);
	f->row.row.stored = true;
	register_era_changed();
}

/* Set the mirror to where the last folded block left it. */
static void
resume_mirror(Following *f, Arena *snapshots)
{
	BlockRow	last;
	BlockRow	at;
	Mirror	   *m = &f->mirror;
	Fault		fault;

	mirror_init(m, &snapshots[0], &snapshots[1]);
	if (f->row.block == 0)
		return;
	if (!log_block(&last, f->store, &f->arena, f->row.block))
		code_raise(CODE_DAMAGED, psprintf("Block " INT64_FORMAT " was folded and is gone.", f->row.block));
	if (log_resume(&f->tree, f->store, &f->arena, &last, &fault) != CODE_OK)
		fault_raise(&fault);
	at = last;
	while (!at.finished && at.number > 1 && at.era == last.era)
		if (!log_block(&at, f->store, &f->arena, at.number - 1))
			code_raise(CODE_DAMAGED, psprintf("Block " INT64_FORMAT " is gone.", at.number - 1));
	mirror_resume(m, &last, at.finished && at.era == last.era ? &at : NULL, &f->tree.frontier, &f->arena);
}

/* True while the subscription still copies one of the register's tables: then nothing can be said of what is missing. */
static bool
is_copying(void)
{
	static const char query[] =
		"SELECT 1 FROM pg_catalog.pg_subscription_rel WHERE srsubstate <> 'r'"
		" AND srrelid IN ('commune.act'::pg_catalog.regclass::pg_catalog.oid, 'commune.row_leaf'::pg_catalog.regclass::pg_catalog.oid,"
		" 'commune.entry'::pg_catalog.regclass::pg_catalog.oid, 'commune.block'::pg_catalog.regclass::pg_catalog.oid)";
	bool		copying;

	SPI_connect();
	if (SPI_execute(query, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "commune: cannot read pg_subscription_rel");
	copying = SPI_processed > 0;
	SPI_finish();
	return copying;
}

/* ---- a block ---- */

static void
keep_tile(void *self, int level, uint64_t n, const Digest tile[TILE_WIDTH], const Digest *root)
{
	Following  *f = self;
	TileRow    *row = arena_zero(f->block_arena, sizeof *row);

	row->level = level;
	row->n = (int64_t) n;
	row->root = arena_str(f->block_arena, hash_str(root));
	row->data = arena_str(f->block_arena, (Str){(const char *) tile, TILE_BYTES});
	f->tiles[f->ntiles++] = &row->row;
}

/* Write the era that a block begins, as its entry says. */
static void
write_era(Following *f, const StoredBlock *block)
{
	for (size_t i = 0; i < block->n; i++)
	{
		const LeafMember *m = &block->members[i];
		const Json *body;
		EraRow		era = {.begun = block->row->first + (int64_t) i};
		Row		   *row = &era.row;

		if (m->source != LEAF_ENGINE ||
			json_parse(&body, f->block_arena, m->bytes.p, m->bytes.n, NULL) != CODE_OK ||
			!str_is(json_get(body, "entry")->string, "era"))
			continue;
		era.era = (int32) json_get(body, "era")->number;
		era.binding = json_get(body, "binding")->string;
		era.origin = json_get(body, "origin")->string;
		era.reason = json_get(body, "reason")->string;
		f->store->write(f->store, REL_ERA, &row, 1);
		register_era_changed();
	}
}

static void
write_verdicts(Following *f, const BlockOutput *out)
{
	Row		  **rows = arena_alloc(f->block_arena, out->nverdicts * sizeof *rows);

	for (size_t i = 0; i < out->nverdicts; i++)
	{
		VerdictRow *row = arena_zero(f->block_arena, sizeof *row);

		if (out->verdicts[i].code == CODE_ISOLATED)
			ereport(WARNING,
					(errmsg("act " INT64_FORMAT " was isolated at its origin", out->verdicts[i].seq),
					 errdetail("No rule refused it."),
					 errhint("Ask whoever runs the origin why it could not be folded.")));
		row->seq = out->verdicts[i].seq;
		row->sqlstate = str_from(code_sqlstate(out->verdicts[i].code));
		rows[i] = &row->row;
	}
	if (out->nverdicts > 0)
		f->store->write(f->store, REL_VERDICT, rows, out->nverdicts);
}

/* Fold the next block if it has arrived. */
static bool
follow_block(Following *f)
{
	MemoryContext context = AllocSetContextCreate(f->context, "commune block", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	MemoryContext scratch_context = AllocSetContextCreate(context, "commune act", ALLOCSET_DEFAULT_SIZES);
	Arena		arena;
	Arena		scratch;
	BlockRow	row;
	StoredBlock block;
	BlockOutput out;
	bool		found;
	Digest		leaf;
	Fault		fault;

	context_arena_init(&arena, context);
	context_arena_init(&scratch, scratch_context);
	f->block_arena = &arena;
	if (!log_block(&row, f->store, &arena, f->row.block + 1))
		found = false;
	else if (stored_read(&block, &found, f->store, &arena, &row, STORED_BYTES, &fault) != CODE_OK)
		fault_raise(&fault);
	else if (!found)
		code_raise(CODE_DAMAGED, psprintf("Block " INT64_FORMAT " has arrived, some of its members have not.", row.number));
	if (found)
	{
		Row		   *progress = &f->row.row;

		f->mirror.stored_verdicts = false;
		if (mirror_block(&f->mirror, &block, &out, state_new(&arena, f->store), &arena, &scratch, &fault) != CODE_OK ||
			complete_check(f->store, &arena, &row, &fault) != CODE_OK)
			fault_raise(&fault);
		f->tiles = arena_alloc(&arena, (block.n / TILE_WIDTH + 1) * 2 * TILE_LEVELS * sizeof *f->tiles);
		f->ntiles = 0;
		f->tree.tile = keep_tile;
		f->tree.self = f;
		for (size_t i = 0; i < block.n; i++)
			tree_add(&f->tree, &block.members[i].leaf);
		block_header_leaf(&leaf, row.header);
		tree_add(&f->tree, &leaf);
		if (f->ntiles > 0)
			f->store->write(f->store, REL_TILE, f->tiles, f->ntiles);
		write_verdicts(f, &out);
		write_era(f, &block);
		f->row.block = row.number;
		f->store->write(f->store, REL_FOLLOWER, &progress, 1);
		debug_point("follow", row.number);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return found;
}

/* ---- the whole ---- */

int64
follow_step(int64 limit, bool begin)
{
	MemoryContext context;
	Following  *f;
	Arena		snapshots[2];
	int64		n = 0;

	PreventCommandDuringRecovery("commune.follow()");
	PreventCommandIfReadOnly("commune.follow()");
	seal_lock();
	context = AllocSetContextCreate(CurrentMemoryContext, "commune follower", ALLOCSET_DEFAULT_SIZES);
	f = MemoryContextAllocZero(context, sizeof *f);
	f->context = context;
	context_arena_init(&f->arena, context);
	for (int i = 0; i < 2; i++)
		context_arena_init(&snapshots[i], AllocSetContextCreate(context, "commune snapshot", ALLOCSET_SMALL_SIZES));
	f->tables = table_store_open(NULL, true, context);
	f->store = table_store(f->tables);
	if (log_follower(&f->row, f->store, &f->arena))
		f->row.row.stored = true;
	else if (begin)
		begin_following(f);
	if (f->row.row.stored && !is_copying())
	{
		resume_mirror(f, snapshots);
		while (n < limit && follow_block(f))
		{
			n++;
			CHECK_FOR_INTERRUPTS();
		}
	}
	table_store_close(f->tables);
	MemoryContextDelete(context);
	return n;
}

bool
follow_is_promoted(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "commune follower", ALLOCSET_SMALL_SIZES);
	TableStore *tables = table_store_open(NULL, false, context);
	FollowerRow row;
	Arena		arena;
	bool		promoted;

	context_arena_init(&arena, context);
	promoted = log_follower(&row, table_store(tables), &arena) && row.promoted.p != NULL;
	table_store_close(tables);
	MemoryContextDelete(context);
	return promoted;
}

/* SQL function: follow() returns bigint */
COMMUNE_FUNCTION(commune_fold_follow)
{
	PG_RETURN_INT64(follow_step(PG_INT64_MAX, true));
}

typedef struct NameSearch
{
	Str			name;
	bool		found;
} NameSearch;

static bool
compare_origin(void *self, const void *row)
{
	NameSearch *search = self;

	search->found |= str_eq(((const EraRow *) row)->origin, search->name);
	return !search->found;
}

/* Refuse a name that a log cannot have, or that this register has had before. */
static void
check_new_origin(Store *store, Str origin)
{
	NameSearch	search = {.name = origin};

	store->scan(store, ERA_BY_NUMBER, 0, NULL, SCAN_ALL, 0, compare_origin, &search);
	if (search.found || !note_name_is_good(origin))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be the new name of the log", pnstrdup(origin.p, origin.n)),
				 search.found ? errdetail("The register has had this name.") :
				 errdetail("A name has no white space and no plus sign, such as example.org/town-2.")));
}

/* SQL function: promote(reason text, origin text) returns void */
COMMUNE_FUNCTION(commune_fold_promote)
{
	Str			reason = PG_ARGISNULL(0) ? STR("") : DatumGetStr(PG_GETARG_DATUM(0));
	Str			origin = PG_ARGISNULL(1) ? STR_NONE : DatumGetStr(PG_GETARG_DATUM(1));
	TableStore *tables;
	Store	   *store;
	Arena		arena;
	FollowerRow row;
	Row		   *rows = &row.row;
	BlockRow	last;
	int64		greatest;

	PreventCommandIfReadOnly("commune.promote()");
	register_check_owner("promote a follower");
	if (reason.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a promotion needs a reason"),
				 errdetail("It stands in the register as the reason of the new era.")));

	/* Nobody is in the middle of a block, nor of a transaction that brings something to the era that ends. */
	seal_lock();
	LockRelationOid(commune_relation("act"), ShareLock);
	LockRelationOid(commune_relation("row_leaf"), ShareLock);
	tables = table_store_open(NULL, true, CurrentMemoryContext);
	store = table_store(tables);
	context_arena_init(&arena, CurrentMemoryContext);
	if (origin.p != NULL)
		check_new_origin(store, origin);
	row.row.stored = log_follower(&row, store, &arena);
	row.id = 1;
	if (!row.row.stored && (origin.p == NULL || !log_last_block(&last, store, &arena)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this database is no follower"),
				 errhint("To go on with a register that has lost history, or with a copy of one, give the log a new name: "
						 "SELECT commune.promote(reason, origin).")));
	if (row.row.stored)
	{
		/* Sequences are not replicated: go on above everything that arrived. */
		greatest = register_greatest_seq(store);
		if (greatest > 0)
			register_set_seq(greatest);
	}
	else
		row.block = last.number;
	row.promoted = reason;
	row.origin = origin;
	store->write(store, REL_FOLLOWER, &rows, 1);
	table_store_close(tables);
	register_era_changed();
	PG_RETURN_VOID();
}
