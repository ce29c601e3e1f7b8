/*
 * fold.c -- acts that may be anything, folded as the sealer does, and what must hold of the state after each block.
 *
 * The input is a script of lines:
 *
 *     WHO KIND MEMBERS    somebody, one letter, signs an act; members as in test/core/commune.h
 *     +N                  a block is made; then N seconds pass
 *     !                   the next block begins an era
 *
 * A commune of a, b and c is there already, unless the script begins with 0.
 */
#include "../core/commune.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ACTS_MAX 200
#define BLOCKS_MAX 40

/* Take the next word off a line. */
static Str
word(Str *line)
{
	const char *end = line->n > 0 ? memchr(line->p, ' ', line->n) : NULL;
	Str			taken = {line->p, end ? (size_t) (end - line->p) : line->n};

	line->p += taken.n + (end != NULL);
	line->n -= taken.n + (end != NULL);
	return taken;
}

static void
add(Commune *c, Str line)
{
	Str			who = word(&line);
	Str			kind = word(&line);
	Person	   *signer = person(c, (char[2]){who.n > 0 ? *who.p : 'a', '\0'});
	Buf			payload;

	buf_init(&payload, &c->forever.arena);
	put_envelope(&payload, c, signer, kind);
	if (line.n > 0)
		buf_char(&payload, ',');
	put_members(&payload, c, line);
	buf_char(&payload, '}');
	add_payload(c, ANY_CODE, 0, signer, buf_done(&payload));
	if (str_is(kind, "charter") && c->n > 0 && charter(c) == NULL)
		id_print(c->aud, c->members[c->n - 1].leaf.b);
}

static void
run(Commune *c, Str script)
{
	int			acts = 0;
	int			blocks = 0;

	while (script.n > 0 && acts < ACTS_MAX && blocks < BLOCKS_MAX)
	{
		const char *end = memchr(script.p, '\n', script.n);
		Str			line = {script.p, end ? (size_t) (end - script.p) : script.n};
		int64_t		seconds = 0;

		script.p += line.n + (end != NULL);
		script.n -= line.n + (end != NULL);
		if (line.n == 0)
			continue;
		if (*line.p == '+')
		{
			for (size_t i = 1; i < line.n && i < 9 && line.p[i] >= '0' && line.p[i] <= '9'; i++)
				seconds = seconds * 10 + (line.p[i] - '0');
			seal(c);
			c->time += SECONDS(seconds);
			blocks++;
		}
		else if (*line.p == '!')
			c->begins_era = true;
		else
		{
			add(c, line);
			acts++;
		}
	}
	seal(c);
	c->time += SECONDS(1);
	seal(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Commune		c;

	commune_begin(&c);
	c.forge = true;
	if (size == 0 || data[0] != '0')
	{
		add(&c, STR("a charter 'name':'T','founders':['@a','@b','@c'],'vouches':2,'rules':1,"
					"'limits':{'pending_joins':2,'acts_per_day':20,'open_polls':2}"));
		add(&c, STR("a join"));
		add(&c, STR("b join"));
		add(&c, STR("c join"));
		seal(&c);
	}
	run(&c, (Str){(const char *) data, size});
	mirror_all(&c);
	CHECK_INT(audit_all(&c, print_damage, NULL), 0);
	commune_free(&c);
	if (check_failures > 0)
		abort();
	return 0;
}
