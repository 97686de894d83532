/* What differs between processors: time in instructions, and the stack. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* A counter of instructions: it counts each, or so many at once as the board's clock has it. */
void board_start_counter(void);
uint32_t board_counter(void);
/* Return how far the counter went since it was at before. */
uint32_t board_counted(uint32_t before);
/* Return how far it goes in BOARD_LOOP instructions. */
#define BOARD_LOOP 2000000u
uint32_t board_loop(void);

/* Return the caller's stack pointer. */
static inline uint32_t *board_stack_pointer(void)
{
    uint32_t *top;
#if defined(__riscv)
    __asm__ volatile("mv %0, sp" : "=r"(top));
#else
    __asm__ volatile("mov %0, sp" : "=r"(top));
#endif
    return top;
}

/* Fill what is free of the stack with a pattern, and return how much below top was overwritten. */
void board_paint_stack(void);
uint32_t board_stack_below(const uint32_t *top);

#endif
