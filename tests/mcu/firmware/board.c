/* Start-up, counters and the stack, on Cortex-M and on RISC-V. */
#include "board.h"

#include <stddef.h>
#include <string.h>

int main(void);
void board_reset(void);

extern uint8_t board_data_source[], board_data[], board_data_end[], board_bss[], board_bss_end[];
extern uint32_t board_stack_low[], board_stack_top[];

#define PAINT 0xA5A5A5A5u

void board_reset(void)
{
#if defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* the coprocessors of vectors are on */
    __asm__ volatile("dsb\nisb");
#endif
    memcpy(board_data, board_data_source, (size_t)(board_data_end - board_data));
    memset(board_bss, 0, (size_t)(board_bss_end - board_bss));
    (void)main();
    for (;;) {
    }
}

#if defined(__riscv)

__asm__(".section .start, \"ax\"\n"
        ".globl board_start\n"
        "board_start:\n"
        "la sp, board_stack_top\n"
        "j board_reset\n"
        ".text\n");

void board_start_counter(void)
{
}

uint32_t board_counter(void)
{
    uint32_t count;
    __asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, minstret\n.option pop" : "=r"(count));
    return count;
}

uint32_t board_counted(uint32_t before)
{
    return board_counter() - before;
}

#else

/* The table of vectors; only the first two are needed. */
__attribute__((section(".start"), used)) static const struct {
    uint32_t *stack;
    void (*reset)(void);
    void (*others[14])(void);
} vectors = {board_stack_top, board_reset, {0}};

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018u)

/* The system timer counts 24 bits down, with the emulated clock. */
void board_start_counter(void)
{
    SYSTICK_RELOAD = 0xFFFFFFu;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = 5;
}

uint32_t board_counter(void)
{
    return SYSTICK_VALUE;
}

uint32_t board_counted(uint32_t before)
{
    return (before - SYSTICK_VALUE) & 0xFFFFFFu;
}

#endif

uint32_t board_loop(void)
{
    uint32_t rounds = BOARD_LOOP / 2;
    uint32_t before = board_counter();
#if defined(__riscv)
    __asm__ volatile("1: addi %0, %0, -1\nbnez %0, 1b" : "+r"(rounds));
#else
    __asm__ volatile(".syntax unified\n1: subs %0, %0, #1\nbne 1b" : "+l"(rounds) : : "cc");
#endif
    return board_counted(before);
}

void board_paint_stack(void)
{
    uint32_t *end = board_stack_pointer() - 16; /* what this function works in */
    for (uint32_t *word = board_stack_low; word < end; word++) {
        *word = PAINT;
    }
}

uint32_t board_stack_below(const uint32_t *top)
{
    const uint32_t *word = board_stack_low;
    while (word < top && *word == PAINT) {
        word++;
    }
    return (uint32_t)(top - word) * (uint32_t)sizeof *word;
}
