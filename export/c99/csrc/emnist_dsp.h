/* Instructions of Armv7E-M and later for emnist_kernels.c: on two or four small numbers at once. */
#ifndef EMNIST_DSP_H
#define EMNIST_DSP_H

#include <stdint.h>

/* Return value x multiplier / 2^32, halves rounded up. */
static inline int32_t emnist_smmulr(int32_t value, int32_t multiplier)
{
    int32_t product;
    __asm__("smmulr %0, %1, %2" : "=r"(product) : "r"(value), "r"(multiplier));
    return product;
}

/* Return value / 2, rounded down, between -128 and 127. */
static inline int32_t emnist_ssat_half(int32_t value)
{
    int32_t half;
    __asm__("ssat %0, #8, %1, asr #1" : "=r"(half) : "r"(value) : "cc");
    return half;
}

/* Return the first and the third of four int8 as two int16. */
static inline uint32_t emnist_first_third(uint32_t four)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(four));
    return pair;
}

/* Return the second and the fourth of four int8 as two int16. */
static inline uint32_t emnist_second_fourth(uint32_t four)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(four));
    return pair;
}

/* Return sum and the products of both halves of two pairs of int16. */
static inline int32_t emnist_smlad(uint32_t pair, uint32_t other, int32_t sum)
{
    int32_t total;
    __asm__("smlad %0, %1, %2, %3" : "=r"(total) : "r"(pair), "r"(other), "r"(sum));
    return total;
}

/* Return sum and the product of the lower halves. */
static inline int32_t emnist_smlabb(uint32_t pair, uint32_t other, int32_t sum)
{
    int32_t total;
    __asm__("smlabb %0, %1, %2, %3" : "=r"(total) : "r"(pair), "r"(other), "r"(sum));
    return total;
}

/* Return sum and the product of the upper halves. */
static inline int32_t emnist_smlatt(uint32_t pair, uint32_t other, int32_t sum)
{
    int32_t total;
    __asm__("smlatt %0, %1, %2, %3" : "=r"(total) : "r"(pair), "r"(other), "r"(sum));
    return total;
}

#endif
