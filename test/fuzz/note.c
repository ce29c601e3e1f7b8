/*
 * note.c -- what comes from other logs and witnesses.  The first byte says what the rest is: n a note, c the text of a
 * checkpoint, k a verifier's key, p a policy, r a request for a cosignature, t a proof.
 *
 * What is taken prints as what was read, or as something that is read alike.
 */
#include "crypto/crypto.h"
#include "register/receipt.h"
#include "witness/cosign.h"
#include "witness/policy.h"

#include <stdlib.h>

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t seed[SEED_SIZE] = "a key that the fuzzer knows   .";
static Arena *arena;

/* A refusal has its code and says why. */
static void
check(bool held)
{
	if (!held)
		abort();
}

static bool
is_taken(Code code, Code refusal, const Fault *fault)
{
	check(code == CODE_OK || (code == refusal && fault->code == refusal && fault->detail[0] != '\0'));
	return code == CODE_OK;
}

static void
check_note(Str bytes)
{
	Note		note;
	NoteVerdict verdict;
	SigningKey	key;
	Fault		fault = {.code = CODE_OK};
	size_t		lines = 0;

	if (!is_taken(note_parse(&note, arena, bytes, &fault), CODE_BAD_NOTE, &fault))
		return;
	check(note.n > 0 && note.n <= NOTE_SIGNATURES_MAX && note.text.p == bytes.p && note.text.p[note.text.n - 1] == '\n');
	for (size_t i = 0; i < note.n; i++)
	{
		check(note_name_is_good(note.signatures[i].name) && note.signatures[i].bytes.n > 0);
		lines += note.signatures[i].line.n + 1;
	}
	check(note.text.n + 1 + lines == bytes.n);
	for (int type = KEY_LOG; type <= KEY_COSIGNER; type += KEY_COSIGNER - KEY_LOG)
	{
		signing_key_make(&key, arena, STR("example.org"), (uint8_t) type, seed);
		if (is_taken(note_verify(&verdict, arena, &note, &key.key, &fault), CODE_BAD_NOTE, &fault) && verdict.signature != NULL)
			check(str_eq(verdict.signature->name, key.key.name));
	}
}

static void
check_checkpoint(Str text)
{
	Checkpoint	checkpoint;
	Fault		fault = {.code = CODE_OK};

	if (is_taken(checkpoint_parse(&checkpoint, text, &fault), CODE_BAD_NOTE, &fault))
		check(str_eq(checkpoint_print(arena, &checkpoint), text) && checkpoint.size <= INT64_MAX);
}

static void
check_key(Str text)
{
	NoteKey		key;
	NoteKey		again;
	Fault		fault = {.code = CODE_OK};

	if (!is_taken(note_key_parse(&key, arena, text, &fault), CODE_BAD_NOTE, &fault))
		return;
	check(note_name_is_good(key.name));
	check(note_key_parse(&again, arena, note_key_print(arena, &key), NULL) == CODE_OK);
	check(key.id == again.id && key.type == again.type && str_eq(key.name, again.name) && str_eq(key.bytes, again.bytes));
}

/* If all have cosigned, every quorum is met; if nobody has, only one that needs nobody. */
static void
check_policy(Str text)
{
	Policy		policy;
	bool		cosigned[POLICY_NAMES_MAX] = {false};
	Fault		fault = {.code = CODE_OK};

	if (!is_taken(policy_parse(&policy, arena, text, &fault), CODE_BAD_POLICY, &fault))
		return;
	check(policy_is_met(&policy, cosigned) == policy.needs_none);
	for (size_t i = 0; i < policy.n; i++)
		cosigned[i] = true;
	check(policy_is_met(&policy, cosigned));
	for (size_t i = 0; i < policy.n; i++)
		for (size_t j = 0; j < policy.members[i].n; j++)
			check(policy.members[i].is_group && policy.members[i].members[j] < i);
}

static void
check_request(Str body)
{
	CheckpointRequest request;
	Fault		fault = {.code = CODE_OK};

	if (is_taken(request_parse(&request, arena, body, &fault), CODE_BAD_NOTE, &fault))
		check(str_eq(request_print(arena, request.old, request.proof, request.n, request.bytes), body));
}

static void
check_proof(Str text)
{
	ProofText	proof;
	Fault		fault = {.code = CODE_OK};

	if (is_taken(proof_text_parse(&proof, arena, text, &fault), CODE_DAMAGED, &fault))
		check(str_eq(proof_text_print(arena, &proof), text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	HeapArena	heap;
	Str			rest = {(const char *) data + 1, size - 1};

	if (size == 0 || !crypto_init())
		return 0;
	heap_arena_init(&heap);
	arena = &heap.arena;
	switch (data[0])
	{
		case 'n':
			check_note(rest);
			break;
		case 'c':
			check_checkpoint(rest);
			break;
		case 'k':
			check_key(rest);
			break;
		case 'p':
			check_policy(rest);
			break;
		case 'r':
			check_request(rest);
			break;
		case 't':
			check_proof(rest);
			break;
	}
	heap_arena_free(&heap);
	return 0;
}
