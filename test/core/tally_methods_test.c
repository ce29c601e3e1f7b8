/*
 * tally_methods_test.c -- every method from the act that announces a poll to the entry that tells its result.
 */
#include "commune.h"

static const char *const names[] = {"ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal", "ida", "jon"};
#define EVERYBODY "ann bob cid dan eve fay gus hal ida jon"

static Commune c;

static void
begin(void)
{
	commune_begin(&c);
	commune_found(&c, EVERYBODY, 1, ",'limits':{'open_polls':100}");
}

/*
 * Announce a poll and cast ballots: choices without braces, separated by semicolons, one for each member in order; an
 * empty one is not cast.
 */
static void
vote(const char *name, const char *method, const char *params, const char *options, const char *choices)
{
	int			who = 0;

	ACT(&c, OK, "ann", "poll", "'name':'%s','title':'x','options':%s,'method':'%s','params':{%s},'opens':1,'closes':%lld",
		name, options, method, params, (long long) (c.time / USECS_PER_SECOND) + 100000);
	for (const char *p = choices; *p != '\0'; who++)
	{
		size_t		n = strcspn(p, ";");

		if (n > 0)
			ADD(&c, OK, names[who], "ballot", "'poll':'#%s','choice':{%.*s}", name, (int) n, p);
		p += n + (p[n] == ';');
	}
	SEAL(&c);
}

/* As vote(), with rankings. */
static void
rank(const char *name, const char *method, const char *params, const char *options, const char *rankings)
{
	Buf			choices;

	buf_init(&choices, &c.forever.arena);
	for (const char *p = rankings; *p != '\0';)
	{
		size_t		n = strcspn(p, ";");

		if (n > 0)
			buf_str(&choices, arena_printf(&c.forever.arena, "'ranking':'%.*s'", (int) n, p));
		if (p[n] == ';')
			buf_char(&choices, ';');
		p += n + (p[n] == ';');
	}
	buf_char(&choices, '\0');
	vote(name, method, params, options, choices.p);
}

static Tally
count(const char *name)
{
	Tally		tally = {0};
	Fault		fault = {0};

	if (!CHECK(tally_poll(&tally, &c.block.arena, c.state, poll(&c, name), &fault) == CODE_OK))
		printf("    %s\n", fault.detail);
	return tally;
}

/* Write votes, ranks and seats: "3/1* 2/2 2/2 tied"; * for one seat, *5 for five. */
static Str
show(const char *name)
{
	Tally		tally = count(name);
	Buf			b;

	buf_init(&b, &c.block.arena);
	for (size_t i = 0; i < tally.options; i++)
	{
		if (i > 0)
			buf_char(&b, ' ');
		buf_int(&b, tally.option[i].votes);
		buf_char(&b, '/');
		buf_int(&b, tally.option[i].rank);
		if (tally.option[i].seats > 0)
			buf_char(&b, '*');
		if (tally.option[i].seats > 1)
			buf_int(&b, tally.option[i].seats);
		CHECK_INT(tally.option[i].winner, tally.option[i].seats > 0);
	}
	if (tally.tied)
		buf_text(&b, " tied");
	return buf_done(&b);
}

/* Write rounds: "3 2 2 +1 | 4 3 -", with what no option has after a plus, and - where there is no number. */
static Str
show_rounds(const char *name)
{
	Tally		tally = count(name);
	Buf			b;

	buf_init(&b, &c.block.arena);
	for (const CountRound *round = tally.count->first; round != NULL; round = round->next)
	{
		if (round != tally.count->first)
			buf_text(&b, " | ");
		for (size_t o = 1; o <= tally.options; o++)
		{
			if (o > 1)
				buf_char(&b, ' ');
			if (!round->has_votes[o])
				buf_char(&b, '-');
			else
				wide_print(&b, round->votes[o], round->decimals);
			if (round->tie[o] != NULL)
				buf_text(&b, "~");
		}
		if (round->rest && round->votes[0] != 0)
		{
			buf_text(&b, " +");
			wide_print(&b, round->votes[0], round->decimals);
		}
	}
	return buf_done(&b);
}

/* Write the status of each option in the last round. */
static Str
show_status(const char *name)
{
	Tally		tally = count(name);
	Buf			b;

	buf_init(&b, &c.block.arena);
	for (size_t o = 1; o <= tally.options; o++)
	{
		if (o > 1)
			buf_text(&b, ", ");
		buf_text(&b, tally.count->last->status[o]);
	}
	return buf_done(&b);
}

#define OPTION(n) "'option':" #n
#define VOTES(...) "'votes':[" #__VA_ARGS__ "]"

/* ---- what ballots give, added up ---- */

static void
test_scores(void)
{
	begin();
	vote("plurality", "plurality", "'seats':2", "['a','b','c']", OPTION(1) ";" OPTION(2) ";" OPTION(1) ";" OPTION(3));
	CHECK_STR(show("plurality"), "2/1* 1/2 1/2 tied");
	CHECK_STR(show_status("plurality"), "elected, not elected, not elected");
	vote("lot", "plurality", "'seats':2,'ties':'lot'", "['a','b','c']", OPTION(1) ";" OPTION(2) ";" OPTION(1) ";" OPTION(3));
	CHECK_INT(count("lot").option[1].seats + count("lot").option[2].seats, 1);
	CHECK_STR(show_rounds("lot"), "2 1~ 1~");
	vote("order", "plurality", "'ties':'option_order'", "['a','b','c']", OPTION(3) ";" OPTION(2));
	CHECK_STR(show("order"), "0/3 1/1* 1/1");

	vote("score", "score", "'highest':5", "['a','b','c']", VOTES(5,3,0) ";" VOTES(0,4,0) ";" VOTES(5,4,1));
	CHECK_STR(show("score"), "10/2 11/1* 1/3");
	vote("median", "score", "'highest':5,'by':'median'", "['a','b','c']", VOTES(5,3,0) ";" VOTES(0,4,0) ";" VOTES(5,4,1));
	CHECK_STR(show("median"), "10/1* 11/2 1/3");
	CHECK_STR(show_rounds("median"), "5 4 0");
	vote("judgment", "score", "'highest':5,'by':'majority_judgment'", "['a','b']", VOTES(3,3) ";" VOTES(0,2) ";" VOTES(5,3));
	CHECK_STR(show("judgment"), "8/2 8/1*");

	vote("star", "star", "'highest':5", "['a','b','c']", VOTES(5,4,0) ";" VOTES(5,4,0) ";" VOTES(5,4,0) ";" VOTES(0,4,5) ";" VOTES(0,4,5));
	CHECK_STR(show("star"), "15/1* 20/2 10/3");
	CHECK_STR(show_rounds("star"), "15 20 10 | 3 2 -");

	vote("cumulative", "cumulative", "'credits':10,'seats':2", "['a','b','c']", VOTES(10,0,0) ";" VOTES(0,4,6) ";" VOTES(0,1,0));
	CHECK_STR(show("cumulative"), "10/1* 5/3 6/2*");

	/* Approval and quadratic voting, with ties decided. */
	vote("approval", "approval", "'ties':'option_order','seats':2", "['a','b','c']", VOTES(1,1,1) ";" VOTES(0,0,0));
	CHECK_STR(show("approval"), "1/1* 1/1* 1/1");
	vote("quadratic", "quadratic", "'credits':4,'negative':true", "['a','b']", VOTES(2,0) ";" VOTES(-1,1));
	CHECK_STR(show("quadratic"), "1/1 1/1 tied");
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

/* ---- rankings ---- */

static void
test_rankings(void)
{
	/* Three options in a circle: 1 over 2 by 6 to 3, 2 over 3 by 7 to 2, 3 over 1 by 5 to 4. */
	static const char circle[] = "1>2>3;1>2>3;1>2>3;1>2>3;2>3>1;2>3>1;2>3>1;3>1>2;3>1>2";

	begin();
	rank("borda", "borda", "", "['a','b','c']", circle);
	CHECK_STR(show("borda"), "4/1 3/1 2/3 tied");
	CHECK_STR(show_rounds("borda"), "10.0 10.0 7.0");
	rank("zero", "borda", "'mode':'zero'", "['a','b','c']", "1;1>2;2=3");
	CHECK_STR(show_rounds("zero"), "4.0 2.5 1.5");
	CHECK_STR(show("zero"), "2/1* 0/2 0/3");
	rank("dowdall", "borda", "'mode':'dowdall'", "['a','b','c']", "1>2>3;2>1");
	CHECK_STR(show_rounds("dowdall"), "1.500000000000 1.500000000000 0.333333333333");
	CHECK_STR(show("dowdall"), "1/1 1/1 0/3 tied");

	rank("copeland", "copeland", "", "['a','b','c']", circle);
	CHECK_STR(show("copeland"), "4/1 3/1 2/1 tied");
	CHECK_STR(show_rounds("copeland"), "2 2 2");
	rank("minimax", "minimax", "", "['a','b','c']", circle);
	CHECK_STR(show_rounds("minimax"), "5 6 7");
	CHECK_STR(show("minimax"), "4/1* 3/2 2/3");
	rank("opposition", "minimax", "'strength':'opposition'", "['a','b','c']", "1>2>3;1>3>2");
	CHECK_STR(show_rounds("opposition"), "0 2 2");
	rank("schulze", "schulze", "'strength':'margin'", "['a','b','c']", circle);
	CHECK_STR(show("schulze"), "4/1* 3/2 2/3");
	rank("pairs", "ranked_pairs", "", "['a','b','c']", circle);
	CHECK_STR(show("pairs"), "4/1* 3/2 2/3");
	CHECK_STR(show_rounds("pairs"), "1 1 0");

	/* A circle of equal victories is broken by the lot, and what it decided is noted. */
	rank("drawn", "ranked_pairs", "", "['a','b','c']", "1>2>3;2>3>1;3>1>2");
	CHECK_INT(count("drawn").count->ties.breaks, 3);
	CHECK_INT(count("drawn").option[0].seats + count("drawn").option[1].seats + count("drawn").option[2].seats, 1);

	/* Whom nobody ranks does not win, though there is a seat. */
	rank("few", "schulze", "'seats':3", "['a','b','c','d']", "1>2;2>1");
	CHECK_STR(show("few"), "1/1* 1/1* 0/3 0/3");
	rank("blank", "borda", "'seats':2", "['a','b']", ";;");
	CHECK_STR(show("blank"), "0/1 0/1");
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

/* ---- votes that go on ---- */

static void
test_transfers(void)
{
	begin();
	rank("irv", "irv", "", "['a','b','c']", "1>3;1>3;1;2>3>1;2>3;3>2;3>2>1;3>2;");
	CHECK_STR(show_rounds("irv"), "3 2 3 | 3 0 5");
	CHECK_STR(show("irv"), "3/2 2/3 3/1*");
	CHECK_STR(show_status("irv"), "continuing, out, elected");

	/* The lowest two are tied: who had less before, then the lot. */
	rank("lowest", "irv", "", "['a','b','c']", "1;1;2>1;3>1");
	CHECK_INT(count("lowest").count->ties.breaks, 1);
	CHECK(count("lowest").option[0].winner);

	rank("stv", "stv", "'seats':2,'ties':'prior_round,option_order'", "['a','b','c','d']", "1>2;1>2;1>2;1>2;1>2;1>2;1>2;2;3;4>3");
	CHECK_STR(show("stv"), "7/1* 1/2* 1/3 1/4");
	CHECK_STR(show_rounds("stv"), "7.00000 1.00000 1.00000 1.00000 | 4.00000 3.99999 1.00000~ 1.00000~ +0.00001 | 4.00000 3.99999 2.00000 0.00000 +0.00001 | "
			  "4.00000 3.99999 0.00000 0.00000 +2.00001");
	rank("wigm", "stv", "'seats':2,'rule':'wigm','quota':'hare'", "['a','b','c','d']", "1>2;1>2;1>2;1>2;1>2;1>2;1>2;2;3;4>3");
	rank("meek", "stv", "'seats':2,'rule':'meek'", "['a','b','c','d']", "1>2;1>2;1>2;1>2;1>2;1>2;1>2;2;3;4>3");
	CHECK_STR(show("meek"), "7/1* 1/2* 1/3 1/3");
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

/* ---- lists and budgets ---- */

static void
test_seats(void)
{
	static const char lists[] = OPTION(1) ";" OPTION(1) ";" OPTION(1) ";" OPTION(1) ";" OPTION(1) ";" OPTION(2) ";" OPTION(2) ";" OPTION(2) ";"
		OPTION(3);

	begin();
	vote("dhondt", "dhondt", "'seats':10", "['a','b','c']", lists);
	CHECK_STR(show("dhondt"), "5/1*6 3/2*3 1/3*");
	vote("lague", "sainte_lague", "'seats':3", "['a','b','c']", lists);
	CHECK_STR(show("lague"), "5/1*2 3/2* 1/3");
	vote("hare", "largest_remainder", "'seats':4", "['a','b','c']", lists);
	CHECK_STR(show("hare"), "5/1*2 3/2* 1/3*");
	vote("droop", "largest_remainder", "'seats':4,'quota':'droop','threshold':[1,5]", "['a','b','c']", lists);
	CHECK_STR(show("droop"), "5/1*3 3/2* 1/3");
	CHECK_STR(show_status("droop"), "elected, elected, below the threshold");

	vote("greedy", "greedy", "'measure':'votes','budget':100,'costs':[50,40,60]", "['a','b','c']",
		 VOTES(1,0,0) ";" VOTES(1,0,0) ";" VOTES(1,0,0) ";" VOTES(0,1,0) ";" VOTES(0,1,0) ";" VOTES(0,1,0) ";" VOTES(0,0,1) ";" VOTES(0,0,1) ";"
		 VOTES(1,0,1) ";" VOTES(0,0,0));
	CHECK_STR(show("greedy"), "4/1* 3/2* 3/3");
	vote("shares", "equal_shares", "'utility':'cost','completion':'add1','increment':1,'integral':true,'budget':100,'costs':[50,40,60]",
		 "['a','b','c']",
		 VOTES(1,0,0) ";" VOTES(1,0,0) ";" VOTES(1,0,0) ";" VOTES(0,1,0) ";" VOTES(0,1,0) ";" VOTES(0,1,0) ";" VOTES(0,0,1) ";" VOTES(0,0,1) ";"
		 VOTES(1,0,1) ";" VOTES(0,0,0));
	CHECK_STR(show("shares"), "4/1* 3/2* 3/3");
	CHECK_STR(show_status("shares"), "funded, funded, not funded");
	vote("scored", "equal_shares", "'utility':'scores','completion':'utilitarian','highest':10,'budget':6,'costs':[5,4,2]",
		 "['a','b','c']", VOTES(10,1,0) ";" VOTES(0,9,3) ";" VOTES(0,9,3));
	CHECK_STR(show("scored"), "10/3 19/1* 6/2*");
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

/* ---- choices that do not fit ---- */

static void
try_choice(const char *name, const char *choice, Code code, int line)
{
	commune_add(&c, code, line, "ann", "ballot", "'poll':'#%s','choice':{%s}", name, choice);
	seal_one(&c, code, line);
}

#define TRY(name, choice, code) try_choice(name, choice, CODE_##code, __LINE__)

static void
test_choices(void)
{
	begin();
	vote("plurality", "plurality", "", "['a','b','c']", "");
	TRY("plurality", "'option':4", UNKNOWN_OPTION);
	TRY("plurality", "'ranking':'1'", BAD_CHOICE);
	vote("score", "score", "'highest':5", "['a','b']", "");
	TRY("score", VOTES(6,0), BAD_CHOICE);
	TRY("score", VOTES(-1,0), BAD_CHOICE);
	TRY("score", VOTES(1,0,0), UNKNOWN_OPTION);
	TRY("score", VOTES(null,0), BAD_CHOICE);
	TRY("score", VOTES(5,0), OK);
	vote("cumulative", "cumulative", "'credits':10,'highest':8", "['a','b']", "");
	TRY("cumulative", VOTES(8,3), UNAFFORDABLE);
	TRY("cumulative", VOTES(9007199254740991,9007199254740991), UNAFFORDABLE);
	TRY("cumulative", VOTES(9,0), BAD_CHOICE);
	TRY("cumulative", VOTES(11,-1), UNAFFORDABLE);
	TRY("cumulative", VOTES(8,-1), BAD_CHOICE);
	TRY("cumulative", VOTES(8,2), OK);
	rank("irv", "irv", "", "['a','b','c']", "");
	TRY("irv", "'ranking':'1=2'", BAD_CHOICE);
	TRY("irv", "'ranking':'1>>2'", BAD_CHOICE);
	TRY("irv", "'ranking':'1>2>1'", BAD_CHOICE);
	TRY("irv", "'ranking':'1>4'", UNKNOWN_OPTION);
	TRY("irv", "'ranking':'4=5'", UNKNOWN_OPTION);
	TRY("irv", "'ranking':'1>0'", BAD_CHOICE);
	TRY("irv", "'ranking':'one'", BAD_CHOICE);
	TRY("irv", "'ranking':'1>2','x':1", BAD_CHOICE);
	TRY("irv", "'ranking':[1,2]", BAD_CHOICE);
	TRY("irv", VOTES(1,2,3), BAD_CHOICE);
	TRY("irv", "'ranking':''", OK);
	TRY("irv", "'ranking':' 3 > 1 '", OK);
	CHECK_STR(show_rounds("irv"), "0 0 1");
	TRY("irv", "'abstain':true", OK);
	CHECK_STR(show_rounds("irv"), "0 0 0");
	rank("schulze", "schulze", "", "['a','b','c']", "");
	TRY("schulze", "'ranking':'1=1'", BAD_CHOICE);
	TRY("schulze", "'ranking':'3>1=2'", OK);
	vote("greedy", "greedy", "'measure':'score','budget':9,'costs':[1,2],'highest':3", "['a','b']", "");
	TRY("greedy", VOTES(4,0), BAD_CHOICE);
	TRY("greedy", VOTES(3,1), OK);
	commune_end(&c);
}

/* ---- everything else that a count depends on ---- */

/* Nobody votes; everybody abstains; there is one option. */
static void
test_empty(void)
{
	static const struct
	{
		const char *method;
		const char *params;
	}			cases[] = {
		{"majority", ""}, {"plurality", ""}, {"approval", ""}, {"score", "'highest':5"}, {"score", "'highest':5,'by':'mean'"},
		{"score", "'highest':5,'by':'median'"}, {"score", "'highest':5,'by':'majority_judgment'"}, {"star", "'highest':5"},
		{"quadratic", "'credits':9"}, {"cumulative", "'credits':9"}, {"borda", ""}, {"borda", "'mode':'modified'"},
		{"borda", "'mode':'dowdall'"}, {"irv", ""}, {"stv", "'seats':1"}, {"stv", "'seats':1,'rule':'wigm'"},
		{"stv", "'seats':1,'rule':'meek'"}, {"copeland", ""}, {"minimax", ""}, {"schulze", ""}, {"ranked_pairs", ""},
		{"dhondt", "'seats':5"}, {"sainte_lague", "'seats':5"}, {"largest_remainder", "'seats':5"},
		{"largest_remainder", "'seats':5,'quota':'droop'"}, {"greedy", "'measure':'votes','budget':9,'costs':%s"},
		{"equal_shares", "'utility':'effort','completion':'utilitarian','budget':9,'costs':%s"},
		{"equal_shares", "'utility':'cost','completion':'add1','increment':1,'budget':9,'costs':%s"},
	};

	begin();
	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++)
	{
		const char *params = cases[i / 2].params;
		char		name[20];
		Tally		tally;

		snprintf(name, sizeof name, "p%zu", i);
		if (strchr(params, '%') != NULL)
			params = arena_printf(&c.forever.arena, "%.*s%s", (int) strlen(params) - 2, params, i % 2 ? "[1,2,3]" : "[1]").p;
		vote(name, cases[i / 2].method, params, i % 2 ? "['a','b','c']" : "['a']", i % 2 ? "'abstain':true;'abstain':true" : "");
		tally = count(name);
		for (size_t o = 0; o < tally.options; o++)
			if (!CHECK(!tally.option[o].winner && tally.option[o].rank >= 1))
				printf("    %s %s\n", cases[i / 2].method, params);
		CHECK(!tally.tied);
	}
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

/* A delegate's ballot counts for those whom he represents, in every method; without a quorum nothing wins. */
static void
test_weights(void)
{
	begin();
	for (int i = 3; i < 8; i++)
		ACT(&c, OK, names[i], "delegate", "'scope':{},'to':['@cid']");
	rank("irv", "irv", "", "['a','b','c']", "1>2;1>2;3>2>1");
	CHECK_STR(show("irv"), "2/2 0/3 6/1*");
	CHECK_INT(count("irv").option[2].direct_votes, 1);
	CHECK_INT(count("irv").option[2].represented_votes, 5);
	rank("borda", "borda", "", "['a','b','c']", "1>2;1>2;3>2>1");
	CHECK_STR(show_rounds("borda"), "4.0 8.0 12.0");
	vote("dhondt", "dhondt", "'seats':4", "['a','b']", OPTION(1) ";" OPTION(1) ";" OPTION(2));
	CHECK_STR(show("dhondt"), "2/2* 6/1*3");
	vote("greedy", "greedy", "'measure':'votes','budget':10,'costs':[10,10]", "['a','b']", VOTES(1,0) ";" VOTES(1,0) ";" VOTES(0,1));
	CHECK_STR(show("greedy"), "2/2 6/1*");

	ACT(&c, OK, "ann", "poll", "'name':'quorum','title':'x','options':['a','b'],'method':'irv','quorum':[9,10],'opens':1,'closes':%lld",
		(long long) (c.time / USECS_PER_SECOND) + 100);
	ACT(&c, OK, "cid", "ballot", "'poll':'#quorum','choice':{'ranking':'2>1'}");
	CHECK_STR(show("quorum"), "0/2 6/1");
	CHECK_STR(show_status("quorum"), "continuing, no quorum");
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

/* The seed of lots is as documented, and depends on what is voted. */
static void
test_seed(void)
{
	uint8_t		seed[HASH_SIZE];
	uint8_t		first[HASH_SIZE];
	Buf			text;

	begin();
	rank("p", "irv", "", "['a','b','c']", "1>2;;3");
	ACT(&c, OK, "bob", "ballot", "'poll':'#p','choice':{'abstain':true}");
	buf_init(&text, &c.forever.arena);
	buf_text(&text, "commune/lot/1\n");
	buf_str(&text, poll(&c, "p")->manifest);
	buf_text(&text, "1 1>2\n2 -\n3 3\n");
	sha256(seed, text.p, text.n);
	CHECK(memcmp(seed, count("p").count->seed.p, HASH_SIZE) == 0);
	memcpy(first, seed, HASH_SIZE);
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'ranking':'1>2'}");	/* the same again is another act */
	CHECK(memcmp(first, count("p").count->seed.p, HASH_SIZE) == 0);
	ACT(&c, OK, "ann", "ballot", "'poll':'#p','choice':{'ranking':'1>3'}");
	CHECK(memcmp(first, count("p").count->seed.p, HASH_SIZE) != 0);
	commune_end(&c);
}

/* A poll that cannot be counted has a result that says so. */
static void
test_uncountable(void)
{
	char		id[ID_TEXT_LEN];
	char		manifest[ID_TEXT_LEN];
	const char *text;
	Tally		tally;
	Str			body;
	Fault		fault;
	Poll	   *p;

	begin();
	vote("p", "plurality", "'ties':'lot'", "['a','b']", OPTION(1) ";" OPTION(2));
	p = poll(&c, "p");
	id_print(id, count("p").count->state.b);
	id_print(manifest, (const uint8_t *) p->manifest.p);
	CHECK(tally_result(&body, &c.block.arena, c.state, p, &fault) == CODE_OK);
	text = arena_printf(&c.block.arena, "%.*s", (int) body.n, body.p).p;
	CHECK(strstr(text, "\"tie_breaks\":1,\"tied\":false,\"ties\":[{\"chosen\":") != NULL);
	CHECK(strstr(text, arena_printf(&c.block.arena, "\"state\":\"%.43s\"", id).p) != NULL);
	CHECK(json_parse(&p->parsed, &c.forever.arena, "{\"ties\":\"dice\"}", 15, NULL) == CODE_OK);
	CHECK(tally_result(&body, &c.block.arena, c.state, p, &fault) == CODE_OK);
	CHECK_STR(body, arena_printf(&c.block.arena, "{\"entry\":\"result\",\"error\":\"QC404\",\"poll\":\"%.43s\"}", manifest).p);
	p->parsed = NULL;

	/* Rows that were tampered with are not counted. */
	p->method = STR("dice");
	CHECK(tally_poll(&tally, &c.block.arena, c.state, p, &fault) == CODE_UNKNOWN_METHOD);
	p->method = STR("approval");
	CHECK(tally_poll(&tally, &c.block.arena, c.state, p, &fault) == CODE_BAD_CHOICE);
	p->method = STR("plurality");
	p->options.n = 1;
	CHECK(tally_poll(&tally, &c.block.arena, c.state, p, &fault) == CODE_NO_SUCH_OPTION);
	p->options.n = 2;
	pass(&c, 200000);
	pass(&c, 1);
	commune_end(&c);
}

typedef struct Counted
{
	HeapArena	heap;
	size_t		bytes;
} Counted;

static void *
count_chunk(void *self, size_t n)
{
	Counted    *counted = self;

	counted->bytes += n;
	return arena_alloc(&counted->heap.arena, n);
}

/* Of a count, which may take gigabytes, nothing is kept beside the result. */
static void
test_memory(void)
{
	Counted		counted = {.bytes = 0};
	Arena		arena;
	PollResult *results;
	size_t		n;
	Fault		fault;

	begin();
	for (int i = 0; i < 20; i++)
		rank(arena_printf(&c.forever.arena, "p%d", i).p, "stv", "'seats':2,'rule':'meek'", "['a','b','c','d','e']", "1>2;1>2>3;5>1>4;3>4");
	pass(&c, 99990);				/* so near to the end that closing is no gap */
	pass(&c, 60);
	heap_arena_init(&counted.heap);
	arena_init(&arena, count_chunk, NULL, &counted);
	CHECK(fold_results(&results, &n, &arena, &c.scratch.arena, c.state, &fault) == CODE_OK);
	CHECK_INT(n, 20);
	CHECK(counted.bytes < 40000);
	heap_arena_free(&counted.heap);
	commune_end(&c);
}

/* Count a poll again with a limit, by which its count is given up at every step it may be given up at, up to the last. */
static void
count_within_steps(const char *name)
{
	Tally		tally = count(name);
	int			given_up = 0;
	Code		code = CODE_TOO_LARGE;

	if (tally.count == NULL)
		return;
	for (int64_t steps = 1; code == CODE_TOO_LARGE && steps < 100000000; steps += steps / 32 + 1)
	{
		Count		again = *tally.count;
		Fault		fault = {0};

		again.most_steps = steps;
		again.fault = &fault;
		again.first = again.last = NULL;
		again.rounds = 0;
		code = count_ballots(&again);
		if (code != CODE_OK)
			given_up++;
		else
			CHECK_INT(again.rounds, tally.count->rounds);
	}
	CHECK_INT(code, CODE_OK);
	CHECK(given_up > 3);
	CHECK_INT(tally.count->most_steps, COUNT_STEPS_MAX);
}

/* No count takes longer than so many steps: not add1 with small increments, nor Meek's surpluses that hardly shrink. */
static void
test_steps(void)
{
	begin();
	vote("shares", "equal_shares", "'utility':'cost','completion':'add1','increment':1,'budget':1000,'costs':[30,30,400,420,900]",
		 "['a','b','c','d','e']", VOTES(1,1,1,0,0) ";" VOTES(1,1,0,1,0) ";" VOTES(1,1,0,1,1) ";" VOTES(1,1,1,0,1) ";" VOTES(1,1,1,1,0));
	count_within_steps("shares");
	rank("meek", "stv", "'seats':3,'rule':'meek'", "['a','b','c','d','e']", "1>2;1>2>3;1>3>2;2>1;1>2>4;5>1;4>5;3>1;1>2>3>4>5");
	count_within_steps("meek");
	commune_end(&c);
}

int
main(void)
{
	test_choices();
	test_empty();
	test_weights();
	test_seed();
	test_uncountable();
	test_scores();
	test_rankings();
	test_transfers();
	test_seats();
	test_steps();
	test_memory();
	return check_done("tally methods");
}
