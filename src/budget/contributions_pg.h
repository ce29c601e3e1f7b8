/*
 * contributions_pg.h -- the setting of quadratic funding.
 */
#ifndef COMMUNE_BUDGET_CONTRIBUTIONS_PG_H
#define COMMUNE_BUDGET_CONTRIBUTIONS_PG_H

#include "budget/open_pg.h"

/* commune.max_pairs: pairs of contributors that pairwise funding looks at. */
extern int	contributions_max_pairs;

#endif
