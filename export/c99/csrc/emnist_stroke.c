/* The width of strokes, and how it is brought to what EMNIST's pens have. See emnist_ink.h. */
#include <string.h>

#include "emnist_ink.h"

/* Distances are in 1/2^23 pixel, of which OpenCV keeps every 128th. */
#define ONE 8388608       /* 1 */
#define DIAGONAL 11744000 /* 1.4 */
#define KNIGHT 18428928   /* 2.1969 */

/* Widths are in 1/2^56 pixel, and results keep 53 binary digits, as 64-bit floats do. */
#define PIXEL ((int64_t)1 << 56)

/* Stroke width over long side: 5th, 50th and 95th percentile of EMNIST's images. */
#define STROKE_LOW 5260204364768739    /* 0.073 */
#define STROKE_MEDIAN 8574853690513424 /* 0.119 */
#define STROKE_HIGH 14699749183737298  /* 0.204 */

static uint32_t smaller(uint32_t first, uint32_t second)
{
    return first < second ? first : second;
}

/* Return the distance of at by its neighbours: before it in its row, in the next row, and the one
 * after that; these are the rows above, or those below with reverse -1. */
static uint32_t chamfer(uint32_t beside, const uint32_t *next, const uint32_t *second)
{
    uint32_t straight = smaller(beside, next[0]) + ONE;
    uint32_t diagonal = smaller(next[-1], next[1]) + DIAGONAL;
    uint32_t knight = smaller(smaller(next[-2], next[2]), smaller(second[-1], second[1]));
    return smaller(smaller(straight, diagonal), knight + KNIGHT);
}

/* Write distances of a row from what is above and to the left. Row and column of cells 2: ink. */
static void forward(const emnist_bits *bits, const emnist_box *box, int32_t y, uint32_t *row,
                    const uint32_t *above, const uint32_t *second)
{
    int32_t x, width = box->right - box->left;
    memset(row, 0, EMNIST_ACROSS * sizeof row[0]);
    for (x = 0; x < width; x++) {
        if (emnist_bit(bits, box->left + x, box->top + y)) {
            row[x + 2] = chamfer(row[x + 1], above + x + 2, second + x + 2);
        }
    }
}

/* Write final distances of a row: the smaller of forward ones and those from below and right. */
static void backward(int32_t width, const uint32_t *row, uint32_t *last, const uint32_t *below,
                     const uint32_t *second)
{
    int32_t x;
    memset(last, 0, EMNIST_ACROSS * sizeof last[0]);
    for (x = width + 1; x >= 2; x--) {
        if (row[x] != 0) {
            last[x] = smaller(row[x], chamfer(last[x + 1], below + x, second + x));
        }
    }
}

/* Add the distances on the ridge in a row: where no neighbour has a longer one. */
static void add_ridge(int32_t width, const uint32_t *above, const uint32_t *row,
                      const uint32_t *below, int64_t *total, int32_t *count)
{
    int32_t x, i;
    for (x = 2; x < width + 2; x++) {
        uint32_t value = row[x];
        int ridge = value != 0;
        for (i = -1; ridge && i <= 1; i++) {
            ridge = above[x + i] <= value && row[x + i] <= value && below[x + i] <= value;
        }
        if (ridge) {
            *total += value;
            *count += 1;
        }
    }
}

/* Return value, which is not negative, in 53 binary digits, halves to even. */
static int64_t rounded(int64_t value)
{
    int32_t bits = 0;
    while (value >> (bits + 53) != 0) {
        bits++;
    }
    return emnist_rounded(value, (int64_t)1 << bits) << bits;
}

/* Return the mean of count distances, of total 1/2^23 pixel: total * (1 / count), as OpenCV has it,
 * both in 53 binary digits. count <= 8192. */
static int64_t mean(int64_t total, int32_t count)
{
    uint32_t bits = 0, more;
    uint64_t divisor = (uint64_t)count, part, rest, low, high, middle;
    while (((uint64_t)1 << bits) < divisor) {
        bits++;
    }
    more = bits > 11 ? bits - 11 : 0; /* 1 / count = part / 2^(52 + bits) */
    part = ((uint64_t)1 << (52 + bits - more)) / divisor;
    rest = (((uint64_t)1 << (52 + bits - more)) % divisor) << more;
    part = (part << more) + rest / divisor;
    part += 2 * (rest % divisor) > divisor;
    low = (part & 0xFFFFFFFFu) * ((uint64_t)total & 0xFFFFFFFFu);
    middle = (part >> 32) * ((uint64_t)total & 0xFFFFFFFFu)
             + (part & 0xFFFFFFFFu) * ((uint64_t)total >> 32) + (low >> 32);
    high = (((part >> 32) * ((uint64_t)total >> 32) + (middle >> 32)) << 32)
           | (middle & 0xFFFFFFFFu);
    bits = 13 - bits;
    low = (low & 0xFFFFFFFFu) << bits; /* the mean is high and low, in 1/2^88 pixel */
    high = (high << bits) | (low >> 32) | ((low & 0xFFFFFFFFu) != 0);
    return rounded((int64_t)high);
}

/* Distances to the paper, as OpenCV's with a 5x5 mask, from above first and then from below. For
 * the way back, those from above are computed again, a block of rows at a time. */
int64_t emnist_stroke_width(const emnist_bits *bits, const emnist_box *box,
                            emnist_distances *work)
{
    int32_t width = box->right - box->left, height = box->bottom - box->top, y, block, i;
    int64_t total = 0;
    int32_t count = 0;
    uint32_t(*rows)[EMNIST_ACROSS] = work->block;
    memset(work, 0, sizeof *work);
    for (y = 0; y < height; y++) { /* rows[y % 3 ...] */
        if (y % EMNIST_BLOCK == 0) {
            memcpy(work->starts[y / EMNIST_BLOCK], rows, sizeof work->starts[0]);
        }
        forward(bits, box, y, rows[2], rows[1], rows[0]);
        memmove(rows[0], rows[1], 2 * sizeof rows[0]);
    }
    for (block = (height - 1) / EMNIST_BLOCK; block >= 0; block--) {
        int32_t first = block * EMNIST_BLOCK;
        int32_t many = height - first < EMNIST_BLOCK ? height - first : EMNIST_BLOCK;
        memcpy(rows, work->starts[block], sizeof work->starts[0]);
        for (i = 0; i < many; i++) {
            forward(bits, box, first + i, rows[i + 2], rows[i + 1], rows[i]);
        }
        for (i = many - 1; i >= 0; i--) {
            uint32_t *here;
            y = first + i;
            here = work->last[y % 3];
            backward(width, rows[i + 2], here, work->last[(y + 1) % 3], work->last[(y + 2) % 3]);
            if (y + 1 < height) {
                add_ridge(width, here, work->last[(y + 1) % 3], work->last[(y + 2) % 3], &total,
                          &count);
            }
        }
    }
    memset(work->last[2], 0, sizeof work->last[2]);
    add_ridge(width, work->last[2], work->last[0], work->last[1], &total, &count);
    return rounded(2 * mean(total, count) - PIXEL);
}

/* Return 4 words of a row, each pixel the one so many columns right of it; -32 < columns < 32. */
static void shift(const uint32_t row[4], int32_t columns, uint32_t moved[4])
{
    int32_t i;
    for (i = 0; i < 4; i++) {
        if (columns > 0) {
            moved[i] = (row[i] >> columns) | (i < 3 ? row[i + 1] << (32 - columns) : 0);
        } else if (columns < 0) {
            moved[i] = (row[i] << -columns) | (i > 0 ? row[i - 1] >> (32 + columns) : 0);
        } else {
            moved[i] = row[i];
        }
    }
}

/* Add to a row, or keep of it, what is under columns from to to of another. */
static void merge(const uint32_t row[4], int32_t from, int32_t to, int thicken, uint32_t made[4])
{
    int32_t columns, i;
    for (columns = from; columns <= to; columns++) {
        uint32_t moved[4];
        shift(row, columns, moved);
        for (i = 0; i < 4; i++) {
            made[i] = thicken ? made[i] | moved[i] : made[i] & moved[i];
        }
    }
}

/* Dilate, or erode, with OpenCV's ellipse of a diameter. */
static void morph(const emnist_bits *bits, int32_t diameter, int thicken, emnist_bits *made)
{
    int32_t radius = diameter / 2, i, y;
    if (!thicken) {
        memset(made, 0xFF, sizeof *made);
    }
    for (i = 0; i < diameter; i++) {
        int32_t down = i - radius, chord = 0, to;
        while (chord * (chord + 1) < radius * radius - down * down) {
            chord++;
        }
        to = chord > diameter - 1 - radius ? diameter - 1 - radius : chord;
        for (y = 0; y < EMNIST_ROOM; y++) {
            if (y + down >= 0 && y + down < EMNIST_ROOM) {
                merge(bits->rows[y + down], -chord, to, thicken, made->rows[y]);
            }
        }
    }
}

int emnist_normalize_stroke(const emnist_bits *bits, const emnist_box *box, int64_t stroke,
                            emnist_bits *made)
{
    int32_t width = box->right - box->left, height = box->bottom - box->top;
    int64_t side = width > height ? width : height, change, most;
    int thicken = stroke < rounded(STROKE_LOW * side);
    if (thicken) {
        change = rounded(rounded(STROKE_MEDIAN * side) - stroke);
    } else if (stroke > rounded(STROKE_HIGH * side)) {
        change = rounded(stroke - rounded(STROKE_HIGH * side));
        most = rounded(stroke / 3 | (stroke % 3 != 0)); /* never so far as to break a stroke */
        change = change < most ? change : most;
    } else {
        return 0;
    }
    morph(bits, (int32_t)emnist_rounded(change, PIXEL) + 1, thicken, made);
    return 1;
}
