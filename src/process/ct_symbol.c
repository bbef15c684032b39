/*
 * ct_symbol.c -- addresses of code become names for people.
 *
 * The loader tells which object an address lies in, where that begins, and
 * its path.  The path of the program itself is argv[0], which the process's
 * title has written over, so /proc/self/exe stands for it; that of a module
 * is /proc/self/fd/N, a copy in memory (ct_dso.c) that bears the module's
 * name.  Both can be opened as long as the process lives, whatever has become
 * of the files on disk.
 *
 * Only objects that an address was asked of are read.  Debugging information
 * apart from its object is looked for below /usr/lib/debug by its build id,
 * and nowhere else: libdw's usual search may ask servers on the net.
 */

#include "core/ct_config.h"

#include "process/ct_symbol.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if CT_HAVE_LIBDW
#include <elfutils/libdwfl.h>
#endif

#include "core/ct_mem.h"

#define PATH_SIZE 512
#define NAME_SIZE 200

/* The program itself, under whatever name it was started. */
#define SELF_PATH "/proc/self/exe"

/* How the paths of the program and of its modules begin. */
#define OWN_PATHS "/proc/self/"

/* An object in memory, and what it is called. */
typedef struct object_s {
    uintptr_t base;
    char      path[PATH_SIZE]; /* to open it by */
    char      name[NAME_SIZE]; /* for people: no folder */
} object_t;

/* What is found of an address; texts are empty where nothing is. */
typedef struct place_s {
    const char *c_function; /* perhaps with "@GLIBC_2.2.5" behind it */
    const char *c_file;
    int         line;
} place_t;

/* Rule 42: the library's type is not there without it. */
struct ct_symbols_s {
#if CT_HAVE_LIBDW
    Dwfl *dwfl;
#else
    char unused;
#endif
};


static const char *
last_part(const char *c_path)
{
    const char *slash = strrchr(c_path, '/');

    return slash != NULL ? slash + 1 : c_path;
}


/* "/memfd:probe.so (deleted)" is probe.so. */
static void
set_name(object_t *object)
{
    static const char marks[] = " (deleted)";
    static const char memory[] = "memfd:";
    char              target[PATH_SIZE] = "";
    const char       *name = target;
    size_t            len;

    if (strncmp(object->path, "/proc/", 6) != 0
        || readlink(object->path, target, sizeof(target) - 1) == -1) {
        name = object->path;
    }
    name = last_part(name);
    if (strncmp(name, memory, sizeof(memory) - 1) == 0) {
        name += sizeof(memory) - 1;
    }
    len = strlen(name);
    if (len >= sizeof(marks)
        && strcmp(name + len - sizeof(marks) + 1, marks) == 0) {
        len -= sizeof(marks) - 1;
    }
    (void) snprintf(object->name, sizeof(object->name), "%.*s", (int) len,
                    name);
}


/* Whether it is the program: this function is part of it. */
static bool
is_program(const Dl_info *info)
{
    static const char mark;
    Dl_info           self;

    return dladdr(&mark, &self) != 0 && self.dli_fbase == info->dli_fbase;
}


static bool
find_object(const void *address, Dl_info *info, object_t *object)
{
    if (dladdr(address, info) == 0 || info->dli_fname == NULL) {
        return false;
    }
    object->base = (uintptr_t) info->dli_fbase;
    (void) snprintf(object->path, sizeof(object->path), "%s",
                    is_program(info) ? SELF_PATH : info->dli_fname);
    set_name(object);
    return true;
}


#if CT_HAVE_LIBDW

/* All objects are given to it: it has none to find. */
static int
find_no_elf(Dwfl_Module *module, void **data, const char *c_name,
            Dwarf_Addr base, char **c_path, Elf **elf)
{
    (void) module;
    (void) data;
    (void) c_name;
    (void) base;
    (void) c_path;
    (void) elf;
    return -1;
}


/*
 * For the program and its modules alone: that of a libc unpacks to ten
 * megabytes, and the names that a libc exports are enough.
 */
static int
find_debuginfo(Dwfl_Module *module, void **data, const char *c_name,
               Dwarf_Addr base, const char *c_file, const char *c_link,
               GElf_Word crc, char **path)
{
    if (strncmp(c_name, OWN_PATHS, sizeof(OWN_PATHS) - 1) != 0) {
        return -1;
    }
    return dwfl_build_id_find_debuginfo(module, data, c_name, base, c_file,
                                        c_link, crc, path);
}


static Dwfl *
open_dwfl(void)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = find_no_elf,
        .find_debuginfo = find_debuginfo,
    };

    return dwfl_begin(&callbacks);
}


/* The object's tables, read when it is met first; NULL without any. */
static Dwfl_Module *
find_module(ct_symbols_t *symbols, const object_t *object, Dwarf_Addr address)
{
    Dwfl_Module *module = NULL;

    if (symbols->dwfl == NULL) {
        return NULL;
    }
    module = dwfl_addrmodule(symbols->dwfl, address);
    /* The kernel's own object has a name and no path. */
    if (module != NULL || object->path[0] != '/') {
        return module;
    }
    dwfl_report_begin_add(symbols->dwfl);
    (void) dwfl_report_elf(symbols->dwfl, object->path, object->path, -1,
                           object->base, false);
    (void) dwfl_report_end(symbols->dwfl, NULL, NULL);
    return dwfl_addrmodule(symbols->dwfl, address);
}


/* By the table that tells which unit an address belongs to; gcc writes it. */
static bool
find_line(Dwfl_Module *module, Dwarf_Addr address, place_t *place)
{
    Dwfl_Line  *line = dwfl_module_getsrc(module, address);
    const char *c_name = NULL;

    if (line != NULL) {
        c_name = dwfl_lineinfo(line, NULL, &place->line, NULL, NULL, NULL);
    }
    place->c_file = c_name != NULL ? last_part(c_name) : NULL;
    return c_name != NULL;
}


/* clang leaves that table out: every unit is asked. */
static void
search_line(Dwfl_Module *module, Dwarf_Addr address, place_t *place)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = NULL;

    while ((unit = dwfl_module_nextcu(module, unit, &bias)) != NULL) {
        Dwarf_Line *line = NULL;
        const char *c_name = NULL;

        if (dwarf_haspc(unit, address - bias) != 1) {
            continue;
        }
        line = dwarf_getsrc_die(unit, address - bias);
        if (line != NULL && dwarf_lineno(line, &place->line) == 0) {
            c_name = dwarf_linesrc(line, NULL, NULL);
        }
        place->c_file = c_name != NULL ? last_part(c_name) : NULL;
        return;
    }
}


static void
look_up(ct_symbols_t *symbols, const object_t *object, uintptr_t address,
        place_t *place)
{
    Dwfl_Module *module = find_module(symbols, object, address);
    GElf_Off     offset;
    GElf_Sym     symbol;
    const char  *c_name;

    if (module == NULL) {
        return;
    }
    c_name = dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL,
                                  NULL);
    if (c_name != NULL) {
        place->c_function = c_name;
    }
    if (!find_line(module, address, place)) {
        search_line(module, address, place);
    }
}


ct_symbols_t *
ct_symbols_create(void)
{
    ct_symbols_t *symbols = ct_mem_alloc(sizeof(*symbols));

    symbols->dwfl = open_dwfl();
    return symbols;
}


void
ct_symbols_destroy(ct_symbols_t *symbols)
{
    if (symbols->dwfl != NULL) {
        dwfl_end(symbols->dwfl);
    }
    ct_mem_release(symbols);
}

#else

static void
look_up(ct_symbols_t *symbols, const object_t *object, uintptr_t address,
        place_t *place)
{
    (void) symbols;
    (void) object;
    (void) address;
    (void) place;
}


ct_symbols_t *
ct_symbols_create(void)
{
    return ct_mem_alloc(sizeof(ct_symbols_t));
}


void
ct_symbols_destroy(ct_symbols_t *symbols)
{
    ct_mem_release(symbols);
}

#endif


/* A call may be a function's last instruction, so what it returns to may
 * already be the next one's. */
const char *
ct_symbols_text(ct_symbols_t *symbols, const void *address, bool is_return,
                char out[CT_SYMBOL_TEXT])
{
    /* By number: what stands on a broken stack may be no pointer at all. */
    const void *at = (const void *) ((uintptr_t) address - is_return);
    place_t     place = { NULL, NULL, 0 };
    object_t    object;
    Dl_info     info;
    int         len = 0;

    if (!find_object(at, &info, &object)) {
        (void) snprintf(out, CT_SYMBOL_TEXT, "%p", address);
        return out;
    }
    place.c_function = info.dli_sname;
    look_up(symbols, &object, (uintptr_t) at, &place);
    if (place.c_function != NULL) {
        len = (int) strcspn(place.c_function, "@");
    }
    if (place.c_function == NULL) {
        (void) snprintf(out, CT_SYMBOL_TEXT, "%s+0x%llx", object.name,
                        (unsigned long long) ((uintptr_t) at - object.base));
    } else if (place.c_file == NULL) {
        (void) snprintf(out, CT_SYMBOL_TEXT, "%.*s in %s", len,
                        place.c_function, object.name);
    } else {
        (void) snprintf(out, CT_SYMBOL_TEXT, "%.*s at %s:%d in %s", len,
                        place.c_function, place.c_file, place.line,
                        object.name);
    }
    return out;
}
