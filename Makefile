# commune: PGXS.  `make help` lists the targets.

EXTENSION  = commune
MODULE_big = commune
PGFILEDESC = "commune - institutions of a self-governing community"
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" commune.control)

# ---- sources: a slice is a folder; X_pg.c is PostgreSQL's side of a slice, the other files are its core

CORES  := $(filter-out %_pg.c src/cli/%,$(sort $(wildcard src/*/*.c)))
SHELLS := $(sort $(wildcard src/*/*_pg.c))
CLI    := $(sort $(wildcard src/cli/*.c))
CLI_CORES = $(addprefix src/cli/,keyfile.c tiles.c times.c wire.c)	# no libpq, no terminal: tested and fuzzed as cores are
SRCS    = src/commune.c $(CORES) $(SHELLS)
OBJS    = $(SRCS:.c=.o)

PG_CPPFLAGS = -I$(srcdir)/src '-DPGDLLEXPORT=__attribute__((visibility("default")))'
PG_CFLAGS   = -std=gnu11 -Wextra -Wno-unused-parameter -Wno-sign-compare -fvisibility=hidden
SHLIB_LINK  = -lsodium -lcrypto

# ---- install script: the SQL of the slices that have some, in the order of sql/order

SLICES_SQL = $(wildcard $(addprefix src/,$(addsuffix .sql,$(shell cat sql/order))))
DATA_built = sql/commune--$(EXTVERSION).sql
DATA       = $(filter-out $(DATA_built),$(wildcard sql/commune--*.sql))

# ---- tests of PGXS: `make installcheck` runs them on an installed extension

REGRESS       := $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS   = --inputdir=test
ISOLATION     := $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=commune
EXTRA_CLEAN    = build $(OBJS:.o=.d) $(OBJS:.o=.bc) $(CLI:.c=.o) $(CLI:.c=.d)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS tracks no headers.
override CFLAGS += -MMD -MP
-include $(SRCS:.c=.d) $(CLI:.c=.d)
$(OBJS:.o=.bc): %.bc: %.o

$(DATA_built): sql/order $(SLICES_SQL)
	cat $(SLICES_SQL) > $@.tmp && mv $@.tmp $@

# ---- the command-line program: cores and no shell

ifneq ($(CLI),)
all: build/commune
install: install-cli
uninstall: uninstall-cli
endif

# With libmicrohttpd, `commune witness` serves HTTP as well; HTTP_LIBS= builds without.
HTTP_LIBS := $(shell pkg-config --libs libmicrohttpd 2>/dev/null)

$(CLI:.c=.o): override CPPFLAGS += -I$(shell $(PG_CONFIG) --includedir) -DCOMMUNE_VERSION='"$(EXTVERSION)"' $(if $(HTTP_LIBS),-DCOMMUNE_HTTP)
build/commune: $(CLI:.c=.o) $(CORES:.c=.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) -L$(libdir) -lpq -lsodium -lcrypto $(HTTP_LIBS)

.PHONY: install-cli uninstall-cli
install-cli: build/commune
	$(MKDIR_P) '$(DESTDIR)$(bindir)'
	$(INSTALL_PROGRAM) build/commune '$(DESTDIR)$(bindir)/commune'
uninstall-cli:
	rm -f '$(DESTDIR)$(bindir)/commune'

# The service of a witness: only where somebody says, as by make install SYSTEMD_DIR=/etc/systemd/system.

ifneq ($(SYSTEMD_DIR),)
install: install-systemd
endif
.PHONY: install-systemd
install-systemd:
	$(MKDIR_P) '$(DESTDIR)$(SYSTEMD_DIR)'
	$(INSTALL_DATA) 'systemd/commune-witness@.service' '$(DESTDIR)$(SYSTEMD_DIR)'

# ---- the library with debug points, for crash tests and benches; never installed

DEBUG_OBJS = $(SRCS:%.c=build/debug/%.o)

build/debug/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -DCOMMUNE_DEBUG_POINTS -c -o $@ $<
build/debug/commune.so: $(DEBUG_OBJS)
	$(LINK.shared) -o $@ $^ $(LDFLAGS) $(LDFLAGS_SL) $(SHLIB_LINK)
-include $(DEBUG_OBJS:.o=.d)

# ---- programs without a server: core tests under sanitizers and with the library's own objects, fuzzing, benches

TESTS := $(patsubst test/core/%.c,%,$(sort $(wildcard test/core/*_test.c)))
FUZZ  := $(patsubst test/fuzz/%.c,%,$(filter-out test/fuzz/replay.c,$(sort $(wildcard test/fuzz/*.c))))
BENCH := $(patsubst test/bench/%.c,%,$(sort $(wildcard test/bench/*.c)))

CORE_CFLAGS = -std=gnu11 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Isrc -MMD -MP $(COPT)
SANITIZE    = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CORE_LIBS   = -lsodium -lcrypto -lm
CORE_OBJS   = $(patsubst %.c,build/core/%.o,$(CORES) $(CLI_CORES))
PROGRAMS    = build/plain/errors build/sign build/note $(TESTS:%=build/core/%) $(TESTS:%=build/plain/%) $(FUZZ:%=build/replay/%) $(BENCH:%=build/bench/%)

build/core/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) -O1 $(SANITIZE) -c -o $@ $<
build/plain/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) -O2 -c -o $@ $<

# The cores in an archive each, so that a program is linked with what it uses.
build/core/cores.a: $(CORE_OBJS)
build/plain/cores.a: $(CORES:.c=.o) $(CLI_CORES:.c=.o)
build/core/cores.a build/plain/cores.a:
	@mkdir -p $(@D)
	rm -f $@ && $(AR) crsT $@ $^

$(TESTS:%=build/core/%): build/core/%: build/core/test/core/%.o build/core/cores.a
	$(CC) $(SANITIZE) -o $@ $^ $(CORE_LIBS)
$(TESTS:%=build/plain/%): build/plain/%: build/plain/test/core/%.o build/plain/cores.a
	$(CC) $(CFLAGS) -o $@ $^ $(CORE_LIBS)
build/plain/errors: build/plain/test/docs/errors.o
	$(CC) $(CFLAGS) -o $@ $^
$(BENCH:%=build/bench/%): build/bench/%: build/plain/test/bench/%.o build/plain/cores.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(CORE_LIBS)
build/sign build/note: build/%: build/plain/test/%.o build/plain/cores.a
	$(CC) $(CFLAGS) -o $@ $^ $(CORE_LIBS)
$(FUZZ:%=build/replay/%): build/replay/%: build/core/test/fuzz/%.o build/core/test/fuzz/replay.o build/core/cores.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(CORE_LIBS)
-include $(shell find build/core build/plain -name '*.d' 2>/dev/null)
.PRECIOUS: build/core/%.o build/plain/%.o

FUZZ_CC      = $(firstword $(shell command -v clang clang-14) clang)
FUZZ_SECONDS = 20

$(FUZZ:%=build/fuzz/%): build/fuzz/%: test/fuzz/%.c $(CORES) $(CLI_CORES) $(wildcard src/*/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(filter-out -MMD -MP,$(CORE_CFLAGS)) -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o $@ $< $(CORES) $(CLI_CORES) $(CORE_LIBS)

installcheck: build/sign build/note		# which test/sql calls

# ---- what people call

.PHONY: help test core lint stage node-packages demo docs bench fuzz sanitize valgrind soak

## all            build the extension and, with it, the command-line program build/commune
## install        install both for the PostgreSQL of PG_CONFIG; SYSTEMD_DIR=/etc/systemd/system the witness's service as well
## installcheck   run the regression and isolation tests on a running server that has the extension installed
## clean          remove everything that was built
help:
	@sed -n 's/^## //p' Makefile

# A staged install, which the sandbox lays over a copy of the server.
STAGE = build/stage
stage: all build/debug/commune.so $(PROGRAMS)
	@rm -rf $(STAGE)
	@$(MAKE) --no-print-directory install DESTDIR='$(CURDIR)/$(STAGE)' >build/stage.log || { cat build/stage.log; exit 1; }

node-packages:
	@test/node/install $(SUITES)

SANDBOX = exec env PG_CONFIG='$(PG_CONFIG)' STAGE='$(STAGE)' test/sandbox

## test           run the tests on throw-away clusters; SUITES="core lint" narrows
test: stage node-packages
	@$(SANDBOX) test/run $(SUITES)

## core           the unit tests that need no server, under ASan and UBSan
core:
	@$(MAKE) --no-print-directory test SUITES=core

## lint           checks of the sources, the library's symbols and the catalog
lint:
	@$(MAKE) --no-print-directory test SUITES=lint

## demo           the demonstration on a throw-away cluster; KEEP=1 leaves it up
demo: stage
	@$(SANDBOX) test/tour/run

## docs           write docs/errors.md and docs/reference.md anew from the code
docs: stage
	@$(SANDBOX) test/cluster test/database sh -c 'test/docs/make "$$COMMUNE_OUT"'
	cp build/out/errors.md build/out/reference.md docs/

## bench          measure, on a throw-away cluster; SLICES="delegation record" narrows
bench: stage
	@$(SANDBOX) test/bench/run $(SLICES)

## fuzz           run each fuzz target for FUZZ_SECONDS (20) with clang
fuzz: $(FUZZ:%=build/fuzz/%)
	@for target in $(FUZZ); do test/fuzz/run $$target $(FUZZ_SECONDS) || exit 1; done

## sanitize       the server tests on a server built with assertions, ASan and UBSan (first time: several minutes)
sanitize:
	@test/on-checked-server asan

## valgrind       the server tests under valgrind, on a server built for it
valgrind:
	@test/on-checked-server valgrind

## soak           everything that takes longer: all tests at length, fuzzing, both checked servers, the bare machine
soak:
	@test/soak
