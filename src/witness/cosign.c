/*
 * cosign.c -- reads requests for cosignatures, and answers them.
 */
#include "witness/cosign.h"

/* ---- requests ---- */

static Code
malformed(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_NOTE, -1, "%s", what);
}

Code
request_parse(CheckpointRequest *out, Arena *arena, Str body, Fault *fault)
{
	Str			rest = body;
	Str			line;
	Code		code;

	*out = (CheckpointRequest){.n = 0};
	if (body.n > REQUEST_SIZE_MAX)
		return malformed(fault, "The request is too large.");
	if (!next_line(&line, &rest) || line.n < 4 || memcmp(line.p, "old ", 4) != 0 ||
		!decimal_parse(&out->old, (Str){line.p + 4, line.n - 4}))
		return malformed(fault, "A request begins with the old size.");
	for (;;)
	{
		if (!next_line(&line, &rest))
			return malformed(fault, "An empty line comes before the checkpoint.");
		if (line.n == 0)
			break;
		if (out->n == REQUEST_PROOF_MAX)
			return malformed(fault, "The consistency proof is too long.");
		if (!hash_parse(&out->proof[out->n++], line))
			return malformed(fault, "A line of the consistency proof is no hash.");
	}
	out->bytes = rest;
	if ((code = note_parse(&out->note, arena, rest, fault)) != CODE_OK)
		return code;
	return checkpoint_parse(&out->checkpoint, out->note.text, fault);
}

Str
request_print(Arena *arena, uint64_t old, const Digest *proof, size_t n, Str note)
{
	Buf			b;

	buf_init(&b, arena);
	buf_text(&b, "old ");
	buf_int(&b, (int64_t) old);
	buf_char(&b, '\n');
	for (size_t i = 0; i < n; i++)
	{
		hash_print(&b, &proof[i]);
		buf_char(&b, '\n');
	}
	buf_char(&b, '\n');
	buf_str(&b, note);
	return buf_done(&b);
}

/* ---- states ---- */

void
origin_hash(char out[ORIGIN_HASH_LEN], Str origin)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t		hash[HASH_SIZE];

	sha256(hash, origin.p, origin.n);
	for (size_t i = 0; i < HASH_SIZE; i++)
	{
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
}

Str
cosigner_state_path(Arena *arena, const char *folder, Str origin)
{
	char		hash[ORIGIN_HASH_LEN];

	origin_hash(hash, origin);
	return arena_printf(arena, "%s/%.*s", folder, ORIGIN_HASH_LEN, hash);
}

/* ---- answers ---- */

static void
answer(CosignAnswer *out, Arena *arena, CosignStatus status, Str text)
{
	out->status = status;
	out->body = arena_printf(arena, "%.*s\n", (int) text.n, text.p);
}

/* Answer with what a check found wrong. */
static void
answer_fault(CosignAnswer *out, Arena *arena, CosignStatus status)
{
	answer(out, arena, status, str_from(out->fault.detail));
}

static void
answer_size(CosignAnswer *out, Arena *arena, const SignerState *state)
{
	unsigned long long size = state->found ? state->checkpoint.size : 0;

	fault_set(&out->fault, CODE_BEHIND, -1, "The last size that was cosigned is %llu.", size);
	answer(out, arena, COSIGN_CONFLICT, arena_printf(arena, "%llu", size));
	out->is_size = true;
}

/*
 * Verify the log's signatures, and keep those that hold below the checkpoint.  False, and an answer, if there are none.
 */
static bool
check_log(CosignAnswer *out, Arena *arena, const Cosigner *cosigner, const CheckpointRequest *request)
{
	Buf			note;
	bool		known = false;
	bool		any = false;

	buf_init(&note, arena);
	buf_str(&note, request->note.text);
	buf_char(&note, '\n');
	for (size_t i = 0; i < cosigner->nlogs; i++)
	{
		NoteVerdict verdict;

		if (!str_eq(cosigner->logs[i].name, request->checkpoint.origin))
			continue;
		known = true;
		if (note_verify(&verdict, arena, &request->note, &cosigner->logs[i], &out->fault) != CODE_OK)
		{
			answer_fault(out, arena, COSIGN_UNSIGNED);
			return false;
		}
		if (verdict.signature == NULL)
			continue;
		any = true;
		buf_str(&note, verdict.signature->line);
		buf_char(&note, '\n');
	}
	if (any)
	{
		out->note = buf_done(&note);
		return true;
	}
	malformed(&out->fault, known ? "No signature is by a key of the log." : "The log is not known here.");
	answer_fault(out, arena, known ? COSIGN_UNSIGNED : COSIGN_UNKNOWN);
	return false;
}

/* Check that a checkpoint goes on where the state is.  False, and an answer, if it does not. */
static bool
check_consistency(CosignAnswer *out, Arena *arena, const CheckpointRequest *request)
{
	const SignerState *state = &out->state;
	const Checkpoint *next = &request->checkpoint;
	Digest		empty;
	bool		holds;

	if (request->old != (state->found ? state->checkpoint.size : 0))
	{
		answer_size(out, arena, state);
		return false;
	}
	if (state->found && next->size == request->old && memcmp(&next->root, &state->checkpoint.root, sizeof next->root) != 0)
	{
		out->is_fork = true;
		fault_set(&out->fault, CODE_BEHIND, -1, "At size %llu another root was cosigned.", (unsigned long long) request->old);
		answer_fault(out, arena, COSIGN_CONFLICT);
		return false;
	}
	sha256(empty.b, "", 0);
	if (next->size == 0)
		holds = request->n == 0 && memcmp(&next->root, &empty, sizeof empty) == 0;
	else if (request->old == 0 || request->old == next->size)
		holds = request->n == 0;
	else
		holds = verify_consistency(request->old, next->size, &state->checkpoint.root, &next->root, request->proof, request->n);
	if (holds)
		return true;
	fault_set(&out->fault, CODE_BEHIND, -1, "The proof does not show that size %llu is the beginning of size %llu.",
			  (unsigned long long) request->old, (unsigned long long) next->size);
	answer_fault(out, arena, COSIGN_INCONSISTENT);
	return false;
}

void
cosign(CosignAnswer *out, Arena *arena, const Cosigner *cosigner, Str body, int64_t now)
{
	CheckpointRequest request;
	bool		use[COSIGNER_KEYS_MAX];
	bool		any = false;
	Str			path;
	Buf			lines;
	Code		code;

	*out = (CosignAnswer){.status = COSIGN_FAILED};
	if (request_parse(&request, arena, body, &out->fault) != CODE_OK)
	{
		answer_fault(out, arena, COSIGN_MALFORMED);
		return;
	}
	out->checkpoint = request.checkpoint;
	if (!check_log(out, arena, cosigner, &request))
		return;
	if (request.old > request.checkpoint.size)
	{
		malformed(&out->fault, "The old size is greater than the checkpoint's.");
		answer_fault(out, arena, COSIGN_MALFORMED);
		return;
	}
	path = cosigner_state_path(arena, cosigner->folder, request.checkpoint.origin);
	if (signer_state_read(&out->state, arena, path.p, &out->fault) != CODE_OK)
	{
		answer(out, arena, COSIGN_FAILED, STR("The state cannot be read."));
		return;
	}
	if (!check_consistency(out, arena, &request))
		return;
	for (size_t i = 0; i < cosigner->nkeys; i++)
		use[i] = true;
	if (cosigner->approve != NULL)
		cosigner->approve(cosigner->self, use, &request.checkpoint, &out->fault);
	for (size_t i = 0; i < cosigner->nkeys; i++)
		any |= use[i];
	if (!any)
	{
		answer_fault(out, arena, COSIGN_LATER);
		return;
	}

	/* First the state, then the signature: a crash in between costs nothing. */
	code = signer_state_swap(arena, path.p, &out->state, out->note, &out->fault);
	if (code == CODE_BEHIND && signer_state_read(&out->state, arena, path.p, &out->fault) == CODE_OK)
	{
		answer_size(out, arena, &out->state);
		return;
	}
	if (code != CODE_OK)
	{
		answer(out, arena, COSIGN_FAILED, STR("The state cannot be written."));
		return;
	}
	buf_init(&lines, arena);
	for (size_t i = 0; i < cosigner->nkeys; i++)
		if (use[i])
		{
			buf_str(&lines, note_sign(arena, request.note.text, &cosigner->keys[i].key, cosigner->keys[i].secret, now));
			buf_char(&lines, '\n');
		}
	out->status = COSIGN_DONE;
	out->body = buf_done(&lines);
}
