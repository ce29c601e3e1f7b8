/*
 * compat.h -- the only place that asks for PostgreSQL's version.  15 to 18 are supported.
 */
#ifndef COMMUNE_COMPAT_H
#define COMMUNE_COMPAT_H

#if PG_VERSION_NUM < 150000
#error commune needs PostgreSQL 15 or later
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif
