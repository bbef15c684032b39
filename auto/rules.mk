# auto/rules.mk -- how everything is built.  Included by OBJS/Makefile, which
# configure writes and which says what there is to build, with which flags.
#
# Runs from the top directory.  Every file made stands below $(B).  A floor is
# one archive; a test links its floor's and those below, so that a call
# upward does not link.

ifeq ($(V),1)
say = @:
Q =
else
say = @printf '  %-4s%s\n'
Q = @
endif

floors = core event wire idl thrift process modules

AR = ar
INSTALL = install
AS_OURS = -Isrc -I$(B) $(LIB_CFLAGS)
DEPS = -MMD -MP

# Nothing half-made may look finished.
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

# Module python has a command of its own; empty where it is not built.
gunicorn = $(patsubst python,$(B)/cthrift-gunicorn,\
    $(filter python,$(dynamic_modules)))

# The generator of load is for systems with epoll.
generator = $(patsubst %/ct_epoll.c,$(B)/cthrift-bench,\
    $(filter %/ct_epoll.c,$(event_srcs)))

all: archives programs modules $(generator)
archives: $(patsubst %,$(B)/libct_%.a,$(floors))
programs: $(addprefix $(B)/,$(programs))
modules: $(patsubst %,$(B)/%.so,$(dynamic_modules)) $(gunicorn)
.PHONY: all archives programs modules unit-bins fuzz-bins install


# Sources to objects.

$(B)/%.o: %.c $(B)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fPIE $(DEPS) $(AS_OURS) -c -o $@ $<

$(B)/ct_modules.o: $(B)/ct_modules.c $(B)/flags
	$(say) CC $<
	$(Q)$(CC) $(CFLAGS) -fPIE $(DEPS) $(AS_OURS) -c -o $@ $<

# A switch of stacks by hand leaves a shadow stack where it is: the mark that
# would have the system give us one must not come from there.
$(B)/src/event/ct_context_x86_64.o: CFLAGS += -fcf-protection=none
$(B)/src/event/ct_context_aarch64.o: CFLAGS += -mbranch-protection=none


# Floors to archives.  They depend on the Makefile too: it changes when a
# source has gone, and so must the archive.



# The status page stands in the binary, so that it needs no file at run time.
page = src/modules/ct_status_page.html

$(B)/ct_status_page.c: $(page) auto/embed
	$(Q)sh auto/embed ct_status_page $(page) > $@

$(B)/ct_status_page.o: $(B)/ct_status_page.c $(B)/flags
	$(say) CC $<
	$(Q)$(CC) $(CFLAGS) -fPIE $(DEPS) $(AS_OURS) -c -o $@ $<

modules_made = $(B)/ct_status_page.o

define floor_rules
$(1)_objs = $$(patsubst %.c,$(B)/%.o,$$($(1)_srcs)) $$($(1)_made)
$(B)/libct_$(1).a: $$($(1)_objs) $(B)/Makefile
	$$(say) AR $$@
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$($(1)_objs)
endef

$(foreach f,$(floors),$(eval $(call floor_rules,$(f))))

# A floor with all that it may call, in the linker's order.
below_core = core
below_event = event core
below_wire = wire core
below_idl = idl wire core
below_thrift = thrift event wire core
below_process = process event core
below_modules = modules thrift event wire core
below_bench = bench idl thrift event wire core

archives = $(patsubst %,$(B)/libct_%.a,$(below_$(1)))


# Modules of examples/ and elsewhere.  One source serves both ways of building
# it; the dynamic way adds the list that the server looks for.

define module_rules
$(1)_gen = $$(patsubst %.thrift,$(B)/$(1)/%.gen.c,$$($(1)_idl))
$(1)_texts = $$(patsubst %.py,$(B)/$(1)/%.o,$$($(1)_embed))
$(1)_objs = $$(patsubst %.c,$(B)/$(1)/%.o,$$($(1)_srcs)) \
            $$($(1)_gen:.c=.o) $$($(1)_texts)
$(1)_cc = $$(CC) $$(CFLAGS) -fPIC $$(DEPS) -I$(B)/$(1) $$(AS_OURS) \
    $$($(1)_cflags)
$(1)_below_srcs = $$(foreach f,$$($(1)_floors),$$($$(f)_srcs))
$(1)_below_objs = $$(patsubst %.c,$(B)/$(1)/%.o,$$($(1)_below_srcs))
$(1)_below = $$(if $$($(1)_floors),$(B)/$(1)/libbelow.a)

$(B)/$(1)/%.gen.c: $$($(1)_dir)/%.thrift $(B)/cthriftc
	$$(say) IDL $$<
	@mkdir -p $$(@D)
	$$(Q)$(B)/cthriftc -o $$(@D) -I $$($(1)_dir) \
	    --depfile $$(basename $$@).d.idl $$<
	@touch $$(basename $$@).h

# The header comes with the source and, touched, is never older.
$(B)/$(1)/%.gen.h: $(B)/$(1)/%.gen.c
	@:

$(B)/$(1)/%.gen.o: $(B)/$(1)/%.gen.c $(B)/flags | $$($(1)_gen)
	$$(say) CC $$<
	$$(Q)$$($(1)_cc) -c -o $$@ $$<

# Texts that stand in the module, as C.
$(B)/$(1)/%.text.c: $$($(1)_dir)/%.py auto/embed
	@mkdir -p $$(@D)
	$$(Q)sh auto/embed $$* $$< $$($(1)_dir:src/%=%)/$$*.h > $$@

$$($(1)_texts): %.o: %.text.c $(B)/flags
	$$(Q)$$($(1)_cc) -c -o $$@ $$<

$(B)/$(1)/ct_list.o: $(B)/$(1)/ct_list.c $(B)/flags
	$$(Q)$$($(1)_cc) -c -o $$@ $$<

$$(patsubst %.c,$(B)/$(1)/%.o,$$($(1)_srcs)): \
    $(B)/$(1)/%.o: $$($(1)_dir)/%.c $(B)/flags | $$($(1)_gen)
	$$(say) CC $$<
	@mkdir -p $$(@D)
	$$(Q)$$($(1)_cc) -c -o $$@ $$<

# A floor that the server lacks comes with the module, as code of its kind.
$$($(1)_below_objs): $(B)/$(1)/%.o: %.c $(B)/flags
	$$(say) CC $$<
	@mkdir -p $$(@D)
	$$(Q)$$($(1)_cc) -c -o $$@ $$<

$(B)/$(1)/libbelow.a: $$($(1)_below_objs) $(B)/Makefile
	$$(say) AR $$@
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$($(1)_below_objs)

$(B)/$(1)/ct_list.c: auto/module-list
	@mkdir -p $$(@D)
	$$(Q)sh auto/module-list $(1) > $$@

$(B)/$(1).so: $$($(1)_objs) $(B)/$(1)/ct_list.o $$($(1)_below) $(B)/Makefile
	$$(say) LD $$@
	$$(Q)$$(CC) $$(CFLAGS) -shared $$(filter-out -pie,$$(LDFLAGS)) \
	    -o $$@ $$(filter %.o,$$^) $$($(1)_below) $$($(1)_libs)
endef

$(foreach m,$(static_modules) $(dynamic_modules),\
    $(eval $(call module_rules,$(m))))

static_objs = $(foreach m,$(static_modules),$($(m)_objs))


# The programs.  The server takes its archives whole and exports what CT_API
# marks: a module loaded later may call what the server itself does not.

$(B)/cthriftc: $(B)/src/idl/ct_idl_main.o $(call archives,idl)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

server_archives = $(patsubst %,$(B)/libct_%.a,\
    modules process thrift wire event core)

$(B)/cthrift: $(B)/src/process/ct_main.o $(B)/ct_modules.o $(static_objs) \
    $(server_archives)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ \
	    $(filter %.o,$^) \
	    -Wl,--whole-archive $(server_archives) -Wl,--no-whole-archive \
	    $(LIBS)


# The command beside module python, a script that is told where things are.

gunicorn_files = $(wildcard $(python_dir)/ct_*.py)
gunicorn_library = $(prefix)/share/cthrift/python

# $(call tell_places,SERVER,MODULES,LIBRARY)
tell_places = sed -e 's|@CTHRIFT@|$(1)|' -e 's|@MODULE@|$(2)/python.so|' \
    -e 's|@LIBRARY@|$(3)|' $(python_dir)/cthrift-gunicorn
here = $(abspath $(B))

$(B)/cthrift-gunicorn: src/modules/python/cthrift-gunicorn $(B)/Makefile
	$(Q)$(call tell_places,$(here)/cthrift,$(here),$(CURDIR)/$(python_dir)) > $@
	$(Q)chmod 755 $@


# The generator of load.  All but its main is an archive, for unit tests; the
# IDL of its own calls stands in it.  (bench_srcs are those of examples/bench.)

load_srcs = $(wildcard bench/ct_bench_*.c) bench/ct_histogram.c
load_objs = $(patsubst %.c,$(B)/%.o,$(load_srcs)) $(B)/ct_bench_builtin_idl.o

$(B)/ct_bench_builtin_idl.c: examples/bench/bench.thrift auto/embed
	$(Q)sh auto/embed ct_bench_builtin_idl $< ct_bench_builtin.h > $@

$(B)/ct_bench_builtin_idl.o: $(B)/ct_bench_builtin_idl.c $(B)/flags
	$(say) CC $<
	$(Q)$(CC) $(CFLAGS) -fPIE $(DEPS) -Ibench $(AS_OURS) -c -o $@ $<

$(B)/libct_bench.a: $(load_objs) $(B)/Makefile
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(load_objs)

$(B)/cthrift-bench: $(B)/bench/ct_bench.o $(call archives,bench)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/t/unit/bench_%.o $(B)/t/fuzz/bench_%.o: AS_OURS += -Ibench


# Tests in C.  auto/floor-of says which archives each may link.

unit_srcs = $(wildcard t/unit/*_test.c)
fuzz_srcs = $(wildcard t/fuzz/*_fuzz.c)
unit_bins = $(patsubst %.c,$(B)/%,$(unit_srcs))
fuzz_bins = $(patsubst %.c,$(B)/%,$(fuzz_srcs))

unit-bins: $(unit_bins)
fuzz-bins: $(fuzz_bins)

ifneq ($(filter %-bins $(B)/t/%,$(MAKECMDGOALS)),)
test_floors := $(shell sh auto/floor-of $(unit_srcs) $(fuzz_srcs))
endif

floor_of = $(patsubst $(1)=%,%,$(filter $(1)=%,$(test_floors)))

define test_rules
$(B)/$(1:.c=): $(B)/$(1:.c=.o) $(call archives,$(call floor_of,$(1)))
	$$(say) LD $$@
	$$(Q)$$(CC) $$(CFLAGS) $(2) $$(LDFLAGS) -o $$@ $$^ $(3) $$(LIBS)
endef

$(foreach t,$(unit_srcs),$(eval $(call test_rules,$(t),,-lcmocka -lm)))
$(foreach t,$(fuzz_srcs),$(eval $(call test_rules,$(t),-fsanitize=fuzzer,)))


# The naive clients of t/handover.t and others; it links nothing of ours.

naive_srcs = $(wildcard bench/ct_naive*.c) bench/ct_histogram.c \
    bench/ct_address.c
naive_objs = $(patsubst %.c,$(B)/%.o,$(naive_srcs))

tools: $(B)/ct_naive
.PHONY: tools

# Sources of bench/ are built by hand as well, and ask for what they need.
$(naive_objs): CFLAGS += -U_GNU_SOURCE

$(B)/ct_naive: $(naive_objs)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^


# Installing, in nginx's manner: a configuration that exists is kept.

include_path = $(prefix)/include/cthrift
to = $(DESTDIR)

# Core, which modules may include by name, and all that cthrift.h includes.
api_headers = $(sort $(wildcard src/core/*.h) $(filter src/%.h,\
    $(shell $(CC) $(CFLAGS) $(AS_OURS) -M src/cthrift.h 2> /dev/null)))

install: all
	$(INSTALL) -d $(to)$(dir $(sbin_path)) $(to)$(prefix)/bin \
	    $(to)$(dir $(conf_path)) $(to)$(modules_path) $(to)$(pid_dir) \
	    $(to)$(log_dir) $(to)$(include_path) $(to)$(prefix)/share/cthrift
	# A running server keeps its file: the new one takes the name.
	$(INSTALL) -m 755 $(B)/cthrift $(to)$(sbin_path).new
	mv -f $(to)$(sbin_path).new $(to)$(sbin_path)
	$(INSTALL) -m 755 $(B)/cthriftc $(to)$(prefix)/bin/cthriftc
	$(if $(generator),\
	    $(INSTALL) -m 755 $(generator) $(to)$(prefix)/bin/cthrift-bench)
	$(INSTALL) -m 644 conf/cthrift.conf $(to)$(conf_path).default
	test -f $(to)$(conf_path) \
	    || $(INSTALL) -m 644 conf/cthrift.conf $(to)$(conf_path)
	for m in $(dynamic_modules); do \
	    $(INSTALL) -m 755 $(B)/$$m.so $(to)$(modules_path)/$$m.so.new \
	    && mv -f $(to)$(modules_path)/$$m.so.new \
	        $(to)$(modules_path)/$$m.so || exit 1; \
	done
	for c in $(patsubst %,conf/%.conf,$(dynamic_modules)); do \
	    at=$(to)$(dir $(conf_path))$${c#conf/}; \
	    test ! -f $$c || test -f $$at \
	        || $(INSTALL) -m 644 $$c $$at || exit 1; \
	done
	$(if $(gunicorn),$(INSTALL) -d $(to)$(gunicorn_library) \
	    && $(INSTALL) -m 644 $(gunicorn_files) $(to)$(gunicorn_library) \
	    && $(call tell_places,$(sbin_path),$(modules_path),$(gunicorn_library)) \
	        > $(B)/cthrift-gunicorn.installed \
	    && $(INSTALL) -m 755 $(B)/cthrift-gunicorn.installed \
	        $(to)$(prefix)/bin/cthrift-gunicorn)
	$(if $(filter thrifttest,$(dynamic_modules)),\
	    sh auto/certificate $(to)$(dir $(conf_path)))
	for h in $(patsubst src/%,%,$(api_headers)); do \
	    $(INSTALL) -D -m 644 src/$$h $(to)$(include_path)/$$h || exit 1; \
	done
	$(INSTALL) -m 644 $(B)/ct_auto_config.h $(to)$(include_path)
	$(INSTALL) -m 644 $(B)/module.mk $(to)$(prefix)/share/cthrift


# What the compilers said about headers and included IDL.

-include $(foreach f,$(floors),$($(f)_objs:.o=.d))
-include $(B)/ct_modules.d $(B)/src/process/ct_main.d \
    $(B)/src/idl/ct_idl_main.d $(unit_bins:=.d) $(fuzz_bins:=.d) \
    $(naive_objs:.o=.d) $(load_objs:.o=.d) $(B)/bench/ct_bench.d
-include $(foreach m,$(static_modules) $(dynamic_modules),\
    $($(m)_objs:.o=.d) $($(m)_gen:.c=.d.idl) $(B)/$(m)/ct_list.d \
    $($(m)_below_objs:.o=.d))
