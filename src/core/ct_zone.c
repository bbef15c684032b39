/*
 * ct_zone.c -- shared memory with a name, handed from generation to generation.
 *
 * The descriptor behind a mapping is closed at once: zones are not passed to
 * another program, and a process may map many.
 */

#include "core/ct_config.h"

#include "core/ct_zone.h"

#include <sys/mman.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "core/ct_shm.h"


static ct_zone_t *
find(const ct_cycle_t *cycle, ct_str_t name)
{
    for (size_t i = 0; cycle != NULL && i < cycle->zones.n; i++) {
        ct_zone_t *zone = *(ct_zone_t **) ct_array_at(&cycle->zones, i);

        if (ct_str_eq(zone->name, name)) {
            return zone;
        }
    }
    return NULL;
}


/* The last cycle that has it unmaps it. */
static void
drop(void *data)
{
    ct_zone_t *zone = data;

    zone->ncycles--;
    if (zone->ncycles == 0) {
        (void) munmap(zone->addr, zone->size);
        ct_mem_release(zone);
    }
}


/* The name stands behind the struct: both outlive the cycle. */
static ct_zone_t *
make(ct_cycle_t *cycle, ct_str_t name, size_t size)
{
    ct_zone_t *zone;
    char      *copy;
    ct_shm_t   shm;

    if (ct_shm_init(&shm, "cthrift zone", size, &cycle->log) != CT_OK) {
        return NULL;
    }
    close(shm.fd);
    zone = ct_mem_alloc(sizeof(*zone) + name.len);
    copy = (char *) (zone + 1);
    memcpy(copy, name.data, name.len);
    *zone = (ct_zone_t){ { name.len, copy }, size, shm.addr, 0 };
    return zone;
}


ct_rc_t
ct_zone_take(ct_cycle_t *cycle, ct_str_t name, size_t size, ct_zone_t **zone)
{
    ct_zone_t *found = find(cycle, name);

    if (found != NULL) {
        *zone = found;
        return found->size == size ? CT_OK : CT_DECLINED;
    }
    found = find(cycle->before, name);
    if (found == NULL || found->size != size) {
        found = make(cycle, name, size);
    }
    if (found == NULL) {
        return CT_ERROR;
    }
    found->ncycles++;
    *(ct_zone_t **) ct_array_push(&cycle->zones) = found;
    ct_pool_cleanup_add(cycle->pool, drop, found);
    *zone = found;
    return CT_OK;
}
