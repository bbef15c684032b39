/*
 * ct_ring.c -- setting up an io_uring, and entering it.
 */

#define _GNU_SOURCE

#include "ct_ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CQ_PER_SQ 4


static void *
map(int fd, size_t len, off_t at)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_POPULATE, fd, at);

    return memory == MAP_FAILED ? NULL : memory;
}


/* Every slot of the queue names the entry of the same number, for good. */
static bool
map_rings(ct_ring_t *ring, const struct io_uring_params *params)
{
    const size_t sq_len =
        params->sq_off.array + params->sq_entries * sizeof(unsigned);
    const size_t cq_len =
        params->cq_off.cqes + params->cq_entries * sizeof(*ring->cqes);
    uint8_t *rings =
        map(ring->fd, sq_len > cq_len ? sq_len : cq_len, IORING_OFF_SQ_RING);
    unsigned *array;
    unsigned  i;

    ring->sqes = map(ring->fd, params->sq_entries * sizeof(*ring->sqes),
                     IORING_OFF_SQES);
    if (rings == NULL || ring->sqes == NULL) {
        return false;
    }
    ring->sq_size = params->sq_entries;
    ring->shared_sq_tail = (unsigned *) (rings + params->sq_off.tail);
    ring->shared_cq_head = (unsigned *) (rings + params->cq_off.head);
    ring->shared_cq_tail = (unsigned *) (rings + params->cq_off.tail);
    ring->cq_mask = params->cq_entries - 1;
    ring->cqes = (struct io_uring_cqe *) (rings + params->cq_off.cqes);
    array = (unsigned *) (rings + params->sq_off.array);
    for (i = 0; i < params->sq_entries; i++) {
        array[i] = i;
    }
    return true;
}


int
ct_ring_register(const ct_ring_t *ring, unsigned what, const void *argument,
                 unsigned n)
{
    return (int) syscall(SYS_io_uring_register, ring->fd, what, argument, n);
}


/* A registered ring is found without the table of descriptors. */
static void
register_itself(ct_ring_t *ring)
{
    struct io_uring_rsrc_update update = { .offset = UINT32_MAX,
                                           .data = (uint64_t) ring->fd };

    if (ct_ring_register(ring, IORING_REGISTER_RING_FDS, &update, 1) == 1) {
        ring->enter_fd = (int) update.offset;
        ring->enter_flags = IORING_ENTER_REGISTERED_RING;
    }
}


bool
ct_ring_open(ct_ring_t *ring, unsigned sq_size, unsigned setup)
{
    struct io_uring_params params = {
        .flags = setup | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL,
        .cq_entries = CQ_PER_SQ * sq_size,
    };

    *ring = (ct_ring_t){
        .fd = (int) syscall(SYS_io_uring_setup, sq_size, &params),
    };
    if (ring->fd < 0) {
        return false;
    }
    if (!(params.features & IORING_FEAT_SINGLE_MMAP)) {
        errno = ENOSYS;
        return false;
    }
    ring->enter_fd = ring->fd;
    register_itself(ring);
    return map_rings(ring, &params);
}


void
ct_ring_enter(ct_ring_t *ring, unsigned wait)
{
    unsigned flags = ring->enter_flags;
    long     n;

    if (wait > 0) {
        flags |= IORING_ENTER_GETEVENTS;
    }
    __atomic_store_n(ring->shared_sq_tail, ring->sq_tail, __ATOMIC_RELEASE);
    do {
        n = syscall(SYS_io_uring_enter, ring->enter_fd,
                    ring->sq_tail - ring->sq_told, wait, flags, NULL, 0);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            perror("io_uring_enter");
            exit(1);
        }
        if (n > 0) {
            ring->sq_told += (unsigned) n;
        }
    } while (ring->sq_told != ring->sq_tail);
}


struct io_uring_sqe *
ct_ring_sqe(ct_ring_t *ring)
{
    struct io_uring_sqe *sqe;

    if (ring->sq_tail - ring->sq_told == ring->sq_size) {
        ct_ring_enter(ring, 0);
    }
    sqe = &ring->sqes[ring->sq_tail++ & (ring->sq_size - 1)];
    memset(sqe, 0, sizeof(*sqe));
    return sqe;
}


void
ct_ring_buffer_give(ct_ring_buffers_t *buffers, unsigned id)
{
    struct io_uring_buf *buf =
        &buffers->ring->bufs[buffers->tail & (buffers->n - 1)];

    buf->addr = (uint64_t) (uintptr_t) ct_ring_buffer(buffers, id);
    buf->len = buffers->size;
    buf->bid = (uint16_t) id;
    buffers->tail++;
    __atomic_store_n(&buffers->ring->tail, buffers->tail, __ATOMIC_RELEASE);
}


bool
ct_ring_buffers_open(ct_ring_buffers_t *buffers, const ct_ring_t *ring,
                     unsigned n, unsigned size)
{
    const size_t ring_len = n * sizeof(struct io_uring_buf);
    uint8_t     *memory =
        mmap(NULL, ring_len + (size_t) n * size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    struct io_uring_buf_reg group = {
        .ring_addr = (uint64_t) (uintptr_t) memory,
        .ring_entries = n,
    };
    unsigned i;

    if (memory == MAP_FAILED
        || ct_ring_register(ring, IORING_REGISTER_PBUF_RING, &group, 1) < 0) {
        return false;
    }
    *buffers = (ct_ring_buffers_t){
        .ring = (struct io_uring_buf_ring *) memory,
        .bytes = memory + ring_len,
        .n = n,
        .size = size,
    };
    for (i = 0; i < n; i++) {
        ct_ring_buffer_give(buffers, i);
    }
    return true;
}
