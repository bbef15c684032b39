/*
 * ct_conf_apply.c -- from the tree to the modules' structs.
 *
 * Three walks over each block.  The first asks whether every directive is
 * known and may stand there, so that mistakes are reported in the order of
 * the file.  The second sets the simple directives; the third enters the
 * inner blocks, whose structs begin as copies of what the second has made.
 *
 * Depth is the parser's: CT_CONF_MAX_DEPTH blocks.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include "core/ct_cycle.h"
#include "core/ct_hash.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"

#include <stdio.h>

/* Room for the names of all places in a message. */
#define PLACES_SIZE 96

/* A block being walked; `seen` lives as long as the walk. */
typedef struct walk_s {
    ct_conf_t  conf;
    ct_pool_t *scratch;
    ct_hash_t  seen; /* of seen_t, by name */
} walk_t;

/* The first directive of its name in a block. */
typedef struct seen_s {
    const ct_conf_node_t *node;
} seen_t;

/* Presets are read as if they stood here. */
static const char preset_name[] = "default";

static ct_rc_t walk_block(ct_cycle_t *cycle, ct_conf_block_t *block,
                          const ct_conf_node_t *children);


/* A new struct for each module, copied from the parent's or zeroed. */
static void **
make_confs(const ct_cycle_t *cycle, const ct_conf_block_t *parent)
{
    const size_t n = cycle->modules.n;
    void       **confs = ct_pool_zalloc(cycle->pool, n * sizeof(*confs));

    for (size_t i = 0; i < n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(&cycle->modules, i);

        if (module->conf_size == 0) {
            continue;
        }
        confs[i] = ct_pool_zalloc(cycle->pool, module->conf_size);
        if (parent != NULL) {
            memcpy(confs[i], parent->confs[i], module->conf_size);
        }
    }
    return confs;
}


/*
 * A block is known to its hooks only: who needs to walk the blocks later keeps
 * a list of its own, filled in `enter`.
 */
static ct_conf_block_t *
make_block(const ct_cycle_t *cycle, unsigned place, ct_conf_block_t *parent,
           const ct_conf_node_t *node)
{
    ct_conf_block_t *block = ct_pool_zalloc(cycle->pool, sizeof(*block));

    block->place = place;
    block->parent = parent;
    block->node = node;
    block->confs = make_confs(cycle, parent);
    return block;
}


/* "'main' or 'server'"; a directive that stands nowhere is a bug. */
static const char *
places_text(unsigned places, char out[PLACES_SIZE])
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned place = CT_IN_MAIN; place <= CT_IN_METHOD; place <<= 1) {
        if ((places & place) == 0) {
            continue;
        }
        len += (size_t) snprintf(out + len, PLACES_SIZE - len, "%s'%s'",
                                 len == 0 ? "" : " or ",
                                 ct_conf_place_name(place));
        CT_ASSERT(len < PLACES_SIZE);
    }
    return out;
}


/* Offers every name that may stand here, or else every name. */
static void
offer_names(const ct_cycle_t *cycle, unsigned places, ct_nearest_t *nearest)
{
    for (size_t i = 0; i < cycle->names.size; i++) {
        const ct_conf_entry_t *entry = cycle->names.slots[i].value;

        if (entry != NULL && (entry->directive->places & places) != 0) {
            ct_nearest_offer(nearest, cycle->names.slots[i].key);
        }
    }
}


/*
 * A name that may stand here is a better guess than a nearer one that may
 * not: its next message would be about the place.
 */
static ct_rc_t
refuse_unknown(const ct_conf_t *conf)
{
    char         text[CT_NEAREST_TEXT_SIZE];
    ct_nearest_t nearest;

    ct_nearest_init(&nearest, conf->node->args[0]);
    offer_names(conf->cycle, conf->block->place, &nearest);
    if (nearest.best.data == NULL) {
        offer_names(conf->cycle, ~0U, &nearest);
    }
    return ct_conf_error(conf, "unknown directive '%.*s'%s",
                         CT_STR_ARG(conf->node->args[0]),
                         ct_nearest_text(&nearest, text));
}


/*
 * Too many words over several lines are most often two directives; the line
 * to look at is then not the one that the message names.
 */
static ct_rc_t
refuse_count(const ct_conf_t *conf, const ct_conf_type_t *type)
{
    const ct_conf_node_t *node = conf->node;
    const size_t          n = node->nargs - 1;
    char                  wanted[48];

    if (type->min_args == type->max_args) {
        snprintf(wanted, sizeof(wanted), "%u", type->min_args);
    } else if (type->max_args >= CT_CONF_MAX_ARGS) {
        snprintf(wanted, sizeof(wanted), "at least %u", type->min_args);
    } else {
        snprintf(wanted, sizeof(wanted), "%u to %u", type->min_args,
                 type->max_args);
    }
    return ct_conf_error(conf, "'%.*s' takes %s argument%s (%s), not %zu%s",
                         CT_STR_ARG(node->args[0]), wanted,
                         type->max_args == 1 ? "" : "s", type->name, n,
                         n > type->max_args && node->end_line > node->line
                             ? "; is a ';' missing?"
                             : "");
}


/* The first of its name in this block becomes the one that others repeat. */
static ct_rc_t
check_repeat(walk_t *walk, const ct_conf_type_t *type)
{
    const ct_conf_node_t *node = walk->conf.node;
    seen_t               *seen = ct_hash_find(&walk->seen, node->args[0]);

    if (seen == NULL) {
        seen = ct_pool_alloc(walk->scratch, sizeof(*seen));
        seen->node = node;
        return ct_hash_add(&walk->seen, node->args[0], seen);
    }
    if ((type->flags & CT_CONF_MANY) != 0) {
        return CT_OK;
    }
    return ct_conf_error(
        &walk->conf, "'%.*s' is duplicate, first given in %s:%u",
        CT_STR_ARG(node->args[0]), seen->node->file, seen->node->line);
}


/* Whether the directive is known and may stand here as it does. */
static ct_rc_t
check_node(walk_t *walk, const ct_conf_node_t *node)
{
    const ct_conf_t       *conf = &walk->conf;
    const ct_conf_entry_t *entry;
    const ct_conf_type_t  *type;
    char                   places[PLACES_SIZE];

    walk->conf.node = node;
    entry = ct_hash_find(&conf->cycle->names, node->args[0]);
    if (entry == NULL) {
        return refuse_unknown(conf);
    }
    type = entry->directive->type;
    if ((entry->directive->places & conf->block->place) == 0) {
        return ct_conf_error(conf,
                             "directive '%s' is not allowed in '%s', only "
                             "in %s",
                             entry->directive->name,
                             ct_conf_place_name(conf->block->place),
                             places_text(entry->directive->places, places));
    }
    if (node->is_block != ((type->flags & CT_CONF_BLOCK) != 0)) {
        return ct_conf_error(conf,
                             node->is_block
                                 ? "'%s' is not a block: ';' expected, not '{'"
                                 : "'%s' is a block: '{' expected, not ';'",
                             entry->directive->name);
    }
    if (node->nargs - 1 < type->min_args || node->nargs - 1 > type->max_args) {
        return refuse_count(conf, type);
    }
    return check_repeat(walk, type);
}


/*
 * Makes `conf` show the directive `node`, with its variables replaced.  The
 * name is never replaced: it is what the tables are searched for.
 */
static ct_rc_t
show_node(ct_conf_t *conf, const ct_conf_type_t *type,
          const ct_conf_node_t *node)
{
    ct_str_t *args;

    conf->node = node;
    conf->nargs = node->nargs;
    conf->args = node->args;
    if ((type->flags & CT_CONF_RAW) != 0 || node->nargs == 1) {
        return CT_OK;
    }
    args = ct_pool_alloc(conf->pool, node->nargs * sizeof(*args));
    args[0] = node->args[0];
    for (size_t i = 1; i < node->nargs; i++) {
        if (ct_conf_expand(conf, node->args[i], &args[i]) != CT_OK) {
            return CT_ERROR;
        }
    }
    conf->args = args;
    return CT_OK;
}


/* The directive's place in the struct that its module has in this block. */
static void *
field_of(const ct_conf_block_t *block, const ct_conf_entry_t *entry)
{
    char *struct_of_module = block->confs[entry->index];

    if (struct_of_module == NULL) {
        return NULL;
    }
    return struct_of_module + entry->directive->offset;
}


/*
 * is_repeat is told from the first node of that name, which check_node has
 * noted; presets have none and are never repeats.
 */
static ct_rc_t
set_simple(walk_t *walk, const ct_conf_entry_t *entry,
           const ct_conf_node_t *node)
{
    const ct_directive_t *directive = entry->directive;
    ct_conf_t            *conf = &walk->conf;
    const seen_t         *seen = ct_hash_find(&walk->seen, node->args[0]);

    conf->is_repeat = seen != NULL && seen->node != node;
    if (show_node(conf, directive->type, node) != CT_OK) {
        return CT_ERROR;
    }
    return directive->type->set(conf, directive, field_of(conf->block, entry));
}


/*
 * `leave` gets the same view as `enter`: the walk in between works on a copy,
 * so what a setter inside left in its conf does not show through.
 */
static ct_rc_t
enter_block(const walk_t *walk, const ct_conf_entry_t *entry,
            const ct_conf_node_t *node)
{
    const ct_conf_type_t *type = entry->directive->type;
    ct_conf_t             conf = walk->conf;
    ct_conf_block_t      *inner;

    inner = make_block(conf.cycle, type->place, conf.block, node);
    conf.block = inner;
    conf.is_repeat = false;
    if (show_node(&conf, type, node) != CT_OK) {
        return CT_ERROR;
    }
    if (type->enter != NULL && type->enter(&conf, inner) != CT_OK) {
        return CT_ERROR;
    }
    if ((type->flags & CT_CONF_OPAQUE) == 0
        && walk_block(conf.cycle, inner, node->children) != CT_OK) {
        return CT_ERROR;
    }
    return type->leave == NULL ? CT_OK : type->leave(&conf, inner);
}


/* The three walks; what they note of the block is `walk`'s. */
static ct_rc_t
walk_children(walk_t *walk, const ct_conf_node_t *children)
{
    const ct_hash_t      *names = &walk->conf.cycle->names;
    const ct_conf_node_t *node;

    for (node = children; node != NULL; node = node->next) {
        if (check_node(walk, node) != CT_OK) {
            return CT_ERROR;
        }
    }
    for (node = children; node != NULL; node = node->next) {
        if (!node->is_block
            && set_simple(walk, ct_hash_find(names, node->args[0]), node)
                   != CT_OK) {
            return CT_ERROR;
        }
    }
    for (node = children; node != NULL; node = node->next) {
        if (node->is_block
            && enter_block(walk, ct_hash_find(names, node->args[0]), node)
                   != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* The scratch pool is the caller's to destroy. */
static void
init_walk(walk_t *walk, ct_cycle_t *cycle, ct_conf_block_t *block)
{
    memset(walk, 0, sizeof(*walk));
    walk->conf.cycle = cycle;
    walk->conf.pool = cycle->pool;
    walk->conf.log = &cycle->log;
    walk->conf.block = block;
    walk->scratch = ct_pool_create(0);
    ct_hash_init(&walk->seen, walk->scratch);
}


/*
 * What is seen of a block is forgotten with its scratch pool, so a file of
 * thousands of blocks keeps notes on those that are open only.
 */
static ct_rc_t
walk_block(ct_cycle_t *cycle, ct_conf_block_t *block,
           const ct_conf_node_t *children)
{
    walk_t  walk;
    ct_rc_t rc;

    init_walk(&walk, cycle, block);
    rc = walk_children(&walk, children);
    ct_pool_destroy(walk.scratch);
    return rc;
}


/* Reads the directive's preset as if it stood in a file; "" is a word too. */
static ct_rc_t
set_preset(walk_t *walk, const ct_conf_entry_t *entry)
{
    ct_cycle_t     *cycle = walk->conf.cycle;
    const char     *c_preset = entry->directive->preset;
    ct_conf_node_t *node;
    const ct_str_t  text =
        ct_str_printf(cycle->pool, "%s %s;", entry->directive->name,
                      c_preset[0] != '\0' ? c_preset : "\"\"");

    if (ct_conf_parse_text(cycle, preset_name, text, &node) != CT_OK) {
        return CT_ERROR;
    }
    return set_simple(walk, entry, node);
}


static ct_rc_t
set_module_presets(walk_t *walk, const ct_module_t *module, size_t index)
{
    const ct_directive_t *directive = module->directives;

    for (; directive != NULL && directive->name != NULL; directive++) {
        const ct_conf_entry_t entry = { directive, module, index };

        if (directive->preset != NULL && set_preset(walk, &entry) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/*
 * A preset that is wrong is a bug in a table.  It is reported as any mistake,
 * in "default", since the table may be a stranger's module.
 */
static ct_rc_t
set_presets(ct_cycle_t *cycle, ct_conf_block_t *block)
{
    walk_t  walk;
    ct_rc_t rc = CT_OK;

    init_walk(&walk, cycle, block);
    for (size_t i = 0; i < cycle->modules.n && rc == CT_OK; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(&cycle->modules, i);

        rc = set_module_presets(&walk, module, i);
    }
    ct_pool_destroy(walk.scratch);
    return rc;
}


ct_rc_t
ct_conf_apply(ct_cycle_t *cycle, const ct_conf_node_t *tree)
{
    ct_conf_block_t *block = make_block(cycle, CT_IN_MAIN, NULL, NULL);

    if (set_presets(cycle, block) != CT_OK) {
        return CT_ERROR;
    }
    /* Set now, so that hooks of inner blocks find the outer structs. */
    cycle->main = block;
    if (walk_block(cycle, block, tree) != CT_OK) {
        cycle->main = NULL;
        return CT_ERROR;
    }
    return CT_OK;
}
