/*
 * root.h -- square roots of integers, rounded down.
 */
#ifndef COMMUNE_BUDGET_ROOT_H
#define COMMUNE_BUDGET_ROOT_H

#include "budget/big.h"

/* The greatest integer whose square is at most n. */
extern uint32_t root_of_word(uint64_t n);
extern uint64_t root_of_wide(Wide n);	/* n >= 0 */

#endif
