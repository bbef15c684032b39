/*
 * ct_conf_print.c -- every directive there is, for people and for the test
 * that holds the documents against the tables.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include "core/ct_cycle.h"
#include "core/ct_pool.h"

#include <stdio.h>
#include <stdlib.h>


static int
compare_names(const void *a, const void *b)
{
    const ct_conf_entry_t *const *one = a;
    const ct_conf_entry_t *const *other = b;

    return strcmp((*one)->directive->name, (*other)->directive->name);
}


/* The entries in the order of their names; names are unique. */
static const ct_conf_entry_t **
sorted_entries(const ct_cycle_t *cycle)
{
    const size_t            n = cycle->names.n;
    const ct_conf_entry_t **sorted =
        ct_pool_alloc(cycle->pool, (n + 1) * sizeof(*sorted));
    size_t filled = 0;

    for (size_t i = 0; i < cycle->names.size; i++) {
        if (cycle->names.slots[i].value != NULL) {
            sorted[filled] = cycle->names.slots[i].value;
            filled++;
        }
    }
    CT_ASSERT(filled == n);
    if (n > 1) {
        qsort(sorted, n, sizeof(*sorted), compare_names);
    }
    return sorted;
}


static void
print_places(unsigned places)
{
    const char *c_between = "";

    for (unsigned place = CT_IN_MAIN; place <= CT_IN_METHOD; place <<= 1) {
        if ((places & place) != 0) {
            printf("%s%s", c_between, ct_conf_place_name(place));
            c_between = "|";
        }
    }
}


void
ct_conf_print_directives(const ct_cycle_t *cycle)
{
    const ct_conf_entry_t **sorted = sorted_entries(cycle);

    for (size_t i = 0; i < cycle->names.n; i++) {
        const ct_directive_t *directive = sorted[i]->directive;

        printf("%s\t", directive->name);
        print_places(directive->places);
        printf("\t%s\t%s\t%s\n", directive->type->name,
               directive->preset == NULL ? "-" : directive->preset,
               sorted[i]->module->name);
    }
}
