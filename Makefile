# Makefile -- the developer's verbs.  `make help` lists them.
#
# The building itself is $(B)/Makefile's, which configure writes.  Where
# nobody has run configure by hand, `make` does, with ARGS; where a source has
# come or gone, or auto/ has changed, it does so again.  A directory that
# someone has configured by hand keeps their arguments.

B = objs
FUZZ_RUNS = 20000
JOBS := $(shell getconf _NPROCESSORS_ONLN 2> /dev/null || echo 1)

# pingpong is built in, so that `make run` needs no load_module; the other
# examples and the modules of tests come along as .so.
made = $(patsubst %/Makefile,%,\
    $(wildcard examples/*/Makefile t/modules/*/Makefile))
built_in = $(filter examples/pingpong,$(made))

# Module python comes along where Debian's Python can be built for; not under
# ThreadSanitizer, which takes the interpreter's locks for races.
python_config = $(if $(filter objs-tsan objs-fuzz,$(B)),,\
    $(wildcard /usr/bin/python3-config))

ARGS = --builddir=$(B) --prefix=$(CURDIR)/$(B)/prefix --with-werror \
    $(addprefix --add-module=,$(built_in)) \
    $(addprefix --add-dynamic-module=,$(filter-out $(built_in),$(made))) \
    $(addprefix --with-python=,$(python_config)) \
    $(ARGS_$(B))
ARGS_objs-clang = --with-cc=clang --with-kqueue-shim
ARGS_objs-asan = --with-sanitizers --with-kqueue-shim --with-faults
ARGS_objs-tsan = --with-cc=clang --with-thread-sanitizer
ARGS_objs-cov = --with-cc=gcc --with-debug --with-faults --with-ucontext \
    --with-cc-opt=--coverage --with-ld-opt=--coverage
ARGS_objs-fuzz = --with-cc=clang --with-sanitizers \
    --with-cc-opt=-fsanitize=fuzzer-no-link

PROVE = CTHRIFT_OBJS=$(B) prove --timer -It/lib -j$(JOBS)
CROWD = CTHRIFT_OBJS=$(B) perl auto/prove $(B)/.prove --timer -It/lib -j$(JOBS)
with = $(MAKE) --no-print-directory B=$(1)
build = $(MAKE) --no-print-directory $(jobs) -f $(B)/Makefile

# Parallel unless told otherwise; a make above hands down its own -j.
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

.PHONY: all run check unit black-box backend asan tsan tsan-run fuzz fuzz-run \
    coverage lint arch bench check-all install clean help changed

all: $(B)/Makefile
	@$(build) all tools


# Configuring.  known.mk says what configure saw.

-include $(B)/known.mk

sources = $(wildcard src/*/*.c src/*/*/*.c examples/*/Makefile \
    t/modules/*/Makefile)
news = $(strip $(filter-out $(KNOWN),$(sources)) \
    $(filter-out $(sources),$(KNOWN)))

$(B)/Makefile: configure $(wildcard auto/* src/modules/*/Makefile) \
    $(if $(news),changed)
	@if [ -f $(B)/args ] && [ ! -f $(B)/by-make ]; then \
	    eval "set -- $$(cat $(B)/args)" && ./configure "$$@"; \
	else \
	    ./configure $(ARGS) && touch $(B)/by-make; \
	fi


# Serving: pingpong on 127.0.0.1:9090, from a prefix made for the occasion.

run: all
	@B=$(B) sh auto/run


# Testing.

check: all unit black-box

unit: $(B)/Makefile
	@$(build) unit-bins
	@$(PROVE) --exec '' $(patsubst %.c,$(B)/%,$(wildcard t/unit/*_test.c))

black-box: all
	@$(CROWD) t/*.t

# What another backend of the loop can change: connections, time, processes.
# The floors above see the same events from any.
loop_tests = basket client deadline_storm deadlines dialects dispatch faults \
    fiber handoff handover hostile hostile-header hostile-transports in_flight \
    keepalive large leak limits listen mixed naive pingpong polite proxy \
    queue_timeout rebalance recycle reload session smoke storm stream threads \
    tls tls_life tls_session upgrade watch workers zlib

backend: all
	@$(CROWD) $(loop_tests:%=t/%.t)

asan:
	@$(call with,objs-asan) check

# What has to do with more threads than one, under ThreadSanitizer.
tsan_units = loop offload fiber
tsan_tests = t/threads.t t/queue_timeout.t t/deadline_storm.t

tsan:
	@$(call with,objs-tsan) tsan-run

tsan-run: all
	@$(build) $(tsan_units:%=$(B)/t/unit/%_test)
	@$(PROVE) --exec '' $(tsan_units:%=$(B)/t/unit/%_test)
	@$(PROVE) $(tsan_tests)

fuzz:
	@$(call with,objs-fuzz) fuzz-run

fuzz-run: $(B)/Makefile
	@$(build) fuzz-bins
	@FUZZ_RUNS=$(FUZZ_RUNS) $(PROVE) t/fuzz/run.t

# Lines that the unit tests run, of the sources below OF; MISSING=1 names the
# others.  What earlier runs have counted is forgotten.
coverage:
	@find objs-cov -name '*.gcda' -delete 2> /dev/null || :
	@$(call with,objs-cov) unit
	@perl auto/coverage objs-cov $(OF) $(if $(MISSING),--missing)

lint:
	@sh auto/lint

arch: all
	@CTHRIFT_OBJS=$(B) prove -v -It/lib t/arch.t

# All that bench/ compares, into bench/RESULTS.md: a quarter of an hour on a
# machine that does nothing else.  BENCH=--quick: a fifth of that.
bench: all
	@bench/run --report bench/RESULTS.md --objs $(B) $(BENCH)

# What CI asks: both compilers, each backend of the loop, sanitizers, and a
# short walk of every fuzz target.  clang's build runs everything over kqueue,
# so that a pass does for both.  The clients of other languages take minutes
# and see the same wire from any build: gcc's and the sanitizers' do; a browser
# sees the same page, and gcc's is the one that it is shown.  Of the
# hostile inputs the other backends see every ninth.
check-all:
	@$(call with,objs) lint
	@$(call with,objs) check
	@CTHRIFT_INTEROP=no CTHRIFT_BROWSER=no CTHRIFT_HOSTILE=9 \
	    CTHRIFT_USE=kqueue $(call with,objs-clang) check
	@CTHRIFT_INTEROP=no CTHRIFT_BROWSER=no CTHRIFT_HOSTILE=9 \
	    CTHRIFT_USE=poll $(call with,objs-clang) backend
	@CTHRIFT_BROWSER=no $(call with,objs-asan) check
	@$(call with,objs-tsan) tsan-run
	@$(call with,objs-fuzz) fuzz-run
	@echo "check-all: all is well"


# Installing and clearing away.

install: $(B)/Makefile
	@$(build) install

clean:
	rm -rf objs objs-*

help:
	@cat auto/help
