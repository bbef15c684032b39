/*
 * ct_context_x86_64.c -- leaving one stack for another, by hand, for the
 * System V ABI of x86-64.
 *
 * A stack that was left holds, from where its context points:
 *
 *    0  mxcsr, 4 bytes; the x87's control word, 2 bytes; 2 unused
 *    8  r15, r14, r13, r12, rbx, rbp
 *   56  the address to go on at
 *
 * Everything else a caller does not expect to keep.  The unwinding rules say
 * the same, so that a debugger sees through a switch, and that nobody has
 * called the first function of a new stack: there a backtrace ends.
 *
 * A shadow stack (CET) would have to be switched too.  This object is compiled
 * without the mark that says it knows of them, so no process runs with one.
 */

#include "core/ct_config.h"

#include "event/ct_context.h"

#include <string.h>

/* In 8 bytes, as in the table above. */
enum {
    MODES = 0,
    R13 = 3, /* what entry hands on */
    R12 = 4, /* whom it calls */
    RBP = 6,
    GO_ON = 7,
    FRAME = 8,
};

/* Never called by name: the address that a new stack goes on at. */
void ct_context_entry(void);

/* clang-format off */
__asm__(
"       .text\n"
"       .p2align 4\n"
"       .globl  ct_context_switch\n"
"       .hidden ct_context_switch\n"
"       .type   ct_context_switch, @function\n"
"ct_context_switch:\n"
"       .cfi_startproc\n"
"       pushq   %rbp\n"
"       .cfi_adjust_cfa_offset 8\n"
"       .cfi_rel_offset %rbp, 0\n"
"       pushq   %rbx\n"
"       .cfi_adjust_cfa_offset 8\n"
"       .cfi_rel_offset %rbx, 0\n"
"       pushq   %r12\n"
"       .cfi_adjust_cfa_offset 8\n"
"       .cfi_rel_offset %r12, 0\n"
"       pushq   %r13\n"
"       .cfi_adjust_cfa_offset 8\n"
"       .cfi_rel_offset %r13, 0\n"
"       pushq   %r14\n"
"       .cfi_adjust_cfa_offset 8\n"
"       .cfi_rel_offset %r14, 0\n"
"       pushq   %r15\n"
"       .cfi_adjust_cfa_offset 8\n"
"       .cfi_rel_offset %r15, 0\n"
"       subq    $8, %rsp\n"
"       .cfi_adjust_cfa_offset 8\n"
"       stmxcsr (%rsp)\n"
"       fnstcw  4(%rsp)\n"

        /* Here we are somebody else, whose frame looks the same. */
"       movq    %rsp, (%rdi)\n"
"       movq    (%rsi), %rsp\n"

"       ldmxcsr (%rsp)\n"
"       fldcw   4(%rsp)\n"
"       addq    $8, %rsp\n"
"       .cfi_adjust_cfa_offset -8\n"
"       popq    %r15\n"
"       .cfi_adjust_cfa_offset -8\n"
"       .cfi_restore %r15\n"
"       popq    %r14\n"
"       .cfi_adjust_cfa_offset -8\n"
"       .cfi_restore %r14\n"
"       popq    %r13\n"
"       .cfi_adjust_cfa_offset -8\n"
"       .cfi_restore %r13\n"
"       popq    %r12\n"
"       .cfi_adjust_cfa_offset -8\n"
"       .cfi_restore %r12\n"
"       popq    %rbx\n"
"       .cfi_adjust_cfa_offset -8\n"
"       .cfi_restore %rbx\n"
"       popq    %rbp\n"
"       .cfi_adjust_cfa_offset -8\n"
"       .cfi_restore %rbp\n"
"       ret\n"
"       .cfi_endproc\n"
"       .size   ct_context_switch, . - ct_context_switch\n"

"       .p2align 4\n"
"       .globl  ct_context_entry\n"
"       .hidden ct_context_entry\n"
"       .type   ct_context_entry, @function\n"
"ct_context_entry:\n"
"       .cfi_startproc\n"
"       .cfi_undefined %rip\n"
"       movq    %r13, %rdi\n"
"       callq   *%r12\n"
"       ud2\n"
"       .cfi_endproc\n"
"       .size   ct_context_entry, . - ct_context_entry\n"
);
/* clang-format on */


void
ct_context_init(ct_context_t *context, void *low, size_t size, ct_context_fn fn,
                void *data)
{
    uint64_t *const frame = (void *) ((uint8_t *) low + size - FRAME * 8);
    uint32_t        mxcsr;
    uint16_t        x87;

    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(x87));
    memset(frame, 0, FRAME * sizeof(*frame));
    frame[MODES] = mxcsr | (uint64_t) x87 << 32;
    frame[R12] = (uintptr_t) fn;
    frame[R13] = (uintptr_t) data;
    frame[RBP] = 0; /* who walks frame pointers stops here */
    frame[GO_ON] = (uintptr_t) ct_context_entry;
    context->sp = frame;
}
