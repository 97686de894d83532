/* Weights of cubic interpolation. See emnist_ink.h. */
#include "emnist_ink.h"

/* A number of 24 binary digits, as a 32-bit float has: digits * 2^exponent. */
typedef struct {
    int64_t digits;
    int32_t exponent;
} number;

#define DIGITS 24

/* Return value with 24 digits, halves to even. */
static number rounded(number value)
{
    uint64_t size = (uint64_t)(value.digits < 0 ? -value.digits : value.digits);
    int32_t bits = 0;
    while (size >> (bits + DIGITS) != 0) {
        bits++;
    }
    if (bits > 0) {
        uint64_t rest = size & (((uint64_t)1 << bits) - 1), half = (uint64_t)1 << (bits - 1);
        size >>= bits;
        size += rest > half || (rest == half && (size & 1u) != 0);
    }
    while (size != 0 && size >> (DIGITS - 1) == 0) {
        size <<= 1;
        bits--;
    }
    value.digits = value.digits < 0 ? -(int64_t)size : (int64_t)size;
    value.exponent += bits;
    return value;
}

static number whole(int32_t quarters)
{
    number value;
    value.digits = quarters;
    value.exponent = -2;
    return rounded(value);
}

static number times(number first, number second)
{
    first.digits *= second.digits;
    first.exponent += second.exponent;
    return rounded(first);
}

static number plus(number first, number second)
{
    number low = first.exponent < second.exponent ? first : second;
    number high = first.exponent < second.exponent ? second : first;
    int32_t apart = high.exponent - low.exponent;
    if (high.digits == 0) {
        return low;
    }
    if (apart > 36 || low.digits == 0) {
        return high;
    }
    low.digits += high.digits * ((int64_t)1 << apart);
    return rounded(low);
}

static number less(number first, number second)
{
    second.digits = -second.digits;
    return plus(first, second);
}

/* Return part / all. */
static number ratio(int32_t part, int32_t all)
{
    number value;
    int64_t scaled = (int64_t)(part < 0 ? -part : part) << 40;
    value.digits = scaled / all * 2 + (scaled % all != 0); /* enough for rounding */
    value.digits = part < 0 ? -value.digits : value.digits;
    value.exponent = -41;
    return rounded(value);
}

/* Return the weight of a pixel at most one away: (1.25 away - 2.25) away^2 + 1. */
static number near_weight(number away)
{
    number value = less(times(whole(5), away), whole(9));
    return plus(times(times(value, away), away), whole(4));
}

/* Return the weight of a pixel one to two away: -0.75 (away^3 - 5 away^2 + 8 away - 4). */
static number far_weight(number away)
{
    number value = plus(times(whole(-3), away), whole(15));
    value = less(times(value, away), whole(24));
    return plus(times(value, away), whole(12));
}

/* Return the pixel before output pixel at, and how far past it that is, in 1/(2 to). */
static int32_t place(int32_t from, int32_t to, int32_t at, int32_t *past)
{
    int32_t unit = 2 * to, first = 0, way = (2 * at + 1) * from - to;
    while (way < 0) {
        way += unit;
        first--;
    }
    *past = way % unit;
    return first + way / unit;
}

int32_t emnist_cubic(int32_t from, int32_t to, int32_t at, int32_t weights[4])
{
    int32_t past, first = place(from, to, at, &past), i;
    int64_t unit = 2 * to, cube = unit * unit * unit;
    for (i = 0; i < 2; i++) { /* from the left, and from the right */
        int64_t near = i == 0 ? past : unit - past, far = near + unit;
        weights[3 * i] = (int32_t)(((15 * unit - 3 * far) * far - 24 * unit * unit) * far + 12 * cube);
        weights[1 + i] = (int32_t)((5 * near - 9 * unit) * near * near + 4 * cube);
    }
    return first;
}

int32_t emnist_short_cubic(int32_t from, int32_t to, int32_t at, int32_t weights[4])
{
    int32_t past, first = place(from, to, at, &past), i;
    number one = whole(4), position = ratio((2 * at + 1) * from - to, 2 * to);
    number way = less(position, whole(4 * first)), values[4];
    values[0] = far_weight(plus(way, one));
    values[1] = near_weight(way);
    values[2] = near_weight(less(one, way));
    values[3] = less(less(less(one, values[0]), values[1]), values[2]);
    for (i = 0; i < 4; i++) {
        int64_t size = values[i].digits < 0 ? -values[i].digits : values[i].digits;
        int32_t exponent = values[i].exponent + 11;
        size = exponent < -40 ? 0
               : exponent < 0 ? emnist_rounded(size, (int64_t)1 << -exponent)
                              : size << exponent;
        weights[i] = (int32_t)(values[i].digits < 0 ? -size : size);
    }
    return first;
}
