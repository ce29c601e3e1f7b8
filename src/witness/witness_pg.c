/*
 * witness_pg.c -- the server's side of checkpoints and witnesses.
 *
 * The server signs what it has sealed, keeps what witnesses cosign, and publishes a checkpoint once the policy's quorum
 * has.  It speaks to nobody: requests and answers are carried by `commune witness`, by curl, by anybody.  The signing
 * key and the policy are files outside of the cluster.
 */
#include "witness/witness_pg.h"

#include "access/xact.h"
#include "commands/async.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "register/receipt.h"
#include "storage/fd.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "witness/cosign.h"
#include "witness/policy.h"
#include "witness/seen.h"

/* A cosignature is asked for anew when the last one is older. */
#define FRESH (INT64CONST(60) * USECS_PER_SEC)

/* A cosignature from further ahead is not taken. */
#define CLOCK_AHEAD_SECONDS 300

static char *signing_key_file;
static char *policy_file;

void
witness_settings(void)
{
	DefineCustomStringVariable("commune.signing_key_file",
							   "File with the key that signs checkpoints.",
							   "Outside of the data directory; empty: checkpoints are not signed.",
							   &signing_key_file, "", PGC_SUSET, GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	DefineCustomStringVariable("commune.policy_file",
							   "File that names the witnesses and their quorum (C2SP tlog-policy).",
							   "Empty: no witness is needed, and a signed checkpoint is published.",
							   &policy_file, "", PGC_SUSET, GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
}

/* ---- what a call works with ---- */

typedef struct Work
{
	TableStore *tables;
	Store	   *store;
	Arena		arena;
	Fault		fault;
	BlockRow	last;			/* size 0 if there is none */
	EraRow		era;
	LogTiles	tiles;
} Work;

static void
begin(Work *w, bool write)
{
	w->tables = table_store_open(write ? NULL : GetActiveSnapshot(), write, CurrentMemoryContext);
	w->store = table_store(w->tables);
	context_arena_init(&w->arena, CurrentMemoryContext);
	if (!log_last_block(&w->last, w->store, &w->arena) || !log_last_era(&w->era, w->store, &w->arena))
		w->last = (BlockRow){.size = 0};
	log_tiles_init(&w->tiles, w->store, &w->arena, &w->last, &w->fault);
}

static void
end(Work *w)
{
	table_store_close(w->tables);
}

static int64
now_us(void)
{
	return TIMESTAMP_TO_UNIX_US(GetCurrentTimestamp());
}

static void
write_row(Work *w, RelId rel, Row *row)
{
	w->store->write(w->store, rel, &row, 1);
}

/* The root of the register's first leaves. */
static Digest
root_at(Work *w, int64 size)
{
	Digest		root;

	if (!tree_root(&root, (uint64_t) size, &w->tiles.reader))
		fault_raise(&w->fault);
	return root;
}

/* Read the policy's file; without one, a policy that needs nobody. */
static void
read_policy(Policy *out, Work *w)
{
	FILE	   *file;
	char	   *text = palloc(POLICY_SIZE_MAX + 1);
	size_t		n;

	if (policy_file == NULL || *policy_file == '\0')
	{
		if (policy_parse(out, &w->arena, STR("quorum none\n"), &w->fault) != CODE_OK)
			fault_raise(&w->fault);
		return;
	}
	file = AllocateFile(policy_file, PG_BINARY_R);
	if (file == NULL)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open policy file \"%s\": %m", policy_file)));
	n = fread(text, 1, POLICY_SIZE_MAX + 1, file);
	FreeFile(file);
	if (policy_parse(out, &w->arena, (Str){text, n}, &w->fault) != CODE_OK)
		fault_raise(&w->fault);
}

static size_t
find_witness(const Policy *policy, Str name)
{
	for (size_t i = 0; i < policy->n; i++)
		if (!policy->members[i].is_group && str_eq(policy->members[i].name, name))
			return i;
	code_raise(CODE_UNKNOWN_WITNESS, psprintf("The name is \"%s\".", pnstrdup(name.p, name.n)));
}

static bool
keep_size(void *self, const void *row)
{
	*(int64 *) self = ((const CheckpointRow *) row)->size;
	return false;
}

/* The last checkpoint that is signed, or published, under the log's present name; false if there is none. */
static bool
last_checkpoint(CheckpointRow *out, Work *w, bool published)
{
	CheckpointRow probe = {.size = -1};

	w->store->scan(w->store, published ? CHECKPOINT_PUBLISHED : CHECKPOINT_BY_SIZE, 0, NULL, SCAN_BACK, 1, keep_size, &probe.size);
	memset(out, 0, sizeof *out);
	return probe.size >= 0 && w->store->find(w->store, &w->arena, out, CHECKPOINT_BY_SIZE, &probe) &&
		str_eq(out->origin, w->era.origin);
}

static bool
checkpoint_of_size(CheckpointRow *out, Work *w, int64 size)
{
	CheckpointRow probe = {.size = size};

	memset(out, 0, sizeof *out);
	return w->store->find(w->store, &w->arena, out, CHECKPOINT_BY_SIZE, &probe) && str_eq(out->origin, w->era.origin);
}

/* What a witness saw last, of whatever name. */
static bool
what_witness_saw(WitnessSeenRow *out, Work *w, Str name)
{
	WitnessSeenRow probe = {.witness = name};

	memset(out, 0, sizeof *out);
	return w->store->find(w->store, &w->arena, out, WITNESS_SEEN_BY_NAME, &probe);
}

/* ---- signing ---- */

/* Let nothing be signed that contradicts what was signed last, and note what is signed now. */
static void
advance_state(Work *w, const Checkpoint *next, Str text)
{
	char	   *path = psprintf("%s.state", signing_key_file);
	SignerState state;
	Digest		root;

	if (signer_state_read(&state, &w->arena, path, &w->fault) != CODE_OK)
		fault_raise(&w->fault);
	if (state.found)
	{
		if (!str_eq(state.checkpoint.origin, next->origin))
			code_raise(CODE_NO_SIGNING_KEY, psprintf("The state \"%s\" is that of another register.", path));
		if (state.checkpoint.size > next->size)
			code_raise(CODE_BEHIND, psprintf("Size " UINT64_FORMAT " was signed, the register has " UINT64_FORMAT ".",
											 state.checkpoint.size, next->size));
		root = root_at(w, (int64) state.checkpoint.size);
		if (memcmp(&root, &state.checkpoint.root, sizeof root) != 0)
			code_raise(CODE_BEHIND, psprintf("At size " UINT64_FORMAT " another root was signed.", state.checkpoint.size));
		if (state.checkpoint.size == next->size)
			return;
	}
	if (signer_state_swap(&w->arena, path, &state, text, &w->fault) != CODE_OK)
		fault_raise(&w->fault);
}

/* Mark a checkpoint as published if its quorum is there. */
static void
publish_if_met(Work *w, const Policy *policy, CheckpointRow *row, const bool *cosigned)
{
	char		payload[64];

	if (row->published_at != INT8_NONE || !policy_is_met(policy, cosigned))
		return;
	row->published_at = now_us();
	row->row.stored = true;
	write_row(w, REL_CHECKPOINT, &row->row);
	snprintf(payload, sizeof payload, "{\"published\":" INT64_FORMAT "}", row->size);
	Async_Notify("commune", payload);
}

static void
wipe_key(void *key)
{
	wipe(((SigningKey *) key)->secret, sizeof ((SigningKey *) key)->secret);
}

/* Read the signing key; it is wiped with its memory context, however that ends. */
static SigningKey *
read_signing_key(Work *w)
{
	SigningKey *key = palloc0(sizeof *key);
	MemoryContextCallback *callback = palloc(sizeof *callback);

	callback->func = wipe_key;
	callback->arg = key;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	if (signing_key_read(key, &w->arena, signing_key_file, &w->fault) != CODE_OK)
		fault_raise(&w->fault);
	return key;
}

int64
witness_sign(void)
{
	Work		w;
	SigningKey *key;
	Checkpoint	next;
	CheckpointRow row;
	Policy		policy;
	bool		nobody[POLICY_NAMES_MAX] = {false};
	Str			text;
	Buf			note;
	int64		size = 0;
	bool		begun;
	bool		follower;

	if (signing_key_file == NULL || *signing_key_file == '\0')
		return 0;
	PreventCommandDuringRecovery("commune.sign_checkpoint()");
	PreventCommandIfReadOnly("commune.sign_checkpoint()");
	(void) register_era(&begun, &follower);
	if (follower)
		code_raise(CODE_FOLLOWER, NULL);
	seal_lock();
	begin(&w, true);
	if (w.last.size > 0 && !checkpoint_of_size(&row, &w, w.last.size))
	{
		key = read_signing_key(&w);
		if (key->key.type != KEY_LOG || !str_eq(key->key.name, w.era.origin))
			code_raise(CODE_NO_SIGNING_KEY, psprintf("The key is named \"%s\", the register's origin is \"%s\".",
													 pnstrdup(key->key.name.p, key->key.name.n),
													 pnstrdup(w.era.origin.p, w.era.origin.n)));
		next = (Checkpoint){.origin = w.era.origin, .size = (uint64_t) w.last.size, .root = str_hash(w.last.root)};
		text = checkpoint_print(&w.arena, &next);
		advance_state(&w, &next, text);
		buf_init(&note, &w.arena);
		buf_str(&note, text);
		buf_char(&note, '\n');
		buf_str(&note, note_sign(&w.arena, text, &key->key, key->secret, 0));
		buf_char(&note, '\n');
		wipe(key->secret, sizeof key->secret);
		row = (CheckpointRow){.size = w.last.size, .signed_at = now_us(), .published_at = INT8_NONE, .note = buf_done(&note),
							  .origin = w.era.origin};
		write_row(&w, REL_CHECKPOINT, &row.row);
		read_policy(&policy, &w);
		publish_if_met(&w, &policy, &row, nobody);
	}
	size = w.last.size;
	end(&w);
	return size;
}

/* SQL function: sign_checkpoint() returns bigint */
COMMUNE_FUNCTION(commune_witness_sign_checkpoint)
{
	int64		size = witness_sign();

	if (size == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(size);
}

/* ---- reading checkpoints ---- */

typedef struct Lines
{
	Buf		   *note;
	Str			witness;		/* of the line that waits for a newer one of the same witness */
	Str			line;
	Arena	   *arena;
} Lines;

static void
put_line(Lines *lines)
{
	if (lines->line.p != NULL)
	{
		buf_str(lines->note, lines->line);
		buf_char(lines->note, '\n');
	}
}

/* Cosignatures come by witness and time: the last of each witness is its newest. */
static bool
visit_cosignature(void *self, const void *row)
{
	Lines	   *lines = self;
	const CosignatureRow *c = row;

	if (!str_eq(c->witness, lines->witness))
		put_line(lines);
	lines->witness = arena_str(lines->arena, c->witness);
	lines->line = arena_str(lines->arena, c->line);
	return true;
}

/* A checkpoint's note with the newest cosignature of each witness. */
static Str
full_note(Work *w, const CheckpointRow *row)
{
	Buf			note;
	Lines		lines = {.note = &note, .arena = &w->arena, .witness = STR("")};

	buf_init(&note, &w->arena);
	buf_str(&note, row->note);
	w->store->scan(w->store, COSIGNATURE_BY_SIZE, 1, &(CosignatureRow){.size = row->size}, SCAN_ALL, 0, visit_cosignature, &lines);
	put_line(&lines);
	return buf_done(&note);
}

/* SQL function: checkpoint(published boolean) returns text */
COMMUNE_FUNCTION(commune_witness_checkpoint)
{
	Work		w;
	CheckpointRow row;
	Datum		note = (Datum) 0;

	begin(&w, false);
	if (last_checkpoint(&row, &w, PG_GETARG_BOOL(0)))
		note = PointerGetDatum(varlena_from_str(full_note(&w, &row)));
	end(&w);
	if (note == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(note);
}

/* SQL function: receipt(seq bigint) returns text */
COMMUNE_FUNCTION(commune_witness_receipt)
{
	int64		seq = PG_GETARG_INT64(0);
	Work		w;
	CheckpointRow row;
	Str			receipt;
	Str			note = STR_NONE;
	int64		size;
	Code		code;

	begin(&w, false);
	size = w.last.size;
	if (signing_key_file != NULL && *signing_key_file && last_checkpoint(&row, &w, true))
	{
		size = row.size;
		note = full_note(&w, &row);
	}
	code = receipt_make(&receipt, w.store, &w.arena, seq, size, note, &w.fault);
	if (code != CODE_OK)
		fault_raise(&w.fault);
	end(&w);
	PG_RETURN_TEXT_P(varlena_from_str(receipt));
}

/* ---- witnesses ---- */

/* SQL function: add_checkpoint_request(witness text, old bigint) returns text */
COMMUNE_FUNCTION(commune_witness_request)
{
	Str			name;
	Work		w;
	Policy		policy;
	CheckpointRow row;
	WitnessSeenRow seen;
	Proof		proof = {.n = 0};
	int64		old;
	Datum		request = (Datum) 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	name = DatumGetStr(PG_GETARG_DATUM(0));
	begin(&w, false);
	read_policy(&policy, &w);
	(void) find_witness(&policy, name);
	if (!what_witness_saw(&seen, &w, name) || !str_eq(seen.origin, w.era.origin))
		seen = (WitnessSeenRow){.size = 0};
	old = PG_ARGISNULL(1) ? seen.size : PG_GETARG_INT64(1);
	if (old < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a size is not negative")));
	if (last_checkpoint(&row, &w, false) && !(old == row.size && seen.size == row.size && now_us() - seen.at < FRESH))
	{
		if (old > row.size)
			code_raise(CODE_BEHIND, psprintf("The witness has seen size " INT64_FORMAT ", size " INT64_FORMAT " is signed.",
											 old, row.size));
		if (old > 0 && !tree_consistency(&proof, (uint64_t) old, (uint64_t) row.size, &w.tiles.reader))
			fault_raise(&w.fault);
		request = PointerGetDatum(varlena_from_str(request_print(&w.arena, (uint64_t) old, proof.hash, (size_t) proof.n, row.note)));
	}
	end(&w);
	if (request == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(request);
}

/*
 * Remember the checkpoint that a witness has cosigned last: one that is larger, or was cosigned later, for a witness that
 * had followed another history may begin anew with this one; and one that contradicts this register in any case.
 */
static void
remember_witness(Work *w, Str name, const Checkpoint *checkpoint, int64 at, bool contradicts)
{
	WitnessSeenRow row;
	bool		known = what_witness_saw(&row, w, name);

	if (known && !contradicts && str_eq(row.origin, checkpoint->origin) && row.size >= (int64) checkpoint->size && row.at >= at)
		return;
	row.size = (int64) checkpoint->size;
	row.at = at;
	row.witness = name;
	row.root = hash_str(&checkpoint->root);
	row.origin = checkpoint->origin;
	row.row.stored = known;
	write_row(w, REL_WITNESS_SEEN, &row.row);
}

/* Verify what a note has of the policy's logs and witnesses. */
static void
check_note(PolicyVerdict *out, Work *w, const Policy *policy, const Note *note, Str origin)
{
	int64		latest = now_us() / USECS_PER_SEC + CLOCK_AHEAD_SECONDS;

	if (policy_check(out, &w->arena, policy, note, origin, &w->fault) != CODE_OK)
		fault_raise(&w->fault);
	for (size_t i = 0; i < policy->n; i++)
		if (out->members[i].signature != NULL && out->members[i].at > latest)
			code_raise(CODE_BAD_NOTE, psprintf("The cosignature of \"%s\" comes from the future.",
											   pnstrdup(policy->members[i].name.p, policy->members[i].name.n)));
}

typedef struct Cosigned
{
	const Policy *policy;
	bool	   *by;
} Cosigned;

static bool
mark_cosigner(void *self, const void *row)
{
	Cosigned   *cosigned = self;

	for (size_t i = 0; i < cosigned->policy->n; i++)
		if (!cosigned->policy->members[i].is_group &&
			str_eq(cosigned->policy->members[i].name, ((const CosignatureRow *) row)->witness))
			cosigned->by[i] = true;
	return true;
}

/* SQL function: add_cosignatures(lines text, size bigint) returns integer */
COMMUNE_FUNCTION(commune_witness_add)
{
	Str			lines;
	Work		w;
	Policy		policy;
	PolicyVerdict verdict;
	CheckpointRow row;
	Checkpoint	checkpoint;
	Note		stored;
	Note		note;
	Buf			bytes;
	bool		cosigned[POLICY_NAMES_MAX] = {false};
	Cosigned	marks = {&policy, cosigned};
	int32		added = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PreventCommandDuringRecovery("commune.add_cosignatures()");
	PreventCommandIfReadOnly("commune.add_cosignatures()");
	lines = DatumGetStr(PG_GETARG_DATUM(0));
	seal_lock();
	begin(&w, true);
	read_policy(&policy, &w);
	if (PG_ARGISNULL(1) ? !last_checkpoint(&row, &w, false) : !checkpoint_of_size(&row, &w, PG_GETARG_INT64(1)))
		code_raise(CODE_NO_CHECKPOINT, NULL);

	/* The lines are read as they would stand under the checkpoint. */
	if (note_parse(&stored, &w.arena, row.note, &w.fault) != CODE_OK ||
		checkpoint_parse(&checkpoint, stored.text, &w.fault) != CODE_OK)
		fault_raise(&w.fault);
	buf_init(&bytes, &w.arena);
	buf_str(&bytes, stored.text);
	buf_char(&bytes, '\n');
	buf_str(&bytes, lines);
	if (lines.n > 0 && lines.p[lines.n - 1] != '\n')
		buf_char(&bytes, '\n');
	if (note_parse(&note, &w.arena, buf_done(&bytes), &w.fault) != CODE_OK)
		fault_raise(&w.fault);
	check_note(&verdict, &w, &policy, &note, checkpoint.origin);
	if (verdict.n == 0)
		code_raise(CODE_UNKNOWN_WITNESS, "None of the signatures is by a witness of the policy.");
	for (size_t i = 0; i < policy.n; i++)
	{
		const NoteVerdict *member = &verdict.members[i];
		CosignatureRow cosignature;
		CosignatureRow probe;
		CosignatureRow there = {.size = 0};

		if (member->signature == NULL)
			continue;
		cosignature = (CosignatureRow){.size = row.size, .at = member->at * USECS_PER_SEC,
									   .witness = policy.members[i].name, .line = member->signature->line};
		probe = cosignature;
		if (w.store->find(w.store, &w.arena, &there, COSIGNATURE_BY_SIZE, &probe))
			continue;
		write_row(&w, REL_COSIGNATURE, &cosignature.row);
		remember_witness(&w, policy.members[i].name, &checkpoint, cosignature.at, false);
		added++;
	}
	w.store->scan(w.store, COSIGNATURE_BY_SIZE, 1, &(CosignatureRow){.size = row.size}, SCAN_ALL, 0, mark_cosigner, &marks);
	publish_if_met(&w, &policy, &row, cosigned);
	end(&w);
	PG_RETURN_INT32(added);
}

/* ---- status ---- */

/* Return why the signing key cannot be used, or NULL; *vkey is its verifier's key, if it can be read. */
static const char *
signing_problem(Str *vkey, Work *w)
{
	SigningKey *key = palloc0(sizeof *key);

	*vkey = STR_NONE;
	if (signing_key_file == NULL || *signing_key_file == '\0')
		return "commune.signing_key_file names no key: blocks are made, and no checkpoints";
	if (signing_key_read(key, &w->arena, signing_key_file, &w->fault) != CODE_OK)
		return w->fault.detail;
	wipe(key->secret, sizeof key->secret);
	*vkey = note_key_print(&w->arena, &key->key);
	if (key->key.type != KEY_LOG)
		return "the key is not one that a log signs with";
	if (w->last.size > 0 && !str_eq(key->key.name, w->era.origin))
		return "the key is not named as the register's origin";
	return NULL;
}

/* SQL function: signing(OUT key text, OUT problem text) returns record */
COMMUNE_FUNCTION(commune_witness_signing)
{
	Work		w;
	Str			vkey;
	const char *problem;
	TupleDesc	desc;
	Datum		values[2] = {0};
	bool		nulls[2];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "signing() returns a record");
	begin(&w, false);
	problem = signing_problem(&vkey, &w);
	end(&w);
	nulls[0] = vkey.p == NULL;
	nulls[1] = problem == NULL;
	if (!nulls[0])
		values[0] = PointerGetDatum(varlena_from_str(vkey));
	if (!nulls[1])
		values[1] = CStringGetTextDatum(problem);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* SQL function: witnesses(OUT name text, OUT class text, OUT key text, OUT url text) returns setof record */
COMMUNE_FUNCTION(commune_witness_witnesses)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Work		w;
	Policy		policy;

	InitMaterializedSRF(fcinfo, 0);
	begin(&w, false);
	read_policy(&policy, &w);
	for (size_t i = 0; i < policy.n; i++)
	{
		const PolicyMember *witness = &policy.members[i];
		Datum		values[4] = {0};
		bool		nulls[4] = {false, false, false, witness->url.p == NULL};

		if (witness->is_group)
			continue;
		values[0] = PointerGetDatum(varlena_from_str(witness->name));
		values[1] = CStringGetTextDatum(witness->is_mirror ? "mirror" : "witness");
		values[2] = PointerGetDatum(varlena_from_str(note_key_print(&w.arena, &witness->key)));
		if (witness->url.p != NULL)
			values[3] = PointerGetDatum(varlena_from_str(witness->url));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	end(&w);
	return (Datum) 0;
}

/* ---- history that was witnessed elsewhere ---- */

static bool
keep_id(void *self, const void *row)
{
	*(int64 *) self = ((const ForkEvidenceRow *) row)->id;
	return false;
}

/* Keep two signed checkpoints that contradict each other. */
static void
keep_evidence(Work *w, Str ours, Str theirs)
{
	ForkEvidenceRow row = {.id = 0};

	w->store->scan(w->store, FORK_EVIDENCE_BY_ID, 0, NULL, SCAN_BACK, 1, keep_id, &row.id);
	row.id++;
	row.found_at = now_us();
	row.note_a = ours;
	row.note_b = theirs;
	write_row(w, REL_FORK_EVIDENCE, &row.row);
	ereport(WARNING,
			(errcode(code_errcode(CODE_BEHIND)),
			 errmsg("the register is forked: two checkpoints of this log contradict each other"),
			 errhint("Both are in commune.fork_evidence. Publish them.")));
}

/*
 * Check that a note is signed by this log: with a key that the policy names for its origin, or with the one that signs
 * here.  Otherwise a witness alone could bring the register to a stop.
 */
static void
check_log_signature(Work *w, const PolicyVerdict *verdict, const Note *note, Str origin)
{
	NoteVerdict own = {NULL, 0};

	if (verdict->log == NULL && signing_key_file != NULL && *signing_key_file != '\0')
	{
		SigningKey *key = read_signing_key(w);

		wipe(key->secret, sizeof key->secret);
		if (str_eq(key->key.name, origin) && note_verify(&own, &w->arena, note, &key->key, &w->fault) != CODE_OK)
			fault_raise(&w->fault);
	}
	if (verdict->log == NULL && own.signature == NULL)
		code_raise(CODE_BAD_NOTE, "None of the signatures is by a key of this log that the policy names or that signs here.");
}

/* Take a note of a checkpoint that our tree does not contain although it is larger: with it, what we signed is evidence. */
static void
keep_if_forked(Work *w, const Checkpoint *theirs, Str note)
{
	CheckpointRow probe = {.size = -1};
	CheckpointRow ours = {.size = 0};

	w->store->scan(w->store, CHECKPOINT_BY_SIZE, 0, &(CheckpointRow){.size = (int64) theirs->size}, SCAN_FROM, 1, keep_size, &probe.size);
	if (probe.size >= 0 && w->store->find(w->store, &w->arena, &ours, CHECKPOINT_BY_SIZE, &probe))
		keep_evidence(w, ours.note, note);
}

/* SQL function: witness_saw(note text) returns boolean */
COMMUNE_FUNCTION(commune_witness_saw)
{
	Str			bytes = DatumGetStr(PG_GETARG_DATUM(0));
	Work		w;
	Policy		policy;
	PolicyVerdict verdict;
	Note		note;
	Checkpoint	checkpoint;
	bool		contained;

	PreventCommandDuringRecovery("commune.witness_saw()");
	PreventCommandIfReadOnly("commune.witness_saw()");
	seal_lock();
	begin(&w, true);
	read_policy(&policy, &w);
	if (note_parse(&note, &w.arena, bytes, &w.fault) != CODE_OK ||
		checkpoint_parse(&checkpoint, note.text, &w.fault) != CODE_OK)
		fault_raise(&w.fault);
	if (w.last.size > 0 && !str_eq(checkpoint.origin, w.era.origin))
		code_raise(CODE_BAD_NOTE, "The checkpoint is that of another log.");
	check_note(&verdict, &w, &policy, &note, checkpoint.origin);
	if (verdict.n == 0)
		code_raise(CODE_UNKNOWN_WITNESS, "None of the signatures is by a witness of the policy.");
	check_log_signature(&w, &verdict, &note, checkpoint.origin);
	contained = checkpoint.size <= (uint64_t) w.last.size;
	if (contained)
	{
		Digest		root = root_at(&w, (int64) checkpoint.size);

		contained = memcmp(&root, &checkpoint.root, sizeof root) == 0;
		if (!contained)
			keep_if_forked(&w, &checkpoint, bytes);
	}
	for (size_t i = 0; i < policy.n; i++)
		if (verdict.members[i].signature != NULL)
			remember_witness(&w, policy.members[i].name, &checkpoint, verdict.members[i].at * USECS_PER_SEC, !contained);
	register_era_changed();		/* sessions look at the witnesses again */
	end(&w);
	PG_RETURN_BOOL(contained);
}

typedef struct History
{
	Store	   *store;
	Arena	   *arena;
	const BlockRow *last;
	Str			origin;
	Fault		fault;
	char	   *wrong;
} History;

static bool
check_witness(void *self, const void *row)
{
	History    *history = self;
	const WitnessSeenRow *seen = row;
	LogTiles	tiles;
	Digest		root;

	if (!str_eq(seen->origin, history->origin))
		return true;
	if (seen->size > history->last->size)
		history->wrong = psprintf("The witness \"%s\" has seen size " INT64_FORMAT ", this copy has " INT64_FORMAT ".",
								  pnstrdup(seen->witness.p, seen->witness.n), seen->size, history->last->size);
	else
	{
		log_tiles_init(&tiles, history->store, history->arena, history->last, &history->fault);
		if (!tree_root(&root, (uint64_t) seen->size, &tiles.reader))
			fault_raise(&history->fault);
		if (!str_eq(seen->root, hash_str(&root)))
			history->wrong = psprintf("The witness \"%s\" has seen another root at size " INT64_FORMAT ".",
									  pnstrdup(seen->witness.p, seen->witness.n), seen->size);
	}
	return history->wrong == NULL;
}

static bool history_is_checked;

static void
forget_history(Datum arg, Oid relid)
{
	history_is_checked = false;
}

void
witness_check_history(Store *store, Arena *arena, const BlockRow *last, Str origin)
{
	static bool registered = false;
	History		history = {.store = store, .arena = arena, .last = last, .origin = origin};

	if (!registered)
	{
		CacheRegisterRelcacheCallback(forget_history, (Datum) 0);
		registered = true;
	}
	if (history_is_checked)
		return;
	store->scan(store, WITNESS_SEEN_BY_NAME, 0, NULL, SCAN_ALL, 0, check_witness, &history);
	if (history.wrong != NULL)
		code_raise(CODE_BEHIND, history.wrong);
	history_is_checked = true;
}
