/*
 * lists.c -- seats for lists in proportion to their votes: D'Hondt, Sainte-Lague, largest remainder.
 */
#include "tally/count.h"

#include "budget/seats.h"
#include "budget/sums.h"

/* Make sums of the ballots: tally_votes. */
static Code
make_sums(Sums *out, Count *count)
{
	uint8_t    *bytes;
	Code		code = CODE_OK;

	sums_init(out, count->arena);
	for (size_t i = 0; i < count->n && code == CODE_OK; i++)
		if ((code = sums_count(&out->ballots, count->ballot[i].weight, count->fault)) == CODE_OK)
			code = sums_add(out, count->ballot[i].ballot->option, 1, count->ballot[i].weight, count->fault);
	if (code != CODE_OK)
		return code;
	sums_rest(out);
	bytes = arena_alloc(count->arena, sums_size(out));
	sums_write(bytes, out);
	count_digest(count, bytes, sums_size(out));
	return CODE_OK;
}

static SeatMethod
method_of(const Count *count)
{
	switch (count->method->id)
	{
		case METHOD_DHONDT:
			return SEATS_DHONDT;
		case METHOD_SAINTE_LAGUE:
			return SEATS_SAINTE_LAGUE;
		default:
			return method_word(count->method, count->params, "quota") == 0 ? SEATS_HARE : SEATS_DROOP;
	}
}

/* Lists with more seats stand before those with fewer, then those with more votes. */
static int
order_lists(const Count *count, const void *context, uint32_t a, uint32_t b)
{
	const Wide *votes = context;

	if (count->seats[a] != count->seats[b])
		return count->seats[a] > count->seats[b] ? 1 : -1;
	return wide_cmp(votes[a - 1], votes[b - 1]);
}

Code
count_lists(Count *count)
{
	uint32_t	n = count->options;
	int32_t    *id = arena_alloc(count->arena, sizeof(int32_t) * n);
	Wide	   *votes = wide_alloc(count->arena, sizeof(Wide) * n);
	Wide	   *counted = wide_alloc(count->arena, sizeof(Wide) * n);
	uint32_t	allowed;
	ListedRules rules = {.rules = method_ties(&allowed, count->method, count->params), .seed = count->seed};
	Wide		all = 0;
	int64_t		num = 0;
	int64_t		den = 1;
	CountRound *round;
	Listed		listed;
	Sums		sums;
	Seats		seats;
	Code		code = make_sums(&sums, count);

	if (code != CODE_OK)
		return code;
	(void) method_fraction(&num, &den, count->params, "threshold");
	for (uint32_t i = 0; i < n; i++)
	{
		const Sum  *sum = sums_find(&sums, (int32_t) i + 1);

		id[i] = (int32_t) i + 1;
		votes[i] = sum != NULL ? sum->plus : 0;
		all += votes[i];
	}
	for (uint32_t i = 0; i < n; i++)
		counted[i] = wide_cmp_products(votes[i], den, all, num) < 0 ? 0 : votes[i];
	if ((code = listed_init(&listed, &rules, allowed, id, n, count->arena, count->fault)) != CODE_OK ||
		(code = seats_divide(&seats, method_of(count), (uint32_t) method_int(count->params, "seats", 1), counted, n, &listed,
							 count_pause, count->arena, count->fault)) != CODE_OK)
		return code;
	count->ties = listed.ties;
	round = count_round(count, 0);
	for (uint32_t o = 1; o <= n; o++)
	{
		count->seats[o] = seats.seats[o - 1];
		round->votes[o] = votes[o - 1];
		round->has_votes[o] = true;
	}
	count_rank(count, order_lists, votes);
	count_conclude(count);
	for (uint32_t o = 1; o <= n; o++)
		if (counted[o - 1] < votes[o - 1])
			round->status[o] = "below the threshold";
	return CODE_OK;
}
