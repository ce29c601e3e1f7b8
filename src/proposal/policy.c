/*
 * policy.c -- reads bodies of policies; the policies that ship.
 */
#include "proposal/policy.h"

#include "crypto/crypto.h"

static const Col policy_cols[] = {
	COL(COL_INT8, PolicyRow, version),
	COL(COL_INT8, PolicyRow, level),
	COL(COL_INT8, PolicyRow, proposal),
	COL(COL_TIME, PolicyRow, since),
	COL(COL_TIME, PolicyRow, until),
	COL(COL_TEXT, PolicyRow, name),
	COL(COL_JSON, PolicyRow, body),
	COL(COL_BYTES, PolicyRow, hash),
};

const Rel	policy_rel = {REL_POLICY, "policy", sizeof(PolicyRow), sizeof policy_cols / sizeof *policy_cols, policy_cols};
const RowPath policy_by_name = {POLICY_BY_NAME, REL_POLICY, "policy_pkey", true, 2, {5, 0}, PATH_ALL, 0};
const RowPath policy_in_force = {POLICY_IN_FORCE, REL_POLICY, "policy_in_force_key", true, 1, {5}, PATH_WHERE_NULL, 4};

PolicyRow *
policy_find(State *state, Str name)
{
	PolicyRow	probe = {.name = name, .until = INT8_NONE};

	return state_find(state, POLICY_IN_FORCE, &probe);
}

/* ---- bodies ---- */

typedef enum TermType
{
	TERM_INT,					/* min to max */
	TERM_TIME,					/* seconds, min to max; microseconds in the struct */
	TERM_SHARE,					/* [num, den], 0 <= num <= den <= FRACTION_MAX */
	TERM_FLAG,
	TERM_WORD,					/* one of words */
	TERM_NAME,					/* of a policy or a method */
	TERM_NAMES,					/* 1 to 50 texts */
	TERM_CURVE
} TermType;

typedef struct Term
{
	const char *name;
	TermType	type;
	size_t		offset;
	int64_t		min;
	int64_t		max;
	const char *const *words;
} Term;

#define TIME_LONGEST (INT64_C(3660) * 86400)
#define PEOPLE_MAX INT64_C(1000000000)

#define INT(name, field, min, max) {name, TERM_INT, offsetof(Terms, field), min, max, NULL}
#define TIME(name, field) {name, TERM_TIME, offsetof(Terms, field), 0, TIME_LONGEST, NULL}
#define TIME_FROM(name, field, min) {name, TERM_TIME, offsetof(Terms, field), min, TIME_LONGEST, NULL}
#define SHARE(name, field) {name, TERM_SHARE, offsetof(Terms, field), 0, 0, NULL}
#define WORD(name, field, words) {name, TERM_WORD, offsetof(Terms, field), 0, 0, words}
#define OTHER(name, type, field) {name, type, offsetof(Terms, field), 0, 0, NULL}

static const char *const mode_words[] = {"vote", "consent", "optimistic", NULL};
static const char *const quorum_words[] = {"fixed", "ema", "opposition", "curve", NULL};

static const Term terms[] = {
	INT("level", level, LEVEL_CONSTITUTION, LEVEL_REGULATION),
	WORD("mode", mode, mode_words),
	OTHER("plan", TERM_FLAG, plan),
	INT("kinds", kinds, 1, 50),
	OTHER("actions", TERM_NAMES, actions),
	OTHER("method", TERM_NAME, method),
	OTHER("fallback", TERM_NAME, fallback),
	TIME("admission_min", admission_min),
	TIME_FROM("admission_max", admission_max, 1),
	TIME("discussion", discussion),
	TIME("verification", verification),
	TIME_FROM("voting", voting, 1),
	TIME("late_window", late_window),
	TIME("late_extension", late_extension),
	TIME("late_max", late_max),
	TIME("override_window", override_window),
	TIME("confirm", confirm),
	TIME("objection", objection),
	TIME("reading_gap", reading_gap),
	TIME("timelock", timelock),
	TIME_FROM("grace", grace, 1),
	TIME_FROM("suspend_max", suspend_max, 1),
	TIME_FROM("retry", retry, 1),
	TIME("cooldown", cooldown),
	INT("working_days", working_days, 0, 30),
	INT("readings", readings, 1, 5),
	INT("supporters", supporters, 1, PEOPLE_MAX),
	SHARE("issue_quorum", issue_quorum),
	SHARE("initiative_quorum", initiative_quorum),
	INT("slots", slots, 1, 1000),
	INT("per_member", per_member, 1, 1000),
	SHARE("support", bars.support),
	OTHER("strict", TERM_FLAG, bars.strict),
	WORD("quorum", bars.quorum, quorum_words),
	SHARE("approval", bars.approval),
	SHARE("quorum_min", bars.quorum_min),
	SHARE("quorum_max", bars.quorum_max),
	INT("coefficient", bars.coefficient, 0, 100000000),
	INT("offset", bars.offset, 0, 10000),
	OTHER("support_curve", TERM_CURVE, bars.support_curve),
	OTHER("approval_curve", TERM_CURVE, bars.approval_curve),
	SHARE("participation", bars.participation),
	SHARE("margin", bars.margin),
	SHARE("dormancy", dormancy),
	INT("objectors", objectors, 1, PEOPLE_MAX),
	SHARE("objectors_share", objectors_share),
	SHARE("hold_from", lengthening.from),
	SHARE("hold_to", lengthening.to),
	TIME("hold_shortest", lengthening.shortest),
	TIME("hold_longest", lengthening.longest),
	INT("rounds", rounds, 1, 10),
	INT("cosigners", cosigners, 1, 1000),
	SHARE("stand_aside", stand_aside),
};

#define NTERMS (sizeof terms / sizeof *terms)

/* What holds where a body says nothing. */
static const Terms defaults = {
	.plan = true,
	.kinds = 1,
	.method = {"schulze", 7},
	.admission_max = 30 * INT64_C(86400) * USECS_PER_SECOND,
	.discussion = 7 * INT64_C(86400) * USECS_PER_SECOND,
	.verification = INT64_C(86400) * USECS_PER_SECOND,
	.voting = 7 * INT64_C(86400) * USECS_PER_SECOND,
	.grace = 14 * INT64_C(86400) * USECS_PER_SECOND,
	.suspend_max = 14 * INT64_C(86400) * USECS_PER_SECOND,
	.retry = 600 * USECS_PER_SECOND,
	.cooldown = 90 * INT64_C(86400) * USECS_PER_SECOND,
	.readings = 1,
	.supporters = 1,
	.slots = 20,
	.per_member = 3,
	.bars = {.support = {1, 2}, .strict = true},
	.objectors = 1,
	.rounds = 1,
	.cosigners = 2,
};

static bool
share_fits(Fraction *out, const Json *v)
{
	const Json *num = v->type == JSON_ARRAY && v->count == 2 ? v->child : NULL;

	if (num == NULL || num->type != JSON_INT || num->next->type != JSON_INT ||
		num->number < 0 || num->number > num->next->number || num->next->number < 1 || num->next->number > FRACTION_MAX)
		return false;
	*out = (Fraction){num->number, num->next->number};
	return true;
}

static bool
curve_fits(Curve *out, const Json *v)
{
	const Json *form = v->type == JSON_OBJECT ? json_get(v, "form") : NULL;
	int			n = 0;

	*out = (Curve){CURVE_NONE, {0}};
	for (int i = CURVE_LINEAR; i <= CURVE_RECIPROCAL && form != NULL && form->type == JSON_STRING; i++)
		if (str_is(form->string, curve_names[i]))
			out->form = (CurveForm) i;
	if (out->form == CURVE_NONE)
		return false;
	for (; curve_numbers[out->form][n] != NULL; n++)
	{
		const Json *number = json_get(v, curve_numbers[out->form][n]);
		bool		signed_number = out->form == CURVE_RECIPROCAL;

		if (number == NULL || number->type != JSON_INT || number->number > 100 * SHARE_ONE ||
			number->number < (signed_number ? -100 * SHARE_ONE : 0))
			return false;
		out->p[n] = number->number;
	}
	if (v->count != (uint32_t) n + 1)
		return false;
	return out->form == CURVE_LINEAR ? out->p[1] <= out->p[2] && out->p[2] <= SHARE_ONE && out->p[0] <= SHARE_ONE :
		out->form == CURVE_STEPPED ? out->p[1] <= out->p[0] && out->p[0] <= SHARE_ONE && out->p[2] > 0 && out->p[3] > 0 :
		out->p[0] > 0;
}

bool
policy_name_fits(Str name)
{
	if (name.n == 0 || name.n > POLICY_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '-' ||
			  name.p[i] == '_'))
			return false;
	return true;
}

static bool
names_fit(const Json *v)
{
	if (v->type != JSON_ARRAY || v->count < 1 || v->count > 50)
		return false;
	for (const Json *item = v->child; item != NULL; item = item->next)
		if (item->type != JSON_STRING || item->string.n == 0 || item->string.n > 60)
			return false;
	return true;
}

/* Read one member of a body; false if it is not of its type. */
static bool
term_fits(Terms *out, const Term *term, const Json *v)
{
	void	   *at = (char *) out + term->offset;

	switch (term->type)
	{
		case TERM_INT:
		case TERM_TIME:
			if (v->type != JSON_INT || v->number < term->min || v->number > term->max)
				return false;
			*(int64_t *) at = term->type == TERM_TIME ? v->number * USECS_PER_SECOND : v->number;
			return true;
		case TERM_SHARE:
			return share_fits(at, v);
		case TERM_FLAG:
			*(bool *) at = v->type == JSON_TRUE;
			return v->type == JSON_TRUE || v->type == JSON_FALSE;
		case TERM_WORD:
			for (int i = 0; term->words[i] != NULL; i++)
				if (v->type == JSON_STRING && str_is(v->string, term->words[i]))
				{
					if (term->words == quorum_words)
						*(QuorumMode *) at = (QuorumMode) i;
					else
						*(int64_t *) at = i;
					return true;
				}
			return false;
		case TERM_NAME:
			*(Str *) at = v->string;
			return v->type == JSON_STRING && policy_name_fits(v->string);
		case TERM_NAMES:
			*(const Json **) at = v;
			return names_fit(v);
		case TERM_CURVE:
			return curve_fits(at, v);
	}
	return false;
}

static bool
above_half(Fraction f, bool strict)
{
	return f.den > 0 && (strict ? 2 * f.num >= f.den : 2 * f.num > f.den);
}

static bool
is_ranked(Str method)
{
	return str_is(method, "schulze") || str_is(method, "ranked_pairs") || str_is(method, "copeland") ||
		str_is(method, "minimax") || str_is(method, "irv");
}

/* What does not fit together, as a sentence; NULL if all does. */
static const char *
contradiction(const Terms *t)
{
	const Bars *b = &t->bars;

	if (t->level == 0)
		return "A policy needs a level, 1 (constitution) to 4 (regulation).";
	if (t->admission_min > t->admission_max)
		return "admission_min is longer than admission_max.";
	if (!above_half(b->support, b->strict))
		return "support is more than one half, or with strict at least one half.";
	if (b->participation.den > 0 && t->level <= LEVEL_CONSTITUTION)
		return "A policy of level 1 has no participation quorum: with one, a vote against can help a proposal.";
	if (b->quorum == QUORUM_CURVE ? b->support_curve.form == CURVE_NONE || b->approval_curve.form == CURVE_NONE :
		b->support_curve.form != CURVE_NONE || b->approval_curve.form != CURVE_NONE)
		return "support_curve and approval_curve go with the quorum \"curve\", both of them.";
	if ((b->quorum == QUORUM_EMA || b->quorum == QUORUM_OPPOSITION) ?
		b->quorum_min.den == 0 || b->quorum_max.den == 0 ||
		b->quorum_min.num * b->quorum_max.den > b->quorum_max.num * b->quorum_min.den :
		b->quorum_min.den != 0 || b->quorum_max.den != 0)
		return "quorum_min and quorum_max, in this order, go with the quorums \"ema\" and \"opposition\".";
	if ((b->coefficient != 0 || b->offset != 0) && b->quorum != QUORUM_OPPOSITION)
		return "coefficient and offset go with the quorum \"opposition\".";
	if (t->mode == MODE_VOTE && t->plan && t->level <= LEVEL_LAW && b->quorum == QUORUM_FIXED && b->approval.num == 0)
		return "A policy of level 1 to 3 needs an approval quorum: a share of all members who vote yes.";
	if (t->confirm > 0 && b->quorum != QUORUM_CURVE)
		return "confirm goes with the quorum \"curve\".";
	if (t->late_window >= t->voting || t->late_extension > t->voting || t->override_window >= t->voting ||
		t->confirm >= t->voting)
		return "late_window, override_window and confirm are shorter than voting, and late_extension is not longer.";
	if (t->late_max < t->late_extension || (t->late_extension > 0) != (t->late_window > 0))
		return "late_window, late_extension and late_max go together, and late_max is not shorter than late_extension.";
	if ((t->lengthening.from.den > 0) != (t->lengthening.to.den > 0) ||
		(t->lengthening.from.den > 0 &&
		 (t->lengthening.from.num * t->lengthening.to.den >= t->lengthening.to.num * t->lengthening.from.den ||
		  t->lengthening.shortest > t->lengthening.longest)))
		return "hold_from is less than hold_to, and hold_shortest is not longer than hold_longest.";
	if (t->mode == MODE_OPTIMISTIC && (t->level != LEVEL_REGULATION || t->objection == 0))
		return "An optimistic policy is of level 4 and has a window for objections.";
	if ((t->mode != MODE_VOTE) != (t->fallback.p != NULL))
		return "A fallback goes with the modes \"consent\" and \"optimistic\".";
	if (!is_ranked(t->method))
		return "method is schulze, ranked_pairs, copeland, minimax or irv.";
	if (t->readings > 1 && t->mode != MODE_VOTE)
		return "Only a policy that votes has several readings.";
	return NULL;
}

Code
terms_read(Terms *out, const Json *body, Fault *fault)
{
	const char *wrong;

	*out = defaults;
	if (body->type != JSON_OBJECT)
		return fault_set(fault, CODE_BAD_POLICY_BODY, -1, "A policy is an object.");
	for (const Json *v = body->child; v != NULL; v = v->next)
	{
		size_t		i = 0;
		char		shown[JSON_SHOWN_SIZE];

		while (i < NTERMS && !str_is(v->name, terms[i].name))
			i++;
		if (i == NTERMS)
			return fault_set(fault, CODE_BAD_POLICY_BODY, -1, "A policy has no member \"%s\".", json_shown(shown, v->name));
		if (!term_fits(out, &terms[i], v))
			return fault_set(fault, CODE_BAD_POLICY_BODY, -1, "The member \"%s\" of a policy is not of its type or range.",
							 terms[i].name);
	}
	if ((wrong = contradiction(out)) != NULL)
		return fault_set(fault, CODE_BAD_POLICY_BODY, -1, "%s", wrong);
	return CODE_OK;
}

void
terms_of(Terms *out, Arena *arena, Str body)
{
	const Json *json;

	if (json_parse(&json, arena, body.p, body.n, NULL) != CODE_OK || terms_read(out, json, NULL) != CODE_OK)
		*out = defaults;
}

/* ---- the policies that ship ---- */

#define LATE "\"late_extension\":86400,\"late_max\":259200,\"late_window\":86400,"
#define HOLD "\"hold_from\":[1,100],\"hold_longest\":2592000,\"hold_shortest\":432000,\"hold_to\":[1,10],"

static const struct
{
	const char *name;
	const char *body;
}			shipped[] = {
	{"constitution",
		"{\"admission_min\":259200,\"approval\":[2,5],\"discussion\":1209600,\"grace\":2592000," HOLD
		"\"initiative_quorum\":[1,20],\"issue_quorum\":[1,20],\"kinds\":2," LATE
		"\"level\":1,\"objection\":259200,\"objectors_share\":[1,10],\"override_window\":86400,\"reading_gap\":2592000,"
		"\"readings\":2,\"strict\":false,\"support\":[2,3],\"timelock\":2592000,\"verification\":259200,\"voting\":1209600,"
		"\"working_days\":5}"},
	{"organic-law",
		"{\"admission_min\":86400,\"approval\":[1,4],\"discussion\":1209600," HOLD
		"\"initiative_quorum\":[1,50],\"issue_quorum\":[1,50],\"kinds\":2," LATE
		"\"level\":2,\"objection\":259200,\"objectors_share\":[1,10],\"override_window\":86400,\"strict\":false,"
		"\"support\":[3,5],\"timelock\":1209600,\"voting\":864000,\"working_days\":4}"},
	{"law",
		"{\"admission_min\":3600,\"approval\":[3,25],\"dormancy\":[1,10]," HOLD
		"\"initiative_quorum\":[1,100],\"issue_quorum\":[1,100],\"kinds\":2," LATE
		"\"level\":3,\"objection\":172800,\"objectors_share\":[1,10],\"override_window\":86400,\"timelock\":432000,"
		"\"working_days\":2}"},
	{"treasury",
		"{\"actions\":[\"pay\"],\"admission_min\":3600,\"approval\":[2,25],\"dormancy\":[1,10]," HOLD
		"\"initiative_quorum\":[1,100],\"issue_quorum\":[1,100]," LATE
		"\"level\":3,\"objection\":172800,\"objectors_share\":[1,10],\"override_window\":86400,\"timelock\":259200,"
		"\"working_days\":2}"},
	{"election",
		"{\"discussion\":604800,\"initiative_quorum\":[1,100],\"issue_quorum\":[1,100],\"level\":4,\"method\":\"irv\","
		"\"override_window\":86400,\"plan\":false,\"working_days\":2}"},
	{"poll",
		"{\"discussion\":86400,\"issue_quorum\":[1,100],\"level\":4,\"plan\":false,\"verification\":0,\"voting\":259200}"},
	{"urgent",
		"{\"actions\":[\"law.suspend\",\"member.suspend\",\"member.restore\",\"office.revoke\",\"poll.open\","
		"\"publish\"],\"approval\":[1,5],\"discussion\":0,\"issue_quorum\":[1,50],\"kinds\":2,\"level\":3,"
		"\"strict\":false,\"support\":[2,3],\"verification\":0,\"voting\":172800}"},
	{"regulation",
		"{\"discussion\":259200,\"fallback\":\"law\",\"issue_quorum\":[1,100],\"kinds\":2,\"level\":4,\"mode\":\"optimistic\","
		"\"objection\":604800,\"objectors\":3,\"objectors_share\":[3,100],\"timelock\":86400,\"verification\":0}"},
	{"consensus",
		"{\"cosigners\":2,\"discussion\":259200,\"fallback\":\"law\",\"issue_quorum\":[1,100],\"kinds\":2,\"level\":3,"
		"\"mode\":\"consent\",\"approval\":[3,25],\"rounds\":3,\"stand_aside\":[1,5],\"timelock\":259200,\"voting\":259200}"},
};

#define SHIPPED (sizeof shipped / sizeof *shipped)

PolicyRow *
policy_put(Fold *fold, Str name, int64_t level, Str body, int64_t proposal)
{
	PolicyRow  *before = policy_find(fold->state, name);
	uint8_t		hash[HASH_SIZE];
	PolicyRow	row = {
		.version = before ? before->version + 1 : 1,
		.level = level,
		.proposal = proposal,
		.since = fold->time,
		.until = INT8_NONE,
		.name = arena_str(fold->arena, name),
		.body = arena_str(fold->arena, body),
	};

	if (before != NULL)
	{
		before->until = fold->time;
		state_change(fold->state, before);
	}
	sha256(hash, body.p, body.n);
	row.hash = arena_str(fold->arena, (Str){(const char *) hash, HASH_SIZE});
	return state_add(fold->state, REL_POLICY, &row);
}

/* ---- the charter's own ---- */

static const Json *
charter_policies(const Fold *fold)
{
	return act_json(fold, "policies");
}

/* True if a name is that of a policy that ships, or that the charter brings. */
static bool
is_founded(const Json *own, Str name)
{
	for (size_t i = 0; i < SHIPPED; i++)
		if (str_is(name, shipped[i].name))
			return true;
	for (const Json *v = own ? own->child : NULL; v != NULL; v = v->next)
		if (str_eq(v->name, name))
			return true;
	return false;
}

Code
policy_check_charter(const Fold *fold)
{
	const Json *own = charter_policies(fold);

	if (own != NULL && own->count > POLICIES_MAX)
		return fault_set(fold->fault, CODE_BAD_POLICY_BODY, -1, "A charter has at most %d policies.", POLICIES_MAX);
	for (const Json *v = own ? own->child : NULL; v != NULL; v = v->next)
	{
		Terms		read;
		Code		code;
		char		shown[JSON_SHOWN_SIZE];

		if (!policy_name_fits(v->name))
			return fault_set(fold->fault, CODE_BAD_POLICY_BODY, -1, "No policy can be called \"%s\".", json_shown(shown, v->name));
		if ((code = terms_read(&read, v, fold->fault)) != CODE_OK)
			return code;
		if (read.fallback.p != NULL && !is_founded(own, read.fallback))
			return fault_set(fold->fault, CODE_BAD_POLICY_BODY, -1, "The fallback \"%s\" is no policy.",
							 json_shown(shown, read.fallback));
	}
	return CODE_OK;
}

void
policy_found(Fold *fold)
{
	const Json *own = charter_policies(fold);

	for (size_t i = 0; i < SHIPPED; i++)
	{
		Str			body = str_from(shipped[i].body);
		const Json *json;
		Terms		read;
		Buf			canonical;

		if (own != NULL && json_get(own, shipped[i].name) != NULL)
			continue;
		(void) json_parse(&json, fold->scratch, body.p, body.n, NULL);
		(void) terms_read(&read, json, NULL);
		buf_init(&canonical, fold->scratch);
		json_canonical(&canonical, json);
		policy_put(fold, str_from(shipped[i].name), read.level, buf_done(&canonical), INT8_NONE);
	}
	for (const Json *v = own ? own->child : NULL; v != NULL; v = v->next)
	{
		Terms		read;
		Buf			canonical;

		(void) terms_read(&read, v, NULL);
		buf_init(&canonical, fold->scratch);
		json_canonical(&canonical, v);
		policy_put(fold, v->name, read.level, buf_done(&canonical), INT8_NONE);
	}
}
