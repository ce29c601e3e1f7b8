/*
 * param_pg.c -- the parameters that a run sees: those that stand for the register's, or the register's own.
 */
#include "law/law_pg.h"

#include "action/parameter.h"
#include "state/state_pg.h"
#include "utils/snapmgr.h"

/* The value of a list of dated values at a moment; false before the first. */
static bool
dated_value(int64 *out, const LawParameter *parameter, int64 moment)
{
	bool		found = false;

	for (size_t i = 0; i < parameter->nvalues && parameter->values[i].from <= moment; i++)
	{
		*out = parameter->values[i].value;
		found = true;
	}
	return found;
}

bool
law_parameter(int64 *out, Str name)
{
	TableStore *tables;
	Workspace	work;
	bool		found;

	if (law_sight != NULL)
		for (size_t i = 0; i < law_sight->nparameters; i++)
			if (str_eq(law_sight->parameters[i].name, name))
				return dated_value(out, &law_sight->parameters[i], law_sight->moment);
	if (law_sight != NULL && law_sight->alone)
		return false;
	workspace_open(&work);
	tables = table_store_open(GetActiveSnapshot(), false, work.context);
	found = parameter_value(out, state_new(&work.arena, table_store(tables)), name, law_moment());
	table_store_close(tables);
	workspace_close(&work);
	return found;
}
