/*
 * profile.c -- gathers rankings in a hash table, sorts them, and writes and reads their bytes.
 */
#include "voting/profile.h"

#include <inttypes.h>
#include <stdlib.h>

#include "crypto/crypto.h"

#define SLOTS_MIN 64

/* ---- the hash table */

/*
 * Hash with a secret of this process, so that nobody can cast ballots that all fall into one slot.  The table decides
 * nothing that is seen outside.
 */
static uint64_t
hash_secret(void)
{
	static uint64_t secret;

	while (secret == 0)
		random_bytes(&secret, sizeof secret);
	return secret;
}

static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128) a * b;

	return (uint64_t) product ^ (uint64_t) (product >> 64);
}

static inline uint32_t
hash_bytes(const uint8_t *p, size_t n)
{
	uint64_t	hash = hash_secret() ^ n;
	uint64_t	word;

	for (; n > 8; p += 8, n -= 8)
	{
		memcpy(&word, p, 8);
		hash = mix(hash ^ word, UINT64_C(0x9e3779b97f4a7c15));
	}
	word = 0;
	for (size_t i = 0; i < n; i++)
		word = word << 8 | p[i];
	return (uint32_t) (mix(hash ^ word, UINT64_C(0xd6e8feb86659fd93)) >> 16);
}

static inline bool
same_ranking(const Paper *paper, const uint8_t *p, size_t n)
{
	return paper->n == n && memcmp(paper->p, p, n) == 0;
}

/* Find the slot of a ranking, or the free one where it would go. */
static inline uint64_t *
find_slot(const Profile *profile, const uint8_t *p, size_t n, uint32_t hash)
{
	uint32_t	i = hash & (profile->slots - 1);

	for (;; i = (i + 1) & (profile->slots - 1))
	{
		uint64_t	slot = profile->slot[i];

		if (slot == 0 || (slot >> 32 == hash && same_ranking(&profile->paper[(uint32_t) slot - 1], p, n)))
			return &profile->slot[i];
	}
}

/* Make a table of at least twice as many slots as there are papers, and put them in. */
static void
build_table(Profile *profile)
{
	uint32_t	slots = profile->slots > 0 ? profile->slots : SLOTS_MIN;

	while (slots / 2 <= profile->n)
		slots *= 2;
	if (slots != profile->slots)
		profile->slot = arena_alloc(profile->arena, sizeof(uint64_t) * slots);
	profile->slots = slots;
	profile->indexed = true;
	memset(profile->slot, 0, sizeof(uint64_t) * slots);
	for (uint32_t i = 0; i < profile->n; i++)
	{
		uint32_t	at = profile->paper[i].hash & (slots - 1);

		while (profile->slot[at] != 0)
			at = (at + 1) & (slots - 1);
		profile->slot[at] = (uint64_t) profile->paper[i].hash << 32 | (i + 1);
	}
}

static Code
add_paper(Profile *profile, uint64_t *slot, Paper paper, Fault *fault)
{
	if (profile->n == PROFILE_PAPERS_MAX || profile->bytes > PROFILE_BYTES_MAX - paper.n)
		return fault_set(fault, CODE_TOO_LARGE, -1, "A profile has at most %u different rankings, of %" PRIu64 " bytes together.",
						 PROFILE_PAPERS_MAX, PROFILE_BYTES_MAX);
	if (profile->n == profile->room)
	{
		uint32_t	room = profile->room > 0 ? 2 * profile->room : SLOTS_MIN / 2;
		Paper	   *papers = arena_alloc(profile->arena, sizeof(Paper) * room);

		if (profile->n > 0)
			memcpy(papers, profile->paper, sizeof(Paper) * profile->n);
		profile->paper = papers;
		profile->room = room;
	}
	paper.p = arena_copy(profile->arena, paper.p, paper.n);
	profile->paper[profile->n++] = paper;
	profile->bytes += paper.n;
	*slot = (uint64_t) paper.hash << 32 | profile->n;
	profile->sorted = false;
	if (profile->n >= profile->slots / 2)
		build_table(profile);
	return CODE_OK;
}

/* ---- ballots */

static Code
check_options_number(int64_t options, Fault *fault)
{
	if (options < 1 || options > OPTIONS_MAX)
		return fault_set(fault, CODE_BAD_RULE, options, "A count has 1 to %d options.", OPTIONS_MAX);
	return CODE_OK;
}

Code
profile_init(Profile *profile, int64_t options, Arena *arena, Fault *fault)
{
	Code		code;

	if ((code = check_options_number(options, fault)) != CODE_OK)
		return code;
	*profile = (Profile){.options = (uint32_t) options, .arena = arena, .sorted = true};
	profile->queue = arena_alloc(arena, sizeof(Waiting) * WAITING_MAX);
	build_table(profile);
	return CODE_OK;
}

static Code
overflow(Fault *fault)
{
	return fault_set(fault, CODE_NUMBER_OVERFLOW, -1, "The weights of the ballots add up to more than 64 bits hold.");
}

/* Add a ballot whose options exist. */
static inline Code
add_hashed(Profile *profile, const uint8_t *bytes, size_t n, uint32_t hash, int64_t weight, Fault *fault)
{
	uint64_t   *slot;
	Paper	   *paper;
	int64_t		sum;

	if (!profile->indexed)
		build_table(profile);
	slot = find_slot(profile, bytes, n, hash);
	if (*slot == 0)
		return add_paper(profile, slot, (Paper){bytes, (uint32_t) n, hash, weight}, fault);
	paper = &profile->paper[(uint32_t) *slot - 1];
	if (add_overflows(paper->weight, weight, &sum))
		return overflow(fault);
	paper->weight = sum;
	if (sum == 0)
		profile->sorted = false;
	return CODE_OK;
}

/*
 * Bring what waits into the table.  A profile is larger than the caches that are near: slots, papers and rankings are
 * fetched for all ballots at once, so that the memory's latency is waited for three times, not three times a ballot.
 * Only ballots wait with which nothing can go wrong.
 */
static void
settle(Profile *profile)
{
	uint32_t	n = profile->waiting;

	profile->waiting = 0;
	if (n == 0)
		return;
	if (!profile->indexed)
		build_table(profile);
	for (uint32_t i = 0; i < n; i++)
	{
		uint64_t	slot = profile->slot[profile->queue[i].hash & (profile->slots - 1)];

		if (slot != 0)
			__builtin_prefetch(&profile->paper[(uint32_t) slot - 1]);
	}
	for (uint32_t i = 0; i < n; i++)
	{
		uint64_t	slot = profile->slot[profile->queue[i].hash & (profile->slots - 1)];

		if (slot != 0)
			__builtin_prefetch(profile->paper[(uint32_t) slot - 1].p);
	}
	for (uint32_t i = 0; i < n; i++)
	{
		Waiting    *ballot = &profile->queue[i];

		(void) add_hashed(profile, ballot->bytes, ballot->n, ballot->hash, ballot->weight, NULL);
	}
}

/* Add a ballot whose options exist, now or when others are added, too. */
static inline Code
add_checked(Profile *profile, const uint8_t *bytes, size_t n, int64_t weight, Fault *fault)
{
	uint32_t	hash = hash_bytes(bytes, n);
	Waiting    *ballot;

	if (profile->queue != NULL && (weight < 0 ? sub_overflows(profile->bound, weight, &profile->bound)
								   : add_overflows(profile->bound, weight, &profile->bound)))
	{
		settle(profile);
		profile->queue = NULL;	/* from now on, a sum might overflow */
	}
	if (profile->queue == NULL)
		return add_hashed(profile, bytes, n, hash, weight, fault);
	if (n > sizeof ballot->bytes || profile->n > PROFILE_PAPERS_MAX - WAITING_MAX ||
		profile->bytes > PROFILE_BYTES_MAX - WAITING_MAX * sizeof ballot->bytes)
	{
		settle(profile);
		return add_hashed(profile, bytes, n, hash, weight, fault);
	}
	if (profile->indexed)
		__builtin_prefetch(&profile->slot[hash & (profile->slots - 1)]);
	ballot = &profile->queue[profile->waiting++];
	ballot->n = (uint32_t) n;
	ballot->hash = hash;
	ballot->weight = weight;
	if (n > 0)
		memcpy(ballot->bytes, bytes, n);
	if (profile->waiting == WAITING_MAX)
		settle(profile);
	return CODE_OK;
}

Code
profile_add(Profile *profile, const uint8_t *bytes, size_t n, int64_t weight, Fault *fault)
{
	uint32_t	high = 0;

	for (size_t i = 0; i < n; i++)
		high = bytes[i] > high ? bytes[i] : high;
	if (high == RANK_ESCAPE ? !ranking_fits(&high, bytes, n, profile->options) : high > profile->options)
		return fault_set(fault, CODE_NO_SUCH_OPTION, high, "Option %u is named, but there are options 1 to %u.", high,
						 profile->options);
	return add_checked(profile, bytes, n, weight, fault);
}

Code
profile_combine(Profile *profile, const Profile *other, bool subtract, Fault *fault)
{
	Code		code = CODE_OK;

	if (profile->options != other->options)
		return fault_set(fault, CODE_STATES_DIFFER, -1, "One is a profile of %u options, the other of %u.", profile->options,
						 other->options);
	for (uint32_t i = 0; i < other->n && code == CODE_OK; i++)
	{
		int64_t		weight = other->paper[i].weight;

		if (subtract && sub_overflows(0, weight, &weight))
			return overflow(fault);
		code = add_checked(profile, other->paper[i].p, other->paper[i].n, weight, fault);
	}
	for (uint32_t i = 0; i < other->waiting && code == CODE_OK; i++)
	{
		const Waiting *ballot = &other->queue[i];

		code = add_checked(profile, ballot->bytes, ballot->n, subtract ? -ballot->weight : ballot->weight, fault);
	}
	return code;
}

/* ---- order */

static int
compare_rankings(const Paper *a, const Paper *b)
{
	size_t		n = a->n < b->n ? a->n : b->n;
	int			c = n > 0 ? memcmp(a->p, b->p, n) : 0;

	return c != 0 ? c : (a->n > b->n) - (a->n < b->n);
}

/* What papers are sorted by: the first bytes of the ranking as a number that is ordered as they are; then all. */
typedef struct SortKey
{
	uint64_t	head;
	const Paper *paper;
} SortKey;

static int
compare_keys(const void *a, const void *b)
{
	const SortKey *x = a;
	const SortKey *y = b;

	if (x->head != y->head)
		return x->head > y->head ? 1 : -1;
	return compare_rankings(x->paper, y->paper);
}

static uint64_t
head_of(const Paper *paper)
{
	uint8_t		head[8] = {0};

	memcpy(head, paper->p, paper->n < sizeof head ? paper->n : sizeof head);
	return get_be64(head);
}

void
profile_sort(Profile *profile, Arena *scratch)
{
	SortKey    *keys;
	Paper	   *papers;
	uint32_t	n = 0;

	settle(profile);
	if (profile->sorted)
		return;
	keys = arena_alloc(scratch, sizeof(SortKey) * profile->n);
	papers = arena_copy(scratch, profile->paper, sizeof(Paper) * profile->n);
	for (uint32_t i = 0; i < profile->n; i++)
		if (papers[i].weight != 0)
			keys[n++] = (SortKey){head_of(&papers[i]), &papers[i]};
	qsort(keys, n, sizeof(SortKey), compare_keys);
	for (uint32_t i = 0; i < n; i++)
		profile->paper[i] = *keys[i].paper;
	profile->n = n;
	profile->bytes = 0;
	for (uint32_t i = 0; i < n; i++)
		profile->bytes += profile->paper[i].n;
	profile->indexed = false;
	profile->sorted = true;
}

/* ---- bytes */

static uint64_t
zigzag(int64_t weight)
{
	return (uint64_t) weight << 1 ^ (uint64_t) (weight >> 63);
}

static int
size_of_groups(uint64_t v)
{
	int			n = 1;

	while (v >>= 7)
		n++;
	return n;
}

static uint8_t *
put_groups(uint8_t *out, uint64_t v)
{
	for (; v >= 128; v >>= 7)
		*out++ = (uint8_t) (v | 128);
	*out++ = (uint8_t) v;
	return out;
}

/* Read groups of 7 bits, as few as there can be; false if that is not what is there. */
static bool
take_groups(uint64_t *v, const uint8_t **p, const uint8_t *end)
{
	*v = 0;
	for (int shift = 0; shift < 64 && *p < end; shift += 7)
	{
		uint64_t	byte = *(*p)++;

		if (shift == 63 && byte > 1)
			return false;
		*v |= (byte & 127) << shift;
		if (byte < 128)
			return byte > 0 || shift == 0;
	}
	return false;
}

uint64_t
profile_size(const Profile *profile)
{
	uint64_t	size = PROFILE_HEADER;

	for (uint32_t i = 0; i < profile->n; i++)
		size += profile->paper[i].n + size_of_groups(profile->paper[i].n) + size_of_groups(zigzag(profile->paper[i].weight));
	return size;
}

static void
put_le32(uint8_t *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t) (v >> 8 * i);
}

static uint32_t
get_le32(const uint8_t *in)
{
	return in[0] | (uint32_t) in[1] << 8 | (uint32_t) in[2] << 16 | (uint32_t) in[3] << 24;
}

void
profile_write(uint8_t *out, const Profile *profile)
{
	put_le32(out, PROFILE_VERSION);
	put_le32(out + 4, profile->options);
	put_le32(out + 8, profile->n);
	out += PROFILE_HEADER;
	for (uint32_t i = 0; i < profile->n; i++)
	{
		const Paper *paper = &profile->paper[i];

		out = put_groups(out, paper->n);
		if (paper->n > 0)
			memcpy(out, paper->p, paper->n);
		out = put_groups(out + paper->n, zigzag(paper->weight));
	}
}

static Code
bad_bytes(Fault *fault, const char *what, int64_t i)
{
	return fault_set(fault, CODE_BAD_STATE_BYTES, i, "%s (ranking %" PRId64 " of the profile).", what, i);
}

Code
profile_read(Profile *out, const uint8_t *bytes, size_t n, Arena *arena, Fault *fault)
{
	const uint8_t *p = bytes + PROFILE_HEADER;
	const uint8_t *end = bytes + n;
	uint32_t	count;

	if (n < PROFILE_HEADER || get_le32(bytes) != PROFILE_VERSION)
		return fault_set(fault, CODE_BAD_STATE_BYTES, 0, "The header is not one of version %d.", PROFILE_VERSION);
	count = get_le32(bytes + 8);
	if (check_options_number(get_le32(bytes + 4), NULL) != CODE_OK || count > PROFILE_PAPERS_MAX ||
		count > (n - PROFILE_HEADER) / 2)	/* before memory is asked for */
		return fault_set(fault, CODE_BAD_STATE_BYTES, 0, "The header announces what cannot be there.");
	*out = (Profile){.options = get_le32(bytes + 4), .arena = arena, .n = count, .room = count, .sorted = true};
	out->paper = arena_alloc(arena, sizeof(Paper) * count);
	for (uint32_t i = 0; i < count; i++)
	{
		Paper	   *paper = &out->paper[i];
		uint64_t	length;
		uint64_t	weight;
		uint32_t	high;

		if (!take_groups(&length, &p, end) || length > (uint64_t) (end - p))
			return bad_bytes(fault, "Bytes are missing", i);
		*paper = (Paper){.p = p, .n = (uint32_t) length};
		p += length;
		out->bytes += length;
		if (!take_groups(&weight, &p, end) || weight == 0)
			return bad_bytes(fault, "There is no weight", i);
		paper->weight = (int64_t) (weight >> 1 ^ -(weight & 1));
		if (ranking_check(paper->p, paper->n, NULL) != CODE_OK || !ranking_fits(&high, paper->p, paper->n, out->options))
			return bad_bytes(fault, "It is no ranking of these options", i);
		if (i > 0 && compare_rankings(paper - 1, paper) >= 0)
			return bad_bytes(fault, "It is not in ascending order", i);
	}
	if (p != end)
		return bad_bytes(fault, "There are bytes after the last one", count);
	if (out->bytes > PROFILE_BYTES_MAX)
		return bad_bytes(fault, "There are more bytes than a profile has", count);
	return CODE_OK;
}

/* ---- the text form */

void
profile_print(Buf *out, const Profile *profile)
{
	buf_int(out, profile->options);
	buf_char(out, ':');
	for (uint32_t i = 0; i < profile->n; i++)
	{
		buf_char(out, ' ');
		buf_int(out, profile->paper[i].weight);
		buf_char(out, '*');
		ranking_print(out, profile->paper[i].p, profile->paper[i].n);
	}
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cut the next word off a text; an empty one at the end. */
static Str
next_word(Str *text)
{
	const char *end = text->p + text->n;
	const char *p = text->p;
	Str			word;

	while (p < end && is_space(*p))
		p++;
	word.p = p;
	while (p < end && !is_space(*p))
		p++;
	word.n = (size_t) (p - word.p);
	*text = (Str){p, (size_t) (end - p)};
	return word;
}

/* Cut a number and the character after it off a word; false if they are not there. */
static bool
cut_number(int64_t *out, Str *word, char after)
{
	size_t		i = word->n > 0 && word->p[0] == '-';
	size_t		digits = i;
	bool		fits = true;

	*out = 0;
	for (; i < word->n && word->p[i] >= '0' && word->p[i] <= '9'; i++)
		fits = fits && !mul_overflows(*out, 10, out) && !sub_overflows(*out, word->p[i] - '0', out);
	if (!fits || i == digits || i == word->n || word->p[i] != after || (digits == 0 && sub_overflows(0, *out, out)))
		return false;
	*word = (Str){word->p + i + 1, word->n - i - 1};
	return true;
}

Code
profile_parse(Profile *out, Str text, Arena *arena, Fault *fault)
{
	Str			left = text;
	Str			word = next_word(&left);
	int64_t		number;
	Code		code;

	if (!cut_number(&number, &word, ':') || word.n > 0)
		return fault_set(fault, CODE_BAD_STATE, 0, "The number of options and a colon are expected.");
	if ((code = profile_init(out, number, arena, fault)) != CODE_OK)
		return code;
	while ((word = next_word(&left)).n > 0)
	{
		int64_t		at = word.p - text.p;
		Str			bytes;

		if (!cut_number(&number, &word, '*'))
			return fault_set(fault, CODE_BAD_STATE, at, "A weight and a star are expected at byte %" PRId64 ".", at + 1);
		if ((code = ranking_parse(&bytes, word, arena, fault)) != CODE_OK ||
			(code = profile_add(out, (const uint8_t *) bytes.p, bytes.n, number, fault)) != CODE_OK)
			return code;
	}
	return CODE_OK;
}
