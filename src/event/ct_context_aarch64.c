/*
 * ct_context_aarch64.c -- leaving one stack for another, by hand, for the
 * procedure call standard of 64-bit ARM.
 *
 * A stack that was left holds, from where its context points:
 *
 *     0  d8 to d15
 *    64  x19 to x28
 *   144  x29, the frame pointer; x30, the address to go on at
 *   160  fpcr, the modes of floating point; 8 unused
 *
 * Everything else a caller does not expect to keep.  The unwinding rules say
 * the same, so that a debugger sees through a switch, and that nobody has
 * called the first function of a new stack: there a backtrace ends.
 *
 * A return is no landing pad's business (BTI), and x30 is not signed (PAC)
 * here: what is loaded is what this file has stored.
 */

#include "core/ct_config.h"

#include "event/ct_context.h"

#include <string.h>

/* In 8 bytes, as in the table above. */
enum {
    X19 = 8, /* whom entry calls */
    X20 = 9, /* what it hands on */
    X29 = 18,
    X30 = 19,
    FPCR = 20,
    FRAME = 22,
};

/* Never called by name: the address that a new stack goes on at. */
void ct_context_entry(void);

/* clang-format off */
__asm__(
"       .text\n"
"       .p2align 4\n"
"       .globl  ct_context_switch\n"
"       .hidden ct_context_switch\n"
"       .type   ct_context_switch, %function\n"
"ct_context_switch:\n"
"       .cfi_startproc\n"
"       sub     sp, sp, #176\n"
"       .cfi_adjust_cfa_offset 176\n"
"       stp     d8, d9, [sp, #0]\n"
"       stp     d10, d11, [sp, #16]\n"
"       stp     d12, d13, [sp, #32]\n"
"       stp     d14, d15, [sp, #48]\n"
"       stp     x19, x20, [sp, #64]\n"
"       stp     x21, x22, [sp, #80]\n"
"       stp     x23, x24, [sp, #96]\n"
"       stp     x25, x26, [sp, #112]\n"
"       stp     x27, x28, [sp, #128]\n"
"       stp     x29, x30, [sp, #144]\n"
"       .cfi_rel_offset x19, 64\n"
"       .cfi_rel_offset x20, 72\n"
"       .cfi_rel_offset x21, 80\n"
"       .cfi_rel_offset x22, 88\n"
"       .cfi_rel_offset x23, 96\n"
"       .cfi_rel_offset x24, 104\n"
"       .cfi_rel_offset x25, 112\n"
"       .cfi_rel_offset x26, 120\n"
"       .cfi_rel_offset x27, 128\n"
"       .cfi_rel_offset x28, 136\n"
"       .cfi_rel_offset x29, 144\n"
"       .cfi_rel_offset x30, 152\n"
"       mrs     x9, fpcr\n"
"       str     x9, [sp, #160]\n"

        /* Here we are somebody else, whose frame looks the same. */
"       mov     x9, sp\n"
"       str     x9, [x0]\n"
"       ldr     x9, [x1]\n"
"       mov     sp, x9\n"

"       ldr     x9, [sp, #160]\n"
"       msr     fpcr, x9\n"
"       ldp     d8, d9, [sp, #0]\n"
"       ldp     d10, d11, [sp, #16]\n"
"       ldp     d12, d13, [sp, #32]\n"
"       ldp     d14, d15, [sp, #48]\n"
"       ldp     x19, x20, [sp, #64]\n"
"       ldp     x21, x22, [sp, #80]\n"
"       ldp     x23, x24, [sp, #96]\n"
"       ldp     x25, x26, [sp, #112]\n"
"       ldp     x27, x28, [sp, #128]\n"
"       ldp     x29, x30, [sp, #144]\n"
"       .cfi_restore x19\n"
"       .cfi_restore x20\n"
"       .cfi_restore x21\n"
"       .cfi_restore x22\n"
"       .cfi_restore x23\n"
"       .cfi_restore x24\n"
"       .cfi_restore x25\n"
"       .cfi_restore x26\n"
"       .cfi_restore x27\n"
"       .cfi_restore x28\n"
"       .cfi_restore x29\n"
"       .cfi_restore x30\n"
"       add     sp, sp, #176\n"
"       .cfi_adjust_cfa_offset -176\n"
"       ret\n"
"       .cfi_endproc\n"
"       .size   ct_context_switch, . - ct_context_switch\n"

"       .p2align 4\n"
"       .globl  ct_context_entry\n"
"       .hidden ct_context_entry\n"
"       .type   ct_context_entry, %function\n"
"ct_context_entry:\n"
"       .cfi_startproc\n"
"       .cfi_undefined x30\n"
"       mov     x0, x20\n"
"       blr     x19\n"
"       brk     #0\n"
"       .cfi_endproc\n"
"       .size   ct_context_entry, . - ct_context_entry\n"
);
/* clang-format on */


void
ct_context_init(ct_context_t *context, void *low, size_t size, ct_context_fn fn,
                void *data)
{
    uint64_t *const frame = (void *) ((uint8_t *) low + size - FRAME * 8);
    uint64_t        fpcr;

    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    memset(frame, 0, FRAME * sizeof(*frame));
    frame[X19] = (uintptr_t) fn;
    frame[X20] = (uintptr_t) data;
    frame[X29] = 0; /* who walks frame pointers stops here */
    frame[X30] = (uintptr_t) ct_context_entry;
    frame[FPCR] = fpcr;
    context->sp = frame;
}
