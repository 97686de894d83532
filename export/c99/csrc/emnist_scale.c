/* Ink to the working size: cubic where it is smaller, areas where it is larger. See emnist_ink.h. */
#include <string.h>

#include "emnist_ink.h"

/* Return side * 100 / longest, rounded as Python's round(side * (100 / longest)), at least 1.
 *
 * In doubles, halves may come out a little higher. Then 100 / longest, in 53 bits, tells. */
static int32_t working_side(int32_t side, int32_t longest)
{
    int32_t low = side * EMNIST_WORK / longest;
    int32_t rest = 2 * (side * EMNIST_WORK - low * longest);
    if (rest == longest && (low & 1) == 0) {
        uint32_t bits = 0, length = 0;
        uint64_t ratio, product, half;
        while (((uint64_t)EMNIST_WORK << bits) / (uint64_t)longest < ((uint64_t)1 << 52)) {
            bits++;
        }
        ratio = ((uint64_t)EMNIST_WORK << bits) / (uint64_t)longest;
        rest = (int32_t)(((uint64_t)EMNIST_WORK << bits) - ratio * (uint64_t)longest);
        ratio += 2 * rest >= longest;
        product = ratio * (uint64_t)side;
        half = (uint64_t)(2 * low + 1) << (bits - 1);
        while (length < 64 && (product >> length) != 0) {
            length++;
        }
        low += product > half + (length > 53 ? (uint64_t)1 << (length - 54) : 0);
    } else {
        low += rest >= longest;
    }
    return low < 1 ? 1 : low;
}

static void working_size(int32_t width, int32_t height, int32_t size[2])
{
    int32_t longest = width > height ? width : height;
    size[0] = working_side(width, longest);
    size[1] = working_side(height, longest);
}

static int32_t inside(int32_t at, int32_t count)
{
    return at < 0 ? 0 : at >= count ? count - 1 : at;
}

/* Apply the weights of columns to a row of the crop. */
static void enlarge_row(const emnist_crop *crop, int32_t y, int32_t width, int32_t columns,
                        const emnist_enlarging *work, int64_t *row)
{
    int32_t x, i;
    for (x = 0; x < columns; x++) {
        const int32_t *weights = work->weights[x];
        int64_t sum = 0;
        for (i = 0; i < 4; i++) {
            int32_t value = emnist_ink_at(crop, inside(work->first[x] - 1 + i, width), y);
            sum += (int64_t)weights[i] * value;
        }
        row[x] = sum;
    }
}

void emnist_enlarge(const emnist_crop *crop, int32_t width, int32_t height, emnist_enlarging *work,
                    emnist_bits *bits, int32_t size[2])
{
    int64_t half;
    int32_t x, y, i, done = -1; /* rows of the crop up to this one were applied */
    working_size(width, height, size);
    half = 255 * EMNIST_CUBIC_UNIT(size[0]) * EMNIST_CUBIC_UNIT(size[1]);
    half -= half >> EMNIST_HALF_DIGITS;
    for (x = 0; x < size[0]; x++) {
        work->first[x] = (int16_t)emnist_cubic(width, size[0], x, work->weights[x]);
    }
    for (y = 0; y < size[1]; y++) {
        int32_t weights[4], first = emnist_cubic(height, size[1], y, weights);
        const int64_t *rows[4];
        while (done < inside(first + 2, height)) {
            done++;
            enlarge_row(crop, done, width, size[0], work, work->rows[done & 3]);
        }
        for (i = 0; i < 4; i++) {
            rows[i] = work->rows[inside(first - 1 + i, height) & 3];
        }
        for (x = 0; x < size[0]; x++) {
            int64_t sum = rows[1][x];
            if (rows[0][x] == sum && rows[2][x] == sum && rows[3][x] == sum) {
                sum *= weights[0] + weights[1] + weights[2] + weights[3]; /* most of a picture */
            } else {
                sum = rows[0][x] * weights[0] + rows[1][x] * weights[1] + rows[2][x] * weights[2]
                      + rows[3][x] * weights[3];
            }
            if (2 * sum > half) {
                emnist_set(bits, EMNIST_MARGIN + x, EMNIST_MARGIN + y);
            }
        }
    }
}

void emnist_area_row(const uint8_t *row, const uint8_t *levels, int32_t count, uint32_t *cells,
                     int32_t cells_count)
{
    int32_t x, cell = 0, room = count; /* what the cell still takes, of count */
    memset(cells, 0, (size_t)cells_count * sizeof cells[0]);
    for (x = 0; x < count; x++) {
        uint32_t value = levels != 0 ? levels[row[x]] : row[x];
        int32_t rest = cells_count - room; /* what the next cell gets of the pixel */
        if (rest < 0) {
            cells[cell] += value * (uint32_t)cells_count;
            room = -rest;
        } else {
            cells[cell] += value * (uint32_t)room;
            cell++;
            if (rest > 0) {
                cells[cell] += value * (uint32_t)rest;
            }
            room = count - rest;
        }
    }
}

/* Write row y of the ink, every pixel of it spread over a square of so many pixels. */
static const uint8_t *widened_row(const emnist_crop *crop, int32_t width, int32_t height, int32_t y,
                                  int32_t square, emnist_shrinking *work)
{
    int32_t before = square / 2, after = square - 1 - before, x, at, count = 0;
    memset(work->inked, 0, (size_t)width);
    for (at = inside(y - before, height); at <= inside(y + after, height); at++) {
        for (x = 0; x < width; x++) {
            work->inked[x] |= (uint8_t)(emnist_ink_at(crop, x, at) >> 7);
        }
    }
    for (x = -after; x < width; x++) {
        count += x + after < width ? work->inked[x + after] : 0;
        if (x >= 0) {
            work->widened[x] = count > 0 ? 255 : 0;
            count -= x - before >= 0 ? work->inked[x - before] : 0;
        }
    }
    return work->widened;
}

/* Scale down, and set what is at least half covered; return whether there is any.
 * square: as for widened_row, or 0 for the crop as it is. */
static int shrink(const emnist_crop *crop, const int32_t from[2], const int32_t size[2],
                  int32_t square, emnist_shrinking *work, emnist_bits *bits)
{
    uint32_t half = 255u * (uint32_t)from[0] * (uint32_t)from[1];
    int32_t x, y, row = 0, room = from[1];
    int found = 0;
    half -= half >> EMNIST_HALF_DIGITS;
    memset(work->sums, 0, sizeof work->sums);
    for (y = 0; y < from[1]; y++) {
        const uint8_t *pixels = crop->pixels + y * crop->stride, *levels = crop->levels;
        int32_t rest = size[1] - room, here = rest < 0 ? size[1] : room;
        if (square > 0) {
            pixels = widened_row(crop, from[0], from[1], y, square, work);
            levels = 0;
        }
        emnist_area_row(pixels, levels, from[0], work->cells, size[0]);
        for (x = 0; x < size[0]; x++) {
            work->sums[x] += work->cells[x] * (uint32_t)here;
        }
        room -= here;
        if (rest < 0) {
            continue;
        }
        for (x = 0; x < size[0]; x++) {
            if (2 * work->sums[x] > half) {
                emnist_set(bits, EMNIST_MARGIN + x, EMNIST_MARGIN + row);
                found = 1;
            }
            work->sums[x] = work->cells[x] * (uint32_t)rest;
        }
        row++;
        room = from[1] - rest;
    }
    return found;
}

void emnist_shrink(const emnist_crop *crop, int32_t width, int32_t height, emnist_shrinking *work,
                   emnist_bits *bits, int32_t size[2])
{
    int32_t from[2], longest = width > height ? width : height;
    from[0] = width;
    from[1] = height;
    working_size(width, height, size);
    if (!shrink(crop, from, size, 0, work, bits)) { /* lines as thin as these would be lost */
        (void)shrink(crop, from, size, (int32_t)emnist_rounded(2 * longest, EMNIST_WORK), work, bits);
    }
}
