/*
 * ct_ring.h -- io_uring by its system calls, as much of it as the bench needs.
 *
 * One thread, no library.  Numbers that came to the kernel after Linux 6.1
 * are not used, so that headers of that age do.
 */

#ifndef CT_RING_H
#define CT_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * sqes[sq_told .. sq_tail) are prepared and not yet submitted; indices are
 * masked on use.  `enter_fd` is the registered number of the descriptor `fd`,
 * where `enter_flags` say so.
 */
typedef struct {
    int                  fd;
    int                  enter_fd;
    unsigned             enter_flags;
    unsigned             sq_size;
    unsigned             sq_tail;
    unsigned             sq_told;
    unsigned            *shared_sq_tail;
    unsigned            *shared_cq_head;
    unsigned            *shared_cq_tail;
    unsigned             cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
} ct_ring_t;

/* Buffers that the kernel chooses from; each has `size` bytes. */
typedef struct {
    struct io_uring_buf_ring *ring;
    uint8_t                  *bytes;
    unsigned                  n; /* a power of two */
    unsigned                  size;
    uint16_t                  tail;
} ct_ring_buffers_t;

/*
 * Makes a ring with room for `sq_size` submissions and four times as many
 * completions; `setup` are flags of io_uring_setup(2).  False with errno where
 * the kernel refuses.
 */
bool ct_ring_open(ct_ring_t *ring, unsigned sq_size, unsigned setup);

/* The next submission, zeroed.  Where there is no room, it makes some. */
struct io_uring_sqe *ct_ring_sqe(ct_ring_t *ring);

/* Submits what is prepared and waits for `wait` completions; ends on errors. */
void ct_ring_enter(ct_ring_t *ring, unsigned wait);

/* io_uring_register(2) for this ring; what it gives. */
int ct_ring_register(const ct_ring_t *ring, unsigned what, const void *argument,
                     unsigned n);

/* Makes the buffers and gives all of them to the kernel as group 0. */
bool ct_ring_buffers_open(ct_ring_buffers_t *buffers, const ct_ring_t *ring,
                          unsigned n, unsigned size);

static inline uint8_t *
ct_ring_buffer(const ct_ring_buffers_t *buffers, unsigned id)
{
    return buffers->bytes + (size_t) id * buffers->size;
}

/* Gives a buffer back. */
void ct_ring_buffer_give(ct_ring_buffers_t *buffers, unsigned id);

/* The completion at `head`, or NULL when there is none. */
static inline const struct io_uring_cqe *
ct_ring_cqe(const ct_ring_t *ring, unsigned head)
{
    if (head == __atomic_load_n(ring->shared_cq_tail, __ATOMIC_ACQUIRE)) {
        return NULL;
    }
    return &ring->cqes[head & ring->cq_mask];
}

/* Completions before `head` are done with. */
static inline void
ct_ring_seen(ct_ring_t *ring, unsigned head)
{
    __atomic_store_n(ring->shared_cq_head, head, __ATOMIC_RELEASE);
}

#endif
