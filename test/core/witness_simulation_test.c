/*
 * witness_simulation_test.c -- a malicious primary against three witnesses, a mirror and clients, in a random order of
 * steps: one seed, one run, printed when something fails.
 *
 * The primary has one key and several histories of one register, which part at some block.  It shows whichever it likes to
 * whomever it likes, at any size, forward and backward, with proofs that hold or do not.  Some histories hold a lie: a false
 * verdict, an act left out, an entry that the fold does not write; they are signed and consistent all the same.  Witnesses
 * answer by the code that they have, with states in files; a mirror folds before it approves; clients go by a policy, two
 * witnesses of three and the mirror, and keep their receipts.
 *
 * What must hold, however the steps fall:
 *     a witness cosigns what contains its state, and nothing else; it calls two roots of one size a fork
 *     a mirror approves no history that holds a lie, and every one that holds none
 *     of what a quorum published no two checkpoints contradict each other, to whomever they were shown
 *     every receipt with a published checkpoint holds, and lies in the one history that was published
 *     an honest primary alarms nobody, and all that it seals is published
 *
 *     COMMUNE_SEED=n   run this seed alone            COMMUNE_SOAK=1   new seeds for ten minutes
 */
#include "commune.h"
#include "seeded.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fold/complete.h"
#include "register/receipt.h"
#include "witness/cosign.h"
#include "witness/policy.h"

#define LOG_NAME "example.org/log"
#define HISTORIES 4
#define BLOCKS_MAX 12
#define LEAVES_MAX 256
#define WITNESSES 3				/* and a mirror behind them */
#define STEPS 60
#define RUNS 24
#define SOAK_SECONDS 600

typedef enum Lie
{
	LIE_NONE,
	LIE_VERDICT,
	LIE_OMISSION,
	LIE_ENTRY,
	LIE_COUNT
} Lie;

typedef struct History
{
	Commune		c;
	Lie			lie;
	int64_t		lies_at;		/* number of the block that holds the lie; 0: none does */
	int			nblocks;
	uint64_t	size[BLOCKS_MAX + 1];	/* after each block; 0 before the first */
	Digest		leaf[LEAVES_MAX];
} History;

static History history[HISTORIES];
static HeapArena heap;
static Arena *arena;
static char folder[] = "/tmp/commune_simulation_XXXXXX";
static uint64_t seed_of_run;

/* ---- histories ---- */

/* Make the acts of a block: the same for the same salt. */
static void
acts_of_block(Commune *c, uint64_t salt)
{
	static const char *const who[] = {"ann", "bob", "cid"};
	uint64_t	before = seeded_state;
	uint32_t	n;

	seeded_state = salt;
	n = 1 + seeded_below(4);
	if (seeded_below(3) == 0)
		add_leaf(c, LEAF_ROW)->leaf.b[0] = (uint8_t) salt;
	for (uint32_t i = 0; i < n; i++)
		commune_add(c, ANY_CODE, __LINE__, who[seeded_below(3)], "topic", "'topic':'t%u'", seeded_below(12));
	seeded_state = before;
}

/* Read what was sealed last. */
static void
note_block(History *h)
{
	BlockRow	row;
	StoredBlock block;
	Digest		header;
	bool		found;
	Fault		fault;

	CHECK(log_block(&row, &h->c.tables.store, arena, h->c.last.number));
	CHECK(stored_read(&block, &found, &h->c.tables.store, arena, &row, STORED_BYTES, &fault) == CODE_OK && found);
	for (size_t i = 0; i < block.n; i++)
		h->leaf[row.first + (int64_t) i] = block.leaves[i];
	block_header_leaf(&header, row.header);
	h->leaf[row.size - 1] = header;
	h->nblocks = (int) row.number;
	h->size[row.number] = (uint64_t) row.size;
}

/* Make a block of what was added, with a lie in it or without. */
static void
seal_lying(History *h, Lie lie)
{
	Commune    *c = &h->c;
	BlockInput	in = {.time = c->time, .previous_time = c->previous_time, .first = c->last.size};
	Verdict    *verdicts;
	LeafMember *members;
	Entry		preface;
	size_t		n;

	arena_reset(&c->block.arena);
	if (lie == LIE_OMISSION)	/* the last act was committed, and is not taken */
	{
		const LeafMember *m = &c->members[--c->n];
		Record		record;
		ActRow		act = {.seq = m->seq, .xid = (int64_t) m->xid, .received_at = m->received_at, .era = (int32_t) m->era,
						   .leaf = hash_str(&m->leaf), .record = m->bytes, .key = STR("")};

		CHECK(record_parse(&record, &c->scratch.arena, m->bytes.p, m->bytes.n, NULL) == CODE_OK);
		act.nonce = record.nonce;
		act.kind = record.act;
		act.signer = record.signer;
		memory_put(&c->tables, REL_ACT, &act.row);
	}
	if (c->begins_era)
	{
		c->era++;
		preface = era_entry(c);
		in.preface = &preface;
		in.npreface = 1;
	}
	in.n = c->n;
	in.members = arena_copy(&c->block.arena, c->members, c->n * sizeof *c->members);
	in.isolated = &c->isolated;
	fold_block(&c->out, &in, c->state, &c->block.arena, &c->scratch.arena);

	n = c->n + c->out.nentries;
	members = arena_alloc(&c->block.arena, (n + 1) * sizeof *members);
	memcpy(members, in.members, c->n * sizeof *members);
	for (size_t i = 0; i < c->out.nentries; i++)
		members[c->n + i] = (LeafMember){.source = LEAF_ENGINE, .seq = ++c->seq, .era = c->era, .received_at = c->time,
										 .leaf = c->out.entry_leaves[i], .bytes = c->out.entries[i].body};
	if (lie == LIE_ENTRY)
	{
		LeafMember *m = &members[n++];

		*m = (LeafMember){.source = LEAF_ENGINE, .seq = ++c->seq, .era = c->era, .received_at = c->time,
						  .bytes = STR("{\"entry\":\"close\",\"poll\":1}")};
		entry_leaf(&m->leaf, m->bytes);
	}
	if (lie == LIE_VERDICT && c->out.nverdicts > 0)
		c->out.nverdicts--;		/* what was refused counts */
	else if (lie == LIE_VERDICT)
	{
		verdicts = arena_alloc(&c->block.arena, sizeof *verdicts);	/* what counts is refused */
		*verdicts = (Verdict){.seq = members[c->n - 1].seq, .index = in.first + (int64_t) c->n - 1, .code = CODE_TOPIC_EXISTS};
		c->out.verdicts = verdicts;
		c->out.nverdicts = 1;
	}
	store_block(c, members, n);
	c->previous_time = c->time;
	c->begins_era = false;
	c->n = 0;
	arena_reset(&c->scratch.arena);
	note_block(h);
}

/* The last block up to which a mirror approves. */
static int
mirrored(History *h)
{
	HeapArena	heaps[5];
	Mirror		mirror;
	State	   *state;
	int			number;
	bool		good = true;

	for (int i = 0; i < 5; i++)
		heap_arena_init(&heaps[i]);
	mirror_init(&mirror, &heaps[0].arena, &heaps[1].arena);
	state = state_new(&heaps[2].arena, NULL);
	for (number = 1; number <= h->nblocks && good; number++)
	{
		BlockRow	row;
		StoredBlock block;
		BlockOutput out;
		bool		found;
		Fault		fault = {.code = CODE_OK};

		arena_reset(&heaps[3].arena);
		good = log_block(&row, &h->c.tables.store, &heaps[3].arena, number) &&
			stored_read(&block, &found, &h->c.tables.store, &heaps[3].arena, &row, STORED_BYTES, &fault) == CODE_OK && found &&
			mirror_block(&mirror, &block, &out, state, &heaps[3].arena, &heaps[4].arena, &fault) == CODE_OK &&
			complete_check(&h->c.tables.store, &heaps[3].arena, &row, &fault) == CODE_OK;
	}
	for (int i = 0; i < 5; i++)
		heap_arena_free(&heaps[i]);
	return good ? h->nblocks : number - 2;
}

/* Make a history of blocks with these salts. */
static void
make_history(History *h, const uint64_t *salts, int nblocks)
{
	memset(h->size, 0, sizeof h->size);
	commune_begin(&h->c);
	commune_add(&h->c, CODE_OK, __LINE__, "ann", "charter", "%s", "'name':'Test','founders':['@ann','@bob','@cid'],'vouches':1,'rules':1");
	seal_lying(h, LIE_NONE);
	id_print(h->c.aud, (const uint8_t *) charter(&h->c)->id.p);
	for (int i = 0; i < 3; i++)
		commune_add(&h->c, CODE_OK, __LINE__, ((const char *[]){"ann", "bob", "cid"})[i], "join", "%s", "");
	seal_lying(h, LIE_NONE);
	for (int number = 3; number <= nblocks; number++)
	{
		h->c.time += SECONDS(1);
		acts_of_block(&h->c, salts[number]);
		seal_lying(h, number == h->lies_at ? h->lie : LIE_NONE);
	}
}

/* The root of a history's first leaves, by the definition. */
static Digest
root_at(const History *h, uint64_t size)
{
	Digest		root;

	merkle_root(&root, h->leaf, size);
	return root;
}

/* True if a history has this root at this size. */
static bool
contains(const History *h, uint64_t size, const Digest *root)
{
	Digest		own;

	if (size > h->size[h->nblocks])
		return false;
	own = root_at(h, size);
	return memcmp(&own, root, sizeof own) == 0;
}

/* ---- the log's key, witnesses, and what was said ---- */

typedef struct Seen
{
	uint64_t	size;
	Digest		root;
} Seen;

typedef struct Party
{
	SigningKey	key;
	Cosigner	cosigner;
	Str			folder;
	Seen		state;			/* as it must be */
	const History *shown;		/* to the mirror: what it has folded */
	uint64_t	shown_size;
	int			approves;		/* blocks */
} Party;

/* A checkpoint that was cosigned, and by whom. */
typedef struct Said
{
	Str			text;
	Str			line[WITNESSES + 1];
} Said;

typedef struct Kept
{
	Str			receipt;
	Str			record;
} Kept;

static SigningKey log_key;
static Party party[WITNESSES + 1];
static Policy policy;
static Said said[HISTORIES * BLOCKS_MAX];
static size_t nsaid;
static Seen published[STEPS * 2];
static size_t npublished;
static Kept kept[STEPS * 2];
static size_t nkept;
static int	blocks_mirrored[HISTORIES];

static void
make_key(SigningKey *out, Str name, uint8_t type)
{
	uint8_t		seed[SEED_SIZE];

	seeded_bytes(seed, sizeof seed);
	signing_key_make(out, arena, name, type, seed);
}

/* A mirror approves what it has folded and found whole. */
static void
approve(void *self, bool *use, const Checkpoint *checkpoint, Fault *fault)
{
	const Party *mirror = self;

	*use = false;
	for (int i = 1; i <= mirror->approves; i++)
		*use |= mirror->shown->size[i] == checkpoint->size;
	if (!*use)
		fault_set(fault, CODE_DAMAGED, -1, "A block does not hold.");
}

static void
set_up(void)
{
	Buf			text;
	Fault		fault;

	make_key(&log_key, STR(LOG_NAME), KEY_LOG);
	buf_init(&text, arena);
	buf_str(&text, arena_printf(arena, "log %.*s\n", (int) note_key_print(arena, &log_key.key).n, note_key_print(arena, &log_key.key).p));
	for (int i = 0; i <= WITNESSES; i++)
	{
		Party	   *p = &party[i];
		Str			key;

		*p = (Party){.folder = arena_printf(arena, "%s/%d", folder, i)};
		CHECK(access(p->folder.p, F_OK) == 0 || mkdir(p->folder.p, 0700) == 0);
		make_key(&p->key, arena_printf(arena, "w%d.example", i), KEY_COSIGNER);
		p->cosigner = (Cosigner){.nkeys = 1, .keys = &p->key, .nlogs = 1, .logs = &log_key.key, .folder = p->folder.p};
		if (i == WITNESSES)
		{
			p->cosigner.approve = approve;
			p->cosigner.self = p;
		}
		key = note_key_print(arena, &p->key.key);
		buf_str(&text, arena_printf(arena, "witness w%d %.*s\n", i, (int) key.n, key.p));
	}
	buf_text(&text, "# class w3 mirror\ngroup two 2 w0 w1 w2\ngroup both all two w3\nquorum both\n");
	CHECK(policy_parse(&policy, arena, buf_done(&text), &fault) == CODE_OK);
	nsaid = npublished = nkept = 0;
}

static void
tear_down(void)
{
	for (int i = 0; i <= WITNESSES; i++)
	{
		Str			path = cosigner_state_path(arena, party[i].folder.p, STR(LOG_NAME));

		unlink(path.p);
		unlink(arena_printf(arena, "%s.lock", path.p).p);
		rmdir(party[i].folder.p);
	}
}

/* What the log has signed of a history's first blocks. */
static Str
text_of(const History *h, int block)
{
	return checkpoint_print(arena, &(Checkpoint){.origin = STR(LOG_NAME), .size = h->size[block], .root = root_at(h, h->size[block])});
}

static Str
note_of(Str text, const Said *cosigned)
{
	Buf			note;

	buf_init(&note, arena);
	buf_str(&note, text);
	buf_char(&note, '\n');
	buf_str(&note, note_sign(arena, text, &log_key.key, log_key.secret, 0));
	buf_char(&note, '\n');
	for (int i = 0; cosigned != NULL && i <= WITNESSES; i++)
		if (cosigned->line[i].p != NULL)
			buf_str(&note, cosigned->line[i]);
	return buf_done(&note);
}

static Said *
said_of(Str text)
{
	for (size_t i = 0; i < nsaid; i++)
		if (str_eq(said[i].text, text))
			return &said[i];
	said[nsaid] = (Said){.text = text};
	return &said[nsaid++];
}

/* True if a note holds under the log's key. */
static bool
is_signed(Str bytes)
{
	Note		note;
	NoteVerdict verdict;
	Fault		fault;

	return note_parse(&note, arena, bytes, &fault) == CODE_OK &&
		note_verify(&verdict, arena, &note, &log_key.key, &fault) == CODE_OK && verdict.signature != NULL;
}

/* ---- steps ---- */

typedef struct Leaves
{
	const Digest *leaf;
} Leaves;

static bool
read_tile(void *self, Digest *out, int level, uint64_t n, unsigned width)
{
	if (level != 0 || n != 0)
		return false;
	memcpy(out, ((Leaves *) self)->leaf, width * sizeof *out);
	return true;
}

/* How the primary asks. */
typedef enum Manner
{
	HONEST,
	WRONG_SIZE,					/* from another size than the witness's */
	FORGED_PROOF
} Manner;

/* The primary shows some blocks of a history to a witness or to the mirror. */
static void
show(Party *p, const History *h, int block, Manner manner)
{
	Leaves		leaves = {h->leaf};
	Str			text = text_of(h, block);
	uint64_t	size = h->size[block];
	uint64_t	old = p->state.size + (manner == WRONG_SIZE ? 1 + seeded_below(3) : 0);
	bool		goes_on = p->state.size == 0 || contains(h, p->state.size, &p->state.root);
	bool		is_mirror = p == &party[WITNESSES];
	Proof		proof = {.n = 0};
	SignerState state;
	CosignAnswer answer;
	Fault		fault;

	p->shown = h;
	p->approves = blocks_mirrored[h - history];
	if (old > 0 && old < size)
		CHECK(tree_consistency(&proof, old, size, &(TileReader){.read = read_tile, .self = &leaves}));
	if (manner == FORGED_PROOF && proof.n == 0)
		proof.n = 1;
	if (manner == FORGED_PROOF)
		seeded_bytes(proof.hash[seeded_below((uint32_t) proof.n)].b, HASH_SIZE);
	cosign(&answer, arena, &p->cosigner, request_print(arena, old, proof.hash, (size_t) proof.n, note_of(text, NULL)), NOON);

	if (size < p->state.size || old > size)
		CHECK(answer.status == COSIGN_MALFORMED || answer.status == COSIGN_CONFLICT);	/* it has gone back */
	else if (manner == WRONG_SIZE)
		CHECK(answer.status == COSIGN_CONFLICT && answer.is_size);
	else if (size == p->state.size && !goes_on)
		CHECK(answer.status == COSIGN_CONFLICT && answer.is_fork && is_signed(answer.state.note) && is_signed(answer.note));
	else if (manner == FORGED_PROOF)
		CHECK(answer.status == COSIGN_INCONSISTENT || answer.status == COSIGN_MALFORMED);
	else if (!goes_on)
		CHECK(answer.status == COSIGN_INCONSISTENT && is_signed(answer.state.note) && is_signed(answer.note));
	else if (is_mirror && block > p->approves)
		CHECK_INT(answer.status, COSIGN_LATER);
	else
		CHECK_INT(answer.status, COSIGN_DONE);
	if (answer.status == COSIGN_DONE)
	{
		said_of(text)->line[p - party] = arena_str(arena, answer.body);
		p->state = (Seen){size, root_at(h, size)};
	}

	/* The state is what was cosigned last, and survives the process. */
	CHECK(signer_state_read(&state, arena, cosigner_state_path(arena, p->folder.p, STR(LOG_NAME)).p, &fault) == CODE_OK);
	CHECK(state.found == (p->state.size > 0));
	if (state.found)
		CHECK(state.checkpoint.size == p->state.size && memcmp(&state.checkpoint.root, &p->state.root, sizeof p->state.root) == 0);
}

/* True if two checkpoints are of one history. */
static bool
agree(const Seen *a, const Seen *b)
{
	for (int i = 0; i < HISTORIES; i++)
		if (contains(&history[i], a->size, &a->root) && contains(&history[i], b->size, &b->root))
			return true;
	return false;
}

/* A client gets some blocks of a history with all cosignatures that the primary has, and takes them if its policy says so. */
static bool
look(History *h, int block)
{
	Str			text = text_of(h, block);
	Str			bytes = note_of(text, said_of(text));
	Seen		now = {h->size[block], root_at(h, h->size[block])};
	int64_t		seq = 1 + seeded_below((uint32_t) h->c.seq);
	PolicyVerdict verdict;
	ActRow		act = {.seq = seq};
	Note		note;
	Kept		k;
	Fault		fault;

	CHECK(note_parse(&note, arena, bytes, &fault) == CODE_OK);
	CHECK(policy_check(&verdict, arena, &policy, &note, STR(LOG_NAME), &fault) == CODE_OK && verdict.log != NULL);
	if (!verdict.met)
		return false;
	if (!CHECK(h->lies_at == 0 || block < h->lies_at))
		printf("    a lie of kind %d was published\n", (int) h->lie);
	for (size_t i = 0; i < npublished; i++)
		CHECK(agree(&now, &published[i]));
	published[npublished++] = now;

	/* Its act is there, or the server says that it is not. */
	if (h->c.tables.store.find(&h->c.tables.store, arena, &act, ACT_BY_SEQ, &(ActRow){.seq = seq}) &&
		receipt_make(&k.receipt, &h->c.tables.store, arena, seq, (int64_t) now.size, bytes, &fault) == CODE_OK)
	{
		k.record = act.record;
		kept[nkept++] = k;
	}
	return true;
}

/* Every receipt that was given holds, and its checkpoint is of the one history that was published. */
static void
check_receipts(void)
{
	for (size_t i = 0; i < nkept; i++)
	{
		Receipt		receipt;
		Seen		seen;
		Fault		fault;

		if (!CHECK(receipt_check(&receipt, arena, kept[i].receipt, kept[i].record, &fault) == CODE_OK))
			continue;
		seen = (Seen){receipt.size, receipt.root};
		CHECK(receipt.is_signed && is_signed(receipt.note));
		for (size_t j = 0; j < npublished; j++)
			CHECK(agree(&seen, &published[j]));
	}
}

/* ---- runs ---- */

/* Histories that part at random blocks, all but the first with a lie, perhaps. */
static void
make_histories(void)
{
	uint64_t	salts[HISTORIES][BLOCKS_MAX + 1];

	for (int i = 0; i < HISTORIES; i++)
	{
		History    *h = &history[i];
		int			parent = i == 0 ? 0 : (int) seeded_below((uint32_t) i);
		int			parts_at = i == 0 ? 3 : 3 + (int) seeded_below(BLOCKS_MAX - 4);
		int			nblocks = parts_at + (int) seeded_below((uint32_t) (BLOCKS_MAX - parts_at + 1));

		for (int number = 3; number <= BLOCKS_MAX; number++)
			salts[i][number] = i > 0 && number < parts_at ? salts[parent][number] : seeded_next();
		h->lie = i == 0 ? LIE_NONE : (Lie) seeded_below(LIE_COUNT);
		h->lies_at = h->lie == LIE_NONE ? 0 : parts_at + (int) seeded_below((uint32_t) (nblocks - parts_at + 1));
		if (i > 0 && history[parent].lies_at > 0 && history[parent].lies_at < parts_at)
		{
			h->lie = history[parent].lie;		/* it goes on with that lie */
			h->lies_at = history[parent].lies_at;
		}
		make_history(h, salts[i], i == 0 ? BLOCKS_MAX : nblocks);
		blocks_mirrored[i] = mirrored(h);
		if (!CHECK_INT(blocks_mirrored[i], h->lies_at > 0 ? h->lies_at - 1 : h->nblocks))
			printf("    history %d, lie %d\n", i, (int) h->lie);
	}
}

/* The primary shows one history, ever longer. */
static void
run_honest(void)
{
	History    *h = &history[0];

	for (int block = 1; block <= h->nblocks; block++)
	{
		int			first = (int) seeded_below(WITNESSES + 1);

		for (int i = 0; i <= WITNESSES; i++)
			if (block == h->nblocks || seeded_below(4) > 0)
				show(&party[(first + i) % (WITNESSES + 1)], h, block, HONEST);
		(void) look(h, block);
	}
	for (int i = 0; i <= WITNESSES; i++)
		CHECK_INT(party[i].state.size, h->size[h->nblocks]);
	CHECK(look(h, h->nblocks));
}

/* The primary does as it likes; then everybody sees everything. */
static void
run_malicious(void)
{
	for (int step = 0; step < STEPS; step++)
	{
		History    *h = &history[seeded_below(HISTORIES)];
		int			block = 1 + (int) seeded_below((uint32_t) h->nblocks);

		if (seeded_below(3) == 0)
			(void) look(h, block);
		else
			show(&party[seeded_below(WITNESSES + 1)], h, block, (Manner) (seeded_below(6) < 4 ? HONEST : 1 + seeded_below(2)));
	}
	for (int i = 0; i < HISTORIES; i++)
		for (int j = 0; j <= WITNESSES; j++)
			show(&party[j], &history[i], history[i].nblocks, HONEST);
	for (int i = 0; i < HISTORIES; i++)
		(void) look(&history[i], history[i].nblocks);
}

static void
run(uint64_t seed)
{
	seed_of_run = seeded_state = seed;
	heap_arena_init(&heap);
	arena = &heap.arena;
	set_up();
	make_histories();
	if (seed % 4 == 0)
		run_honest();
	else
		run_malicious();
	check_receipts();
	tear_down();
	for (int i = 0; i < HISTORIES; i++)
		commune_free(&history[i].c);
	heap_arena_free(&heap);
}

int
main(void)
{
	const char *alone = getenv("COMMUNE_SEED");
	const char *soak = getenv("COMMUNE_SOAK");
	time_t		until = time(NULL) + (soak != NULL && *soak ? SOAK_SECONDS : 0);
	uint64_t	seed = soak != NULL && *soak ? (uint64_t) time(NULL) * 1000 : 1;
	size_t		taken = 0;

	if (alone != NULL)
		seed = strtoull(alone, NULL, 10);
	if (!crypto_init() || mkdtemp(folder) == NULL)
		abort();
	for (int runs = 0; (runs < RUNS || time(NULL) < until) && check_failures == 0; runs++, seed++)
	{
		run(seed);
		taken += npublished;
		if (check_failures > 0)
			printf("    COMMUNE_SEED=%llu gives this run again\n", (unsigned long long) seed_of_run);
		if (alone != NULL)
			break;
	}
	rmdir(folder);
	CHECK(alone != NULL || taken > 0);		/* clients were convinced of something */
	return check_done("witness_simulation");
}
