/*
 * verify.c -- recomputes a register from outside, and compares it with what was seen before.
 *
 * Block by block: the audit checks what is stored (hashes, signatures, columns, tiles, order, completeness), the mirror
 * folds it and compares verdicts, entries and roots.  Then the audit looks at what lies in no block, and the server's
 * tables are compared with the state that the fold gives.  All of it is read in one transaction.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <time.h>

#include "cli/seen.h"
#include "cli/store.h"
#include "cli/times.h"
#include "cli/wire.h"
#include "fold/compare.h"
#include "fold/mirror.h"
#include "record/record.h"
#include "register/audit.h"

/* What is found beyond this is counted, not listed. */
#define LISTED_MAX 1000

const Option verify_options[] = {
	{0, "no-signatures", NULL, "do not verify the signatures of records, which take most of the time"},
	{0, "origin", "ORIGIN", "the name of the register; else the one remembered for this server"},
	{0}
};

typedef struct Verify
{
	const Cli  *cli;
	int64_t		all;			/* leaves */
	int64_t		found;			/* damages and differences */
	Buf			list;			/* of them, as JSON */
	Audit		audit;
	Mirror		mirror;
	State	   *state;
	Arena	   *scratch;
	bool		broken;			/* a block did not follow: nothing is folded from there on */
	int64_t		acts;
	int64_t		refused;
	int64_t		isolated;
	Str			origin;			/* as the last era's entry says */

	bool		has_seen;
	Seen		seen;
	bool		passed_seen;	/* the register has a block that ends at the size seen */
	Digest		root_at_seen;
} Verify;

/* ---- what is found ---- */

static void
put_member(Buf *b, const char *name, Str value)
{
	if (value.n == 0)
		return;
	buf_text(b, b->p[b->n - 1] == '{' ? "\"" : ",\"");
	buf_text(b, name);
	buf_text(b, "\":");
	json_quote(b, value);
}

/* List something that does not hold; what is empty is left out. */
static void
list(Verify *v, int64_t index, const char *table, Str row, Str column, const char *kind, Str detail)
{
	Arena	   *arena = v->cli->arena;

	if (v->found++ >= LISTED_MAX)
		return;
	row = wire_clean(arena, row, false);
	column = wire_clean(arena, column, false);
	detail = wire_clean(arena, detail, false);
	buf_text(&v->list, v->list.n == 0 ? "[{" : ",{");
	put_member(&v->list, "table", str_from(table));
	put_member(&v->list, "row", row);
	put_member(&v->list, "column", column);
	put_member(&v->list, "kind", str_from(kind));
	put_member(&v->list, "detail", detail);
	if (index >= 0)
	{
		buf_text(&v->list, ",\"index\":");
		buf_int(&v->list, index);
	}
	buf_char(&v->list, '}');
	if (v->cli->json || v->cli->quiet)
		return;
	progress_end();
	printf("damage %s%s%.*s%s%.*s", table, column.n > 0 ? "." : "", (int) column.n, column.p, row.n > 0 ? " row " : "",
		   (int) row.n, row.p);
	if (index >= 0)
		printf(" index %lld", (long long) index);
	printf(" %s: %.*s\n", kind, (int) detail.n, detail.p);
}

static void
list_damage(void *self, const Damage *damage)
{
	list(self, damage->index, damage->table, STR(""), str_from(damage->column), damage->kind, str_from(damage->detail));
}

static void
list_difference(void *self, const Difference *d)
{
	Verify	   *v = self;

	list(v, -1, d->table, d->key, str_from(d->column ? d->column : ""), "state",
		 arena_printf(v->cli->arena, "It ought to be %.*s, it is %.*s.", (int) (d->expected.n < 300 ? d->expected.n : 300),
					  d->expected.p, (int) (d->found.n < 300 ? d->found.n : 300), d->found.p));
}

/* ---- the blocks ---- */

/* Keep the origin that a block's entry `era` names. */
static void
keep_origin(Verify *v, const StoredBlock *block)
{
	for (size_t i = 0; i < block->n; i++)
	{
		const Json *body;
		const Json *kind;
		const Json *origin;

		if (block->members[i].source != LEAF_ENGINE)
			continue;
		arena_reset(v->scratch);
		if (json_parse(&body, v->scratch, block->members[i].bytes.p, block->members[i].bytes.n, NULL) == CODE_OK &&
			(kind = json_get(body, "entry")) != NULL && kind->type == JSON_STRING && str_is(kind->string, "era") &&
			(origin = json_get(body, "origin")) != NULL && origin->type == JSON_STRING)
			v->origin = arena_str(v->cli->arena, origin->string);
	}
}

/* Fold a block that the audit has read. */
static void
fold(void *self, const StoredBlock *block)
{
	Verify	   *v = self;
	BlockOutput out;
	Fault		fault;

	if (v->broken)
		return;
	if (mirror_block(&v->mirror, block, &out, v->state, v->audit.arena, v->scratch, &fault) != CODE_OK)
	{
		v->broken = true;
		list(v, fault.at, "block", STR(""), STR(""), "fold", str_from(fault.detail));
		return;
	}
	for (size_t i = 0; i < block->n; i++)
		v->acts += block->members[i].source == LEAF_ACT;
	v->refused += (int64_t) block->nverdicts;
	for (size_t i = 0; i < out.nverdicts; i++)
		if (out.verdicts[i].code == CODE_ISOLATED)
		{
			v->isolated++;
			warn(v->cli, "act %lld (index %lld) was isolated: no rule refused it, and it counts for nothing\nhint: Ask whoever runs the "
				 "server why it could not be folded.", (long long) out.verdicts[i].seq, (long long) out.verdicts[i].index);
		}
	keep_origin(v, block);
	if (v->has_seen && v->mirror.frontier.size == (uint64_t) v->seen.size)
	{
		v->passed_seen = true;
		frontier_root(&v->root_at_seen, &v->mirror.frontier);
	}
}

/* Go through the whole register. */
static void
recompute(Verify *v, const BlockRow *last)
{
	HeapArena	heap[6];
	Compare		compare;

	for (size_t i = 0; i < sizeof heap / sizeof *heap; i++)
		heap_arena_init(&heap[i]);
	v->scratch = &heap[0].arena;
	mirror_init(&v->mirror, &heap[1].arena, &heap[2].arena);
	v->mirror.skip_signatures = true;	/* the audit verifies them */
	v->audit.arena = &heap[3].arena;
	v->audit.scratch = &heap[4].arena;
	for (int64_t number = 1; number <= last->number && !(v->broken && v->found > LISTED_MAX); number++)
	{
		audit_block(&v->audit, number);
		v->broken |= v->mirror.number != number;
		if (v->broken)
			progress(v->cli, "blocks", number, last->number);
		else
			progress(v->cli, "leaves", (int64_t) v->mirror.frontier.size, last->size);
	}
	progress(v->cli, "the rest", 0, 2);
	audit_rest(&v->audit, last->number);
	progress(v->cli, "tables", 1, 2);
	if (!v->broken)
	{
		compare = (Compare){v->audit.store, v->state, &heap[5].arena, v->scratch, list_difference, v};
		compare_tables(&compare);
	}
	progress_end();
	for (size_t i = 0; i < sizeof heap / sizeof *heap; i++)
		heap_arena_free(&heap[i]);
}

/* ---- what was seen before ---- */

/* Say that the register is not the one that was seen, with both states as evidence. */
static void
contradict(const Verify *v, const char *what)
{
	Arena	   *arena = v->cli->arena;
	const Seen *seen = &v->seen;
	char		at[TIME_TEXT_MAX];
	Str			then = arena_printf(arena, "size %lld, root %.*s (block %lld, seen %s)", (long long) seen->size, ID_TEXT_LEN,
									show_hash(arena, seen->root.b).p, (long long) seen->block, time_print(at, seen->at));
	Digest		root;
	Str			now;

	frontier_root(&root, &v->mirror.frontier);
	now = arena_printf(arena, "size %llu, root %.*s (block %lld)", (unsigned long long) v->mirror.frontier.size, ID_TEXT_LEN,
					   show_hash(arena, root.b).p, (long long) v->mirror.number);
	if (v->passed_seen)
		now = arena_printf(arena, "size %lld, root %.*s; now %.*s", (long long) seen->size, ID_TEXT_LEN,
						   show_hash(arena, v->root_at_seen.b).p, (int) now.n, now.p);
	print_error(v->cli, code_sqlstate(CODE_CONTRADICTION), str_from(code_message(CODE_CONTRADICTION)),
				arena_printf(arena, "%s\nremembered: %.*s\nserver:     %.*s", what, (int) then.n, then.p, (int) now.n, now.p),
				str_from(code_hint(CODE_CONTRADICTION)));
}

/* True if a register that was recomputed goes on where it was seen last. */
static bool
goes_on(const Verify *v)
{
	if (!v->has_seen || (v->passed_seen && memcmp(&v->root_at_seen, &v->seen.root, sizeof v->seen.root) == 0))
		return true;
	if (v->passed_seen)
		contradict(v, "At the size that was seen the root is another one: what was sealed has been changed.");
	else if (v->broken)
		return true;			/* which is damage enough; it was not folded so far */
	else if ((int64_t) v->mirror.frontier.size < v->seen.size)
		contradict(v, "The register is shorter than it was: it has been rolled back.");
	else
		contradict(v, "No block ends at the size that was seen: what was sealed has been changed.");
	return false;
}

/* True if the register is the one that is meant; otherwise an error was printed. */
static bool
is_meant(const Cli *cli, const char *what, const char *name, Str expected, Str found)
{
	Str			clean = wire_clean(cli->arena, found.p ? found : STR("none"), false);

	if (expected.p == NULL || str_eq(expected, found))
		return true;
	expected = wire_clean(cli->arena, expected, false);
	print_error(cli, code_sqlstate(CODE_CONTRADICTION), arena_printf(cli->arena, "the server has another %s", what),
				arena_printf(cli->arena, "expected: %.*s\nserver:   %.*s", (int) expected.n, expected.p, (int) clean.n, clean.p),
				found.p == NULL ? STR_NONE : arena_printf(cli->arena, "If that is as it should be, which the server alone cannot know, "
				"say so: --%s=%.*s", name, (int) clean.n, clean.p));
	return false;
}

/* Remember a register that holds. */
static void
remember(const Verify *v, Str address, const Pin *pin, Str commune)
{
	Pin			now = {commune, v->origin};
	Seen		seen = {
		.origin = v->origin,
		.commune = commune,
		.block = v->mirror.number,
		.size = (int64_t) v->mirror.frontier.size,
		.at = (int64_t) time(NULL),
	};

	frontier_root(&seen.root, &v->mirror.frontier);
	seen_write(v->cli, &seen);
	if (pin->origin.p == NULL)
		note(v->cli, "First look at the register %.*s of the commune %.*s.\nCompare origin, commune, size and root with what other "
			 "members have.", (int) v->origin.n, wire_clean(v->cli->arena, v->origin, false).p, commune.p ? (int) commune.n : 4,
			 commune.p ? commune.p : "none");
	if (!str_eq(pin->origin, now.origin) || !str_eq(pin->commune, now.commune))
		pin_write(v->cli, address, &now);
}

static void
print_result(const Verify *v, bool verified, Str commune)
{
	Digest		root;
	Result		result;
	Buf			json;

	frontier_root(&root, &v->mirror.frontier);
	result_begin(&result, v->cli);
	result_bool(&result, "verified", verified);
	result_text(&result, "origin", v->origin);
	result_text(&result, "commune", commune);
	result_int(&result, "block", v->mirror.number);
	result_int(&result, "size", (int64_t) v->mirror.frontier.size);
	result_text(&result, "root", show_hash(v->cli->arena, root.b));
	result_text(&result, "time", v->mirror.number > 0 ? show_time(v->cli->arena, v->mirror.time) : STR_NONE);
	result_int(&result, "acts", v->acts);
	result_int(&result, "refused", v->refused);
	result_int(&result, "isolated", v->isolated);
	result_bool(&result, "signatures", v->audit.signatures);
	result_int(&result, "damages", v->found);
	if (v->cli->json)
	{
		buf_init(&json, v->cli->arena);
		buf_str(&json, v->list.n > 0 ? buf_done(&v->list) : STR("["));
		buf_char(&json, ']');
		result_raw(&result, "list", buf_done(&json), STR(""));
	}
	result_end(&result);
}

/* Say that there is damage; what, is listed. */
static void
report(const Verify *v)
{
	Arena	   *arena = v->cli->arena;
	Str			folded = v->broken ? arena_printf(arena, " It could be folded up to block %lld.", (long long) v->mirror.number) : STR("");

	print_error(v->cli, code_sqlstate(CODE_DAMAGED), str_from(code_message(CODE_DAMAGED)),
				arena_printf(arena, "%lld place%s not hold%s.%.*s", (long long) v->found, v->found == 1 ? " does" : "s do",
							 v->found > LISTED_MAX ? "; the first thousand are listed, and the others not all looked for" : "", (int) folded.n, folded.p), STR_NONE);
}

ExitCode
run_verify(Cli *cli)
{
	HeapArena	state;
	Verify		v = {.cli = cli};
	Str			commune = STR_NONE;
	Str			expected;
	Str			address;
	Pin			pin;
	BlockRow	last;
	FollowerRow follower;
	EraRow		era;
	Charter    *charter;
	bool		verified;

	server_connect(cli);
	address = server_address(cli);
	(void) pin_read(&pin, cli, address);
	v.seen.origin = option(cli, "origin") ? str_from(option(cli, "origin")) : pin.origin;
	expected = commune_option(cli).p ? commune_option(cli) : pin.commune;
	v.has_seen = v.seen.origin.p != NULL && seen_read(&v.seen, cli, v.seen.origin);
	if (expected.p == NULL && v.has_seen)
		expected = v.seen.commune;

	PQclear(server_query(cli, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", 0, NULL));
	heap_arena_init(&state);
	buf_init(&v.list, cli->arena);
	v.state = state_new(&state.arena, NULL);
	v.audit = (Audit){
		.store = server_store(cli),
		.signatures = !option_given(cli, "no-signatures"),
		.projections = true,
		.report = list_damage,
		.block = fold,
		.self = &v,
	};
	if (v.seen.origin.p == NULL && log_last_era(&era, v.audit.store, cli->arena) && seen_read(&v.seen, cli, era.origin))
	{
		v.has_seen = true;		/* at another place */
		if (expected.p == NULL)
			expected = v.seen.commune;
	}
	if (log_follower(&follower, v.audit.store, cli->arena))
	{
		v.audit.follower = true;
		note(cli, "This database follows another one: what it has folded is verified.");
	}
	if (!log_last_block(&last, v.audit.store, cli->arena))
		last = (BlockRow){.number = 0};
	recompute(&v, &last);
	PQclear(server_query(cli, "COMMIT", 0, NULL));
	server_store_free(v.audit.store);

	charter = charter_find(v.state);
	if (charter != NULL)
		commune = show_hash(cli->arena, (const uint8_t *) charter->id.p);
	verified = v.found == 0 && !v.broken;
	if (!verified)
		report(&v);
	if (!v.broken)
	{
		verified &= is_meant(cli, "origin", "origin", v.seen.origin, v.origin);
		verified &= is_meant(cli, "commune", "commune", expected, commune);
	}
	verified &= goes_on(&v);
	if (verified && v.mirror.number > 0)
		remember(&v, address, &pin, commune);
	else if (verified)
		note(cli, "Nothing is sealed yet: there was nothing to verify.");
	print_result(&v, verified, commune);
	heap_arena_free(&state);
	return verified ? EXIT_FINE : EXIT_UNVERIFIED;
}
