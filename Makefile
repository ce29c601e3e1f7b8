# commune: PGXS.  `make help` lists the targets.

EXTENSION  = commune
MODULE_big = commune
PGFILEDESC = "commune - institutions of a self-governing community"
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" commune.control)

# ---- sources: a slice is a folder; X_pg.c is PostgreSQL's side of a slice, the other files are its core

CORES  = $(filter-out %_pg.c,$(sort $(wildcard src/*/*.c)))
CORES := $(filter-out src/cli/%,$(CORES))
SHELLS = $(sort $(wildcard src/*/*_pg.c))
SRCS   = src/commune.c $(CORES) $(SHELLS)
OBJS   = $(SRCS:.c=.o)
DEPS   = $(OBJS:.o=.d)

PG_CPPFLAGS = -I$(srcdir)/src '-DPGDLLEXPORT=__attribute__((visibility("default")))'
PG_CFLAGS   = -std=gnu11 -Wextra -Wno-unused-parameter -Wno-sign-compare -fvisibility=hidden
SHLIB_LINK  = -lsodium -lcrypto

# ---- install script: the slices' SQL in the order of sql/order

SLICES     = $(addprefix src/,$(addsuffix .sql,$(shell cat sql/order)))
DATA       = $(wildcard sql/commune--*--*.sql)
DATA_built = sql/commune--$(EXTVERSION).sql

# ---- tests of PGXS: `make installcheck` runs them on an installed extension

REGRESS        = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS   = --inputdir=test
ISOLATION      = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=commune
EXTRA_CLEAN    = $(DEPS) $(OBJS:.o=.bc) build

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS tracks no headers.
override CFLAGS += -MMD -MP
-include $(DEPS)
$(OBJS:.o=.bc): %.bc: %.o

sql/commune--$(EXTVERSION).sql: sql/order $(SLICES)
	cat $(SLICES) > $@.tmp && mv $@.tmp $@
