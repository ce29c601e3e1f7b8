/*
 * witness.c -- checks what a log signs, cosigns it, and hands the cosignature in.
 *
 * look       read the log's last checkpoint, verify the blocks that are new, cosign, hand in
 * witness    a key that says: this checkpoint goes on where the last one ended, and its leaves give its root
 * mirror     a key that says more: nothing that was committed is missing, the fold gives these verdicts and entries, and
 *            the block came when its time says.  A mirror folds the whole register when it begins.
 *
 * What was cosigned last lies in a file (witness/cosign.h); nothing that contradicts it is ever cosigned, by whichever
 * process.  The work is done by a child, so that an error ends the work and not the program: the parent begins anew,
 * later and later, unless something does not hold.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/evidence.h"
#include "cli/listen.h"
#include "cli/seen.h"
#include "cli/signing.h"
#include "cli/store.h"
#include "cli/times.h"
#include "cli/wire.h"
#include "fold/compare.h"
#include "fold/complete.h"
#include "fold/mirror.h"
#include "record/record.h"
#include "register/audit.h"
#include "witness/cosign.h"

/* A checkpoint is cosigned again after so many seconds, so that a quiet log can be told from a stalled one. */
#define REFRESH 50

/* Seconds until the work begins anew after an error. */
#define PAUSE_MIN 1
#define PAUSE_MAX 60

#define LOGS_MAX 16
#define LISTED_MAX 20

const Option witness_options[] = {
	{'k', "key", "FILE", "a witness's key"},
	{'m', "mirror", "FILE", "a mirror's key: check completeness and fold everything as well.  One of the two keys, or both, are "
	"needed"},
	{0, "log", "VKEY", "the verifier's key of the log, which is named as its origin; may be repeated; required"},
	{0, "primary", "CONNINFO", "where checkpoints are signed and cosignatures are handed in, when a replica is verified"},
	{0, "once", NULL, "look once, and end"},
	{0, "interval", "MILLISECONDS", "time between two looks (250)"},
	{0, "clock-tolerance", "SECONDS", "how far a block's time may be from a mirror's clock (5)"},
	{0, "anew", "HOURS", "how often a mirror checks everything from the first block on (24)"},
	{0, "listen", "ADDRESS:PORT", "connect to nothing: serve C2SP tlog-witness over HTTP"},
	{0}
};

/* A block's end, as a mirror computed it. */
typedef struct BlockEnd
{
	uint64_t	size;
	Digest		root;
	bool		timely;
} BlockEnd;

/* What was said last of why nothing is cosigned: it is said once. */
typedef enum Told
{
	TOLD_NOTHING,
	TOLD_UNSIGNED,
	TOLD_BEHIND,
	TOLD_UNTIMED
} Told;

typedef struct Witness
{
	Cli			cli;			/* of the look: its arena is reset for each */
	Cli			primary;		/* the same with the other connection, or the same one */
	HeapArena	heap;
	bool		once;
	Cosigner	cosigner;
	const char *path;			/* of the log's state */
	const SigningKey *key;		/* NULL: there is none */
	const SigningKey *mirror_key;
	int64_t		tolerance;		/* microseconds */
	int64_t		anew;			/* seconds */

	/* What is being looked at. */
	Str			note;
	Checkpoint	checkpoint;
	SignerState state;
	Audit		audit;
	int64_t		damages;
	int64_t		now;			/* microseconds */

	/* What this process cosigned last. */
	bool		has_cosigned;
	uint64_t	cosigned_size;
	int64_t		cosigned_at;	/* by seconds() */
	Told		told;

	/* A witness's way from its state to the checkpoint. */
	Frontier	frontier;

	/* A mirror's. */
	bool		is_folding;
	int64_t		folding_since;	/* by seconds() */
	bool		is_caught_up;
	HeapArena	folds[5];
	Mirror		mirror;
	State	   *fold;
	size_t		nends;
	size_t		room;
	BlockEnd   *ends;			/* of blocks from the last cosigned one on */
} Witness;

typedef enum Outcome
{
	LOOK_DONE,					/* cosigned */
	LOOK_QUIET,					/* nothing new */
	LOOK_WAIT					/* for a checkpoint, a replica, a block that comes in time */
} Outcome;

/* Seconds that pass whatever is done to the clock. */
static int64_t
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec;
}

/* The clock, in microseconds since 1970. */
static int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t) now.tv_sec * USECS_PER_SECOND + now.tv_nsec / 1000;
}

/* True if this was not what was said last. */
static bool
is_news(Witness *w, Told what)
{
	bool		news = w->told != what;

	w->told = what;
	return news;
}

/* ---- what does not hold ---- */

static void list_damage(void *self, const Damage *damage);

/* Say what does not hold, as long as it is not too much of it. */
static void
list(Witness *w, const char *table, const char *column, int64_t index, const char *kind, Str detail)
{
	detail = wire_clean(w->cli.arena, detail, false);
	if (w->damages++ < LISTED_MAX)
		warn(&w->cli, "damage %s%s%s index %lld %s: %.*s", table, *column ? "." : "", column, (long long) index, kind,
			 (int) detail.n, detail.p);
}

static void
list_damage(void *self, const Damage *damage)
{
	list(self, damage->table, damage->column, damage->index, damage->kind, str_from(damage->detail));
}

static void
list_difference(void *self, const Difference *d)
{
	list(self, d->table, d->column ? d->column : "", -1, "state", d->key);
}

/* Hand in what was cosigned, so that an honest log stops: whoever is behind does not know of it. */
static void
hand_in_seen(const Witness *w, Str seen, const Checkpoint *checkpoint)
{
	Str			text = checkpoint_print(w->cli.arena, checkpoint);
	const SigningKey *key = w->cosigner.keys;
	Str			line = note_sign(w->cli.arena, text, &key->key, key->secret, (int64_t) time(NULL));
	const char *params[] = {arena_printf(w->cli.arena, "%.*s%.*s\n", (int) seen.n, seen.p, (int) line.n, line.p).p};
	PGresult   *result;

	if (PQtransactionStatus(w->primary.conn) != PQTRANS_IDLE)
		PQclear(PQexec(w->primary.conn, "ROLLBACK"));
	result = PQexecParams(w->primary.conn, "SELECT commune.witness_saw($1)", 1, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		note(&w->cli, "The log was told what has been cosigned.");
	PQclear(result);
}

/* Keep both notes as evidence, and end: what the log shows is not what it showed. */
static void alarm_fork(const Witness *w, const char *what) __attribute__((noreturn));

static void
alarm_fork(const Witness *w, const char *what)
{
	Evidence	evidence;

	evidence_keep(&evidence, &w->cli, w->cosigner.folder, w->state.note, w->note);
	print_error(&w->cli, code_sqlstate(CODE_BEHIND), str_from(what),
				arena_printf(w->cli.arena, "Cosigned was size %llu, root %.*s; the log shows size %llu, root %.*s.\nevidence: %s\nevidence: %s",
							 (unsigned long long) w->state.checkpoint.size, ID_TEXT_LEN,
							 show_hash(w->cli.arena, w->state.checkpoint.root.b).p, (unsigned long long) w->checkpoint.size,
							 ID_TEXT_LEN, show_hash(w->cli.arena, w->checkpoint.root.b).p, evidence.seen, evidence.shown),
				STR("Both notes are signed by the log. Publish them, and ask its operator."));
	hand_in_seen(w, w->state.note, &w->state.checkpoint);
	exit(EXIT_UNVERIFIED);
}

/* End because the register is damaged; nothing of it is cosigned. */
static void alarm_damage(const Witness *w, const char *what) __attribute__((noreturn));

static void
alarm_damage(const Witness *w, const char *what)
{
	print_error(&w->cli, code_sqlstate(CODE_DAMAGED), str_from(code_message(CODE_DAMAGED)),
				arena_printf(w->cli.arena, "%s Size %llu is not cosigned.", what, (unsigned long long) w->checkpoint.size),
				STR("Run commune verify, which lists every place."));
	exit(EXIT_UNVERIFIED);
}

/* ---- a witness: from the state to the checkpoint ---- */

/* Add the leaves of a block that was audited. */
static void
add_leaves(void *self, const StoredBlock *block)
{
	Witness    *w = self;
	Digest		leaf;

	for (size_t i = 0; i < block->n; i++)
		frontier_add(&w->frontier, &block->leaves[i]);
	block_header_leaf(&leaf, block->row->header);
	frontier_add(&w->frontier, &leaf);
}

/* Find the block that ends where the state is, and begin with its frontier, which must give the state's root. */
static int64_t
begin_at_state(Witness *w, Store *store)
{
	const Checkpoint *seen = &w->state.checkpoint;
	BlockRow	block;
	Digest		root;

	w->frontier = (Frontier){.size = 0};
	if (!w->state.found || seen->size == 0)
		return 0;
	if (!log_block_at(&block, store, w->cli.arena, (int64_t) seen->size - 1) || (uint64_t) block.size != seen->size)
		alarm_fork(w, "no block ends any more at the size that was cosigned");
	if (!str_eq(block.root, hash_str(&seen->root)))
		alarm_fork(w, "at the size that was cosigned the log has another root");
	if (frontier_unpack(&w->frontier, seen->size, block.frontier, NULL) != CODE_OK)
		alarm_damage(w, "The frontier of the block that was cosigned last cannot be read.");
	frontier_root(&root, &w->frontier);
	if (memcmp(&root, &seen->root, sizeof root) != 0)
		alarm_damage(w, "The frontier of the block that was cosigned last does not give its root.");
	return block.number;
}

/* Audit the blocks that lead from the state to the checkpoint, and compare the root that their leaves give. */
static void
verify_new(Witness *w, Store *store)
{
	int64_t		number = begin_at_state(w, store);
	Digest		root;

	w->audit.block = add_leaves;
	while (w->frontier.size < w->checkpoint.size)
	{
		uint64_t	before = w->frontier.size;

		audit_block(&w->audit, ++number);
		if (w->damages > 0)
			alarm_damage(w, "What is new does not hold.");
		if (w->frontier.size == before)
			alarm_damage(w, "A block cannot be read.");
	}
	frontier_root(&root, &w->frontier);
	if (w->frontier.size != w->checkpoint.size || memcmp(&root, &w->checkpoint.root, sizeof root) != 0)
		alarm_damage(w, "The leaves do not give the root that is signed.");
}

/* ---- a mirror ---- */

/* Remember where a block ends, and whether it came in time. */
static void
keep_end(Witness *w, const BlockRow *block)
{
	BlockEnd	end = {.size = w->mirror.frontier.size};
	int64_t		off = w->now > block->time ? w->now - block->time : block->time - w->now;
	char		at[TIME_TEXT_MAX];

	if (end.size < w->checkpoint.size && !(w->state.found && end.size == w->state.checkpoint.size))
		return;
	frontier_root(&end.root, &w->mirror.frontier);
	end.timely = w->is_caught_up && off <= w->tolerance;
	if (w->is_caught_up && !end.timely)
		warn(&w->cli, "untimed: block %lld says %s, which is %lld seconds from this clock", (long long) block->number,
			 time_print(at, block->time / USECS_PER_SECOND), (long long) (off / USECS_PER_SECOND));
	if (w->nends == w->room)
	{
		size_t		room = w->room * 2 + 64;
		BlockEnd   *grown = realloc(w->ends, room * sizeof *grown);

		if (grown == NULL)
			fail(&w->cli, EXIT_INTERNAL, "out of memory");
		w->ends = grown;
		w->room = room;
	}
	w->ends[w->nends++] = end;
}

/* Find the block that ends at a size; NULL if it is not remembered. */
static const BlockEnd *
end_at(const Witness *w, uint64_t size)
{
	for (size_t i = 0; i < w->nends; i++)
		if (w->ends[i].size == size)
			return &w->ends[i];
	return NULL;
}

/* Forget what lies before the last cosigned block. */
static void
forget_ends(Witness *w)
{
	size_t		n = 0;

	for (size_t i = 0; i < w->nends; i++)
		if (w->ends[i].size >= w->cosigned_size)
			w->ends[n++] = w->ends[i];
	w->nends = n;
}

/* Fold a block that was audited, and look for what it ought to hold. */
static void
fold(void *self, const StoredBlock *block)
{
	Witness    *w = self;
	BlockOutput out;
	Fault		fault;
	Arena	   *scratch = &w->folds[0].arena;

	if (mirror_block(&w->mirror, block, &out, w->fold, w->audit.arena, scratch, &fault) != CODE_OK ||
		complete_check(w->audit.store, scratch, block->row, &fault) != CODE_OK)
	{
		list(w, "block", "", fault.at, fault.code == CODE_DAMAGED ? "fold" : code_sqlstate(fault.code), str_from(fault.detail));
		return;
	}
	arena_reset(scratch);
	for (size_t i = 0; i < out.nverdicts; i++)
		if (out.verdicts[i].code == CODE_ISOLATED && w->is_caught_up)
			warn(&w->cli, "act %lld was isolated: no rule refused it, and it counts for nothing", (long long) out.verdicts[i].seq);
	keep_end(w, block->row);
}

/* Begin before the first block. */
static void
begin_fold(Witness *w)
{
	for (size_t i = 0; i < sizeof w->folds / sizeof *w->folds; i++)
		heap_arena_free(&w->folds[i]);
	mirror_init(&w->mirror, &w->folds[1].arena, &w->folds[2].arena);
	w->mirror.skip_signatures = true;	/* the audit verifies them */
	w->fold = state_new(&w->folds[3].arena, NULL);
	w->nends = 0;
	w->is_folding = true;
	w->is_caught_up = false;
	w->folding_since = seconds();
}

/* Look at what blocks do not tell: what lies in none, and the tables that people read. */
static void
check_rest(Witness *w, int64_t last)
{
	Compare		compare = {w->audit.store, w->fold, &w->folds[4].arena, &w->folds[0].arena, list_difference, w};
	Str			meant = commune_option(&w->cli);
	const Charter *charter;

	audit_rest(&w->audit, last);
	compare_tables(&compare);
	arena_reset(&w->folds[4].arena);
	if (w->damages > 0)
		alarm_damage(w, "The register as a whole does not hold.");
	charter = charter_find(w->fold);
	if (meant.p != NULL && (charter == NULL || !str_eq(meant, show_hash(w->cli.arena, (const uint8_t *) charter->id.p))))
		fail(&w->cli, EXIT_UNVERIFIED, "the register is that of another commune");
}

/* Fold what is new, and everything when it is time. */
static void
mirror_new(Witness *w, const BlockRow *last)
{
	const BlockEnd *end;
	bool		whole;

	if (w->is_folding && seconds() - w->folding_since > w->anew)
		w->is_folding = false;
	whole = !w->is_folding;
	if (whole)
		begin_fold(w);
	w->audit.block = fold;
	while (w->mirror.number < last->number)
	{
		int64_t		number = w->mirror.number;

		audit_block(&w->audit, number + 1);
		if (w->damages > 0)
			alarm_damage(w, "What is new does not hold.");
		if (w->mirror.number == number)
			alarm_damage(w, "A block cannot be read.");
	}
	end = end_at(w, w->state.found ? w->state.checkpoint.size : 0);
	if (end == NULL && whole && w->state.found && w->state.checkpoint.size > 0)
		alarm_fork(w, "no block ends any more at the size that was cosigned");
	if (end != NULL && memcmp(&end->root, &w->state.checkpoint.root, sizeof end->root) != 0)
		alarm_fork(w, "at the size that was cosigned the log has another root");
	end = end_at(w, w->checkpoint.size);
	if (end == NULL || memcmp(&end->root, &w->checkpoint.root, sizeof end->root) != 0)
		alarm_damage(w, "The leaves do not give the root that is signed.");
	if (whole)
		check_rest(w, last->number);
	w->is_caught_up = true;
}

/* ---- cosigning ---- */

/* Name the file that holds what the mirror's key cosigned last. */
static Str
mirrored_path(const Witness *w)
{
	return arena_printf(w->cli.arena, "%s.mirror", w->path);
}

/* Say which keys cosign: a mirror's only a block that came in time, or what it has cosigned before. */
static void
approve(void *self, bool *use, const Checkpoint *checkpoint, Fault *fault)
{
	Witness    *w = self;
	const BlockEnd *end = end_at(w, checkpoint->size);
	Str			before = file_read_if(&w->cli, mirrored_path(w).p, SIGNER_NOTE_MAX);

	use[w->cosigner.nkeys - 1] = (end != NULL && end->timely) || str_eq(before, checkpoint_print(w->cli.arena, checkpoint));
	if (!use[w->cosigner.nkeys - 1])
		fault_set(fault, CODE_NOT_PUBLISHED, -1, "The block of size %llu was met while catching up, or came off the clock.",
				  (unsigned long long) checkpoint->size);
}

/* Tell of a cosignature: as a result, or as a line while it goes on. */
static void
print_cosigned(const Witness *w, int64_t added)
{
	Result		result;

	if (!w->once)
	{
		if (!w->cli.quiet && w->checkpoint.size != w->cosigned_size)
		{
			printf("cosigned size %llu root %.*s\n", (unsigned long long) w->checkpoint.size, ID_TEXT_LEN,
				   show_hash(w->cli.arena, w->checkpoint.root.b).p);
			fflush(stdout);
		}
		return;
	}
	result_begin(&result, &w->cli);
	result_int(&result, "size", (int64_t) w->checkpoint.size);
	result_text(&result, "root", show_hash(w->cli.arena, w->checkpoint.root.b));
	result_text(&result, "origin", w->checkpoint.origin);
	result_int(&result, "new", added);
	result_end(&result);
}

/* Cosign what was verified, and hand it in. */
static Outcome
cosign_and_hand_in(Witness *w, Str request)
{
	CosignAnswer answer;
	const char *params[2];
	PGresult   *result;

	cosign(&answer, w->cli.arena, &w->cosigner, request, (int64_t) time(NULL));
	w->state = answer.state;
	if (answer.is_fork || answer.status == COSIGN_INCONSISTENT)
		alarm_fork(w, "the log does not go on where it was cosigned");
	if (answer.status == COSIGN_CONFLICT)
		return LOOK_QUIET;		/* another process has cosigned meanwhile */
	if (answer.status == COSIGN_LATER)
	{
		if (is_news(w, TOLD_UNTIMED))
			note(&w->cli, "%s", answer.fault.detail);
		return LOOK_WAIT;
	}
	if (answer.status != COSIGN_DONE)
		fail_fault(&w->cli, EXIT_FILE, &answer.fault);
	if (w->mirror_key != NULL && w->checkpoint.size != w->cosigned_size)
	{
		bool		use[COSIGNER_KEYS_MAX] = {false};

		approve(w, use, &w->checkpoint, &answer.fault);
		if (use[w->cosigner.nkeys - 1])
			file_replace(&w->cli, mirrored_path(w).p, checkpoint_print(w->cli.arena, &w->checkpoint), 0600);
	}
	params[0] = arena_printf(w->cli.arena, "%.*s", (int) answer.body.n, answer.body.p).p;
	params[1] = arena_printf(w->cli.arena, "%llu", (unsigned long long) w->checkpoint.size).p;
	result = server_query(&w->primary, "SELECT commune.add_cosignatures($1, $2)", 2, params);
	print_cosigned(w, strtoll(PQgetvalue(result, 0, 0), NULL, 10));
	PQclear(result);
	w->has_cosigned = true;
	w->cosigned_size = w->checkpoint.size;
	w->cosigned_at = seconds();
	w->told = TOLD_NOTHING;
	forget_ends(w);
	return LOOK_DONE;
}

/* ---- looking ---- */

/* Read the log's last checkpoint, which a key of the log must have signed.  False if there is none. */
static bool
read_checkpoint(Witness *w)
{
	PGresult   *result = server_query(&w->primary, "SELECT commune.checkpoint(false)", 0, NULL);
	bool		is_signed = false;
	Note		parsed;
	Fault		fault;

	w->note = arena_str(w->cli.arena, PQntuples(result) == 1 ? cell(result, 0, 0) : STR_NONE);
	PQclear(result);
	if (w->note.p == NULL)
		return false;
	if (note_parse(&parsed, w->cli.arena, w->note, &fault) != CODE_OK ||
		checkpoint_parse(&w->checkpoint, parsed.text, &fault) != CODE_OK)
		fail_fault(&w->cli, EXIT_UNVERIFIED, &fault);
	for (size_t i = 0; i < w->cosigner.nlogs; i++)
	{
		NoteVerdict verdict;

		if (!str_eq(w->cosigner.logs[i].name, w->checkpoint.origin))
			continue;
		if (note_verify(&verdict, w->cli.arena, &parsed, &w->cosigner.logs[i], &fault) != CODE_OK)
			fail_fault(&w->cli, EXIT_UNVERIFIED, &fault);
		is_signed |= verdict.signature != NULL;
	}
	if (!is_signed)
	{
		fault_set(&fault, CODE_BAD_NOTE, -1, "The checkpoint is not signed by the log that --log names.");
		fail_fault(&w->cli, EXIT_UNVERIFIED, &fault);
	}
	return true;
}

/* Verify what leads to the checkpoint, and make the request.  False if the replica has not come so far. */
static bool
verify(Str *request, Witness *w)
{
	Store	   *store;
	BlockRow	last;
	FollowerRow follower;
	LogTiles	tiles;
	Proof		proof = {.n = 0};
	Fault		fault;
	uint64_t	old = w->state.found ? w->state.checkpoint.size : 0;
	bool		is_there;
	HeapArena	heap[2];

	PQclear(server_query(&w->cli, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", 0, NULL));
	w->now = clock_now();
	store = server_store(&w->cli);
	if (!log_last_block(&last, store, w->cli.arena))
		last = (BlockRow){.size = 0};
	is_there = (uint64_t) last.size >= w->checkpoint.size;
	if (is_there)
	{
		for (size_t i = 0; i < sizeof heap / sizeof *heap; i++)
			heap_arena_init(&heap[i]);
		w->damages = 0;
		w->audit = (Audit){
			.store = store,
			.arena = &heap[0].arena,
			.scratch = &heap[1].arena,
			.signatures = true,
			.projections = true,
			.follower = log_follower(&follower, store, w->cli.arena),
			.report = list_damage,
			.self = w,
		};
		if (w->mirror_key != NULL)
			mirror_new(w, &last);
		else if (old < w->checkpoint.size)
			verify_new(w, store);
		log_tiles_init(&tiles, store, w->cli.arena, &last, &fault);
		if (old > 0 && old < w->checkpoint.size && !tree_consistency(&proof, old, w->checkpoint.size, &tiles.reader))
			alarm_damage(w, fault.detail);
		*request = request_print(w->cli.arena, old, proof.hash, (size_t) proof.n, w->note);
		for (size_t i = 0; i < sizeof heap / sizeof *heap; i++)
			heap_arena_free(&heap[i]);
	}
	else if (w->primary.conn == w->cli.conn && !log_follower(&follower, store, w->cli.arena))
		alarm_damage(w, "The log has signed more than the register has.");
	else if (is_news(w, TOLD_BEHIND))
		note(&w->cli, "The replica has size %lld, the log has signed %llu: waiting.", (long long) last.size,
			 (unsigned long long) w->checkpoint.size);
	PQclear(server_query(&w->cli, "COMMIT", 0, NULL));
	server_store_free(store);
	return is_there;
}

/* True if the last thing that was cosigned is still the last, and fresh. */
static bool
is_quiet(const Witness *w)
{
	return w->has_cosigned && w->checkpoint.size == w->cosigned_size && seconds() - w->cosigned_at < REFRESH &&
		w->state.found && w->state.checkpoint.size == w->checkpoint.size &&
		memcmp(&w->state.checkpoint.root, &w->checkpoint.root, sizeof w->checkpoint.root) == 0;
}

/* Take one look. */
static Outcome
look(Witness *w)
{
	Fault		fault;
	Str			request;

	arena_reset(w->cli.arena);
	if (!read_checkpoint(w))
	{
		if (is_news(w, TOLD_UNSIGNED))
			note(&w->cli, "Nothing is signed yet.");
		return LOOK_WAIT;
	}
	if (signer_state_read(&w->state, w->cli.arena, w->path, &fault) != CODE_OK)
		fail_fault(&w->cli, EXIT_FILE, &fault);
	if (w->state.found && w->checkpoint.size < w->state.checkpoint.size)
		alarm_fork(w, "the log has gone back");
	if (w->state.found && w->checkpoint.size == w->state.checkpoint.size &&
		memcmp(&w->checkpoint.root, &w->state.checkpoint.root, sizeof w->checkpoint.root) != 0)
		alarm_fork(w, "the log has signed two roots of one size");
	if (is_quiet(w))
		return LOOK_QUIET;
	return verify(&request, w) ? cosign_and_hand_in(w, request) : LOOK_WAIT;
}

/* ---- the program ---- */

/* Read the keys of the log. */
static void
read_logs(Witness *w, Cli *cli)
{
	NoteKey    *logs = arena_alloc(cli->arena, LOGS_MAX * sizeof *logs);
	const char *vkey;
	size_t		next = 0;
	Fault		fault;

	while ((vkey = option_next(cli, "log", &next)) != NULL)
	{
		if (w->cosigner.nlogs == LOGS_MAX)
			fail_usage(cli, "more than %d keys of logs", LOGS_MAX);
		if (note_key_parse(&logs[w->cosigner.nlogs], cli->arena, str_from(vkey), &fault) != CODE_OK)
			fail_fault(cli, EXIT_USAGE, &fault);
		if (logs[w->cosigner.nlogs++].type != KEY_LOG)
			fail_usage(cli, "\"%s\" is not the key of a log", vkey);
	}
	if (w->cosigner.nlogs == 0)
		fail_usage(cli, "--log is missing: whose checkpoints are witnessed does not come from the server");
	w->cosigner.logs = logs;
}

/* Read the key that an option names; NULL if it is not given. */
static const SigningKey *
read_key(Witness *w, Cli *cli, const char *name)
{
	const char *path = option(cli, name);
	const SigningKey *key = path != NULL ? signing_key_load(cli, path) : NULL;

	if (key != NULL && key->key.type != KEY_COSIGNER)
		fail_usage(cli, "\"%s\" is not the key of a witness: make one by commune key new --witness=NAME", path);
	if (key != NULL && w->cosigner.nkeys++ == 0)
		w->cosigner.keys = key;
	return key;
}

/* Prepare what all looks share. */
static void
prepare(Witness *w, Cli *cli)
{
	w->cosigner.folder = state_folder(cli, "/witness");
	read_logs(w, cli);
	w->key = read_key(w, cli, "key");
	w->mirror_key = read_key(w, cli, "mirror");
	if (w->cosigner.nkeys == 0)
		fail_usage(cli, "a key is missing: --key or --mirror");
	folder_make(cli, w->cosigner.folder, 0700);
	w->tolerance = option_int(cli, "clock-tolerance", 1, 3600, 5) * USECS_PER_SECOND;
	w->anew = option_int(cli, "anew", 1, 8760, 24) * 3600;
	w->once = option_given(cli, "once");
}

/* Connect, and look until something does not hold. */
static ExitCode
work(Cli *cli)
{
	static Witness w;
	int64_t		interval = option_int(cli, "interval", 10, 3600000, 250);
	struct timespec pause = {interval / 1000, interval % 1000 * 1000000};
	Outcome		outcome;

	prepare(&w, cli);
	for (size_t i = 1; i < w.cosigner.nlogs; i++)
		if (!str_eq(w.cosigner.logs[i].name, w.cosigner.logs[0].name))
			fail_usage(cli, "a database is that of one log: the keys of --log must have one name");
	w.path = cosigner_state_path(cli->arena, w.cosigner.folder, w.cosigner.logs[0].name).p;
	if (w.mirror_key != NULL)
	{
		w.cosigner.approve = approve;
		w.cosigner.self = &w;
	}
	(void) setenv("PGCONNECT_TIMEOUT", "10", 0);
	server_connect(cli);
	w.cli = w.primary = *cli;
	if (option(cli, "primary") != NULL)
		server_connect_to(&w.primary, option(cli, "primary"));
	heap_arena_init(&w.heap);
	w.cli.arena = w.primary.arena = &w.heap.arena;
	for (size_t i = 0; i < sizeof w.folds / sizeof *w.folds; i++)
		heap_arena_init(&w.folds[i]);
	while ((outcome = look(&w)), !w.once)
		if (outcome != LOOK_DONE)
			nanosleep(&pause, NULL);
	return outcome == LOOK_WAIT ? EXIT_REFUSED : EXIT_FINE;
}

/* Work in a child, and begin anew when the connection is lost or the server refuses; until a signal says to end. */
static ExitCode
supervise(Cli *cli)
{
	int64_t		pause = PAUSE_MIN;
	pid_t		parent = getpid();
	sigset_t	signals;
	sigset_t	before;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &before);
	for (;;)
	{
		int64_t		begun = seconds();
		int			number;
		int			status = 0;
		pid_t		child = fork();

		if (child < 0)
			fail(cli, EXIT_INTERNAL, "cannot start a process");
		if (child == 0)
		{
			sigprocmask(SIG_SETMASK, &before, NULL);
			if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
				_exit(EXIT_INTERNAL);
			exit(work(cli));
		}
		do
			number = sigwaitinfo(&signals, NULL);
		while (number < 0);
		if (number != SIGCHLD)
		{
			kill(child, SIGTERM);
			waitpid(child, NULL, 0);
			return EXIT_FINE;
		}
		if (waitpid(child, &status, 0) != child)
			fail(cli, EXIT_INTERNAL, "a process got lost");
		if (WIFEXITED(status) && WEXITSTATUS(status) != EXIT_CONNECTION && WEXITSTATUS(status) != EXIT_REFUSED)
			return (ExitCode) WEXITSTATUS(status);
		if (seconds() - begun > PAUSE_MAX)
			pause = PAUSE_MIN;
		note(cli, "Beginning anew in %lld s.", (long long) pause);
		sigdelset(&signals, SIGCHLD);
		number = sigtimedwait(&signals, NULL, &(struct timespec) {pause, 0});
		sigaddset(&signals, SIGCHLD);
		if (number > 0)
			return EXIT_FINE;
		pause = pause * 2 < PAUSE_MAX ? pause * 2 : PAUSE_MAX;
	}
}

ExitCode
run_witness(Cli *cli)
{
	static Witness w;

	if (option(cli, "listen") == NULL)
		return option_given(cli, "once") ? work(cli) : supervise(cli);
	prepare(&w, cli);
	if (w.mirror_key != NULL)
		fail_usage(cli, "a mirror verifies a database: with --listen there is none");
	return listen_run(cli, option(cli, "listen"), &w.cosigner);
}
