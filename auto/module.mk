# module.mk -- builds a module outside of cthrift's tree.  A module's Makefile
# says:
#
#     MODULE = hello
#     IDL = hello.thrift
#     SRCS = hello_module.c
#     include $(shell cthrift --module-mk)
#
# make builds hello.so here, make install puts it where load_module looks.
# What is generated stands in build/.  The source defines
# `const ct_module_t hello_module`.

CC ?= cc
ifeq ($(origin CC),default)
CC = @CC@
endif

CTHRIFT_PREFIX = @PREFIX@
CTHRIFT_MODULES = @MODULES@
CTHRIFTC = $(CTHRIFT_PREFIX)/bin/cthriftc

# The flags of the server itself: its sanitizers, say, must be the module's.
CFLAGS = @CFLAGS@
LDFLAGS = @LDFLAGS@

ct_build = build
ct_gen = $(patsubst %.thrift,$(ct_build)/%.gen.c,$(IDL))
ct_objs = $(patsubst %.c,$(ct_build)/%.o,$(SRCS)) $(ct_gen:.c=.o) \
    $(ct_build)/ct_list.o
ct_cc = $(CC) $(CFLAGS) -fPIC -MMD -MP -I$(ct_build) -I. \
    -I$(CTHRIFT_PREFIX)/include/cthrift

all: $(MODULE).so

$(MODULE).so: $(ct_objs)
	$(CC) $(CFLAGS) -shared $(LDFLAGS) -o $@ $^ $(LIBS)

$(ct_build)/%.gen.c: %.thrift
	@mkdir -p $(@D)
	$(CTHRIFTC) -o $(@D) -I . --depfile $(basename $@).d.idl $<
	@touch $(basename $@).h

# The header comes with the source and, touched, is never older.
$(ct_build)/%.gen.h: $(ct_build)/%.gen.c
	@:

$(ct_build)/%.gen.o: $(ct_build)/%.gen.c | $(ct_gen)
	$(ct_cc) -c -o $@ $<

$(ct_build)/ct_list.o: $(ct_build)/ct_list.c
	$(ct_cc) -c -o $@ $<

$(ct_build)/%.o: %.c | $(ct_gen)
	@mkdir -p $(@D)
	$(ct_cc) -c -o $@ $<

$(ct_build)/ct_list.c:
	@mkdir -p $(@D)
	@printf '%s\n' '#include "core/ct_config.h"' \
	    '#include "core/ct_module.h"' \
	    'extern const ct_module_t $(MODULE)_module;' \
	    'extern CT_API ct_module_list_t ct_module_list;' \
	    'ct_module_list_t ct_module_list = { &$(MODULE)_module, NULL };' \
	    > $@

install: all
	install -d $(DESTDIR)$(CTHRIFT_MODULES)
	install -m 755 $(MODULE).so $(DESTDIR)$(CTHRIFT_MODULES)/$(MODULE).so.new
	mv -f $(DESTDIR)$(CTHRIFT_MODULES)/$(MODULE).so.new \
	    $(DESTDIR)$(CTHRIFT_MODULES)/$(MODULE).so

clean:
	rm -rf $(ct_build) $(MODULE).so

.PHONY: all install clean
.SECONDARY:

-include $(ct_objs:.o=.d) $(ct_gen:.c=.d.idl)
