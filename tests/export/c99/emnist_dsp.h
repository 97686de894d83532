/* The instructions of export/c99/csrc/emnist_dsp.h in C, so that what uses them runs anywhere. */
#ifndef EMNIST_DSP_H
#define EMNIST_DSP_H

#include <stdint.h>

static inline int32_t emnist_smmulr(int32_t value, int32_t multiplier)
{
    return (int32_t)(((int64_t)value * multiplier + ((int64_t)1 << 31)) >> 32);
}

static inline int32_t emnist_ssat_half(int32_t value)
{
    int32_t half = value >> 1;
    return half < -128 ? -128 : half > 127 ? 127 : half;
}

static inline uint32_t extended(uint32_t four)
{
    uint32_t low = (uint32_t)(int32_t)(int8_t)(four & 0xFFu) & 0xFFFFu;
    uint32_t high = (uint32_t)(int32_t)(int8_t)((four >> 16) & 0xFFu) & 0xFFFFu;
    return low | (high << 16);
}

static inline uint32_t emnist_first_third(uint32_t four)
{
    return extended(four);
}

static inline uint32_t emnist_second_fourth(uint32_t four)
{
    return extended((four >> 8) | (four << 24));
}

static inline int32_t emnist_smlabb(uint32_t pair, uint32_t other, int32_t sum)
{
    return sum + (int16_t)(pair & 0xFFFFu) * (int16_t)(other & 0xFFFFu);
}

static inline int32_t emnist_smlatt(uint32_t pair, uint32_t other, int32_t sum)
{
    return sum + (int16_t)(pair >> 16) * (int16_t)(other >> 16);
}

static inline int32_t emnist_smlad(uint32_t pair, uint32_t other, int32_t sum)
{
    return emnist_smlatt(pair, other, emnist_smlabb(pair, other, sum));
}

#endif
