/* Any crop of ink -> the 28x28 glyph that networks were trained on. See emnist_glyph.h. */
#include "emnist_glyph.h"

#include <string.h>

#include "emnist_ink.h"

/* Long side of the ink's box in the finished glyph. */
#define INK_SIDE 23
/* Ink that is blurred counts from here on, or from its darkest pixel on. */
#define LEVEL 64
/* A square around ink at most: the room, and 5/46 of it on each side. */
#define SQUARE 148

/* The blur with sigma 1, in 1/256, and how far it reaches. */
static const uint8_t blur_weights[7] = {1, 14, 62, 102, 62, 14, 1};
#define REACH 3

typedef struct {
    uint32_t cells[EMNIST_SIDE], sums[EMNIST_SIDE];
    uint8_t row[SQUARE];
    uint8_t square[EMNIST_SIDE * EMNIST_SIDE];
} fitting;

/* Memory of a call. Steps that follow each other use the same. */
typedef struct {
    emnist_bits ink;
    union {
        emnist_bits morphed;
        uint16_t blurred_rows[8][EMNIST_ROOM];
        fitting fit;
    } second;
    union {
        emnist_enlarging enlarging;
        emnist_shrinking shrinking;
        emnist_distances distances;
        uint8_t blurred[EMNIST_ROOM][EMNIST_ROOM];
    } third;
} memory;

/* EMNIST_GLYPH_ARENA_SIZE is the size of memory. */
typedef char emnist_arena_is_large_enough[sizeof(memory) <= EMNIST_GLYPH_ARENA_SIZE ? 1 : -1];

/* Find the box of pixels of at least level; return whether there is any. */
static int find_box(const emnist_crop *crop, int32_t width, int32_t height, uint8_t level,
                    emnist_box *box)
{
    int32_t x, y;
    box->left = width;
    box->right = 0;
    box->top = box->bottom = 0;
    for (y = 0; y < height; y++) {
        int found = 0;
        for (x = 0; x < width; x++) {
            if (emnist_ink_at(crop, x, y) >= level) {
                box->left = x < box->left ? x : box->left;
                box->right = x >= box->right ? x + 1 : box->right;
                found = 1;
            }
        }
        if (found) {
            box->top = box->right > 0 && box->bottom == 0 ? y : box->top;
            box->bottom = y + 1;
        }
    }
    return box->bottom > 0;
}

/* Find the box of the ink among size pixels from (MARGIN, MARGIN), and move it there. */
static void cut_to_ink(emnist_bits *bits, const int32_t size[2], emnist_box *box)
{
    int32_t x, y, right = 0, bottom = 0, left = size[0], top = size[1];
    for (y = 0; y < size[1]; y++) {
        for (x = 0; x < size[0]; x++) {
            if (emnist_bit(bits, EMNIST_MARGIN + x, EMNIST_MARGIN + y)) {
                left = x < left ? x : left;
                right = x >= right ? x + 1 : right;
                top = y < top ? y : top;
                bottom = y + 1;
            }
        }
    }
    for (y = 0; y < bottom && left + top > 0; y++) {
        for (x = 0; x < right; x++) {
            int32_t at = EMNIST_MARGIN + x;
            int inked = x + left < right && y + top < bottom
                        && emnist_bit(bits, at + left, EMNIST_MARGIN + y + top);
            bits->rows[EMNIST_MARGIN + y][at >> 5] &= ~((uint32_t)1 << (at & 31));
            if (inked) {
                emnist_set(bits, at, EMNIST_MARGIN + y);
            }
        }
    }
    box->left = box->top = EMNIST_MARGIN;
    box->right = EMNIST_MARGIN + right - left;
    box->bottom = EMNIST_MARGIN + bottom - top;
}

/* Find the columns from which and before which the blur of ink may be seen; none: 0 and 0. */
static void find_columns(const emnist_bits *bits, int32_t *from, int32_t *to)
{
    uint32_t any[4] = {0, 0, 0, 0};
    int32_t x, y, i;
    for (y = 0; y < EMNIST_ROOM; y++) {
        for (i = 0; i < 4; i++) {
            any[i] |= bits->rows[y][i];
        }
    }
    *from = EMNIST_ROOM;
    *to = 0;
    for (x = 0; x < EMNIST_ROOM; x++) {
        if ((any[x >> 5] >> (x & 31)) & 1u) {
            *from = x - REACH < *from ? x - REACH : *from;
            *to = x + REACH + 1;
        }
    }
    *from = *from < 0 ? 0 : *from;
    *to = *to > EMNIST_ROOM ? EMNIST_ROOM : *to;
}

/* Write the sums over 7 columns of a row, times their weights; outside there is none. */
static void blur_row(const uint32_t bits[4], int32_t from, int32_t to, uint16_t row[EMNIST_ROOM])
{
    uint32_t seen = 0; /* bit i: the pixel at x + i - REACH */
    int32_t x, i;
    for (x = from - 2 * REACH; x < to; x++) {
        int32_t next = x + REACH;
        uint32_t total = 0, left;
        seen >>= 1;
        if (next >= 0 && next < EMNIST_ROOM) {
            seen |= ((bits[next >> 5] >> (next & 31)) & 1u) << (2 * REACH);
        }
        if (x < from) {
            continue;
        }
        for (left = seen, i = 0; left != 0; left >>= 1, i++) {
            total += (left & 1u) * blur_weights[i];
        }
        row[x] = (uint16_t)total;
    }
}

/* Blur ink; return the darkest value. */
static uint8_t blur(const emnist_bits *bits, uint16_t rows[8][EMNIST_ROOM],
                    uint8_t blurred[EMNIST_ROOM][EMNIST_ROOM])
{
    int32_t x, y, i, from, to;
    uint8_t darkest = 0;
    find_columns(bits, &from, &to);
    memset(rows, 0, 8 * sizeof rows[0]);
    memset(blurred, 0, EMNIST_ROOM * sizeof blurred[0]);
    for (y = 0; y < EMNIST_ROOM + REACH; y++) {
        if (y < EMNIST_ROOM) {
            blur_row(bits->rows[y], from, to, rows[y & 7]);
        } else {
            memset(rows[y & 7], 0, sizeof rows[0]);
        }
        for (x = from; y >= REACH && x < to; x++) {
            uint32_t total = 0;
            uint8_t value;
            for (i = 0; i < 7; i++) {
                total += (uint32_t)rows[(y - 6 + i) & 7][x] * blur_weights[i];
            }
            value = (uint8_t)((total * 255u + 32768u) >> 16);
            blurred[y - REACH][x] = value;
            darkest = value > darkest ? value : darkest;
        }
    }
    return darkest;
}

/* Where ink goes: box of it, in the middle of a square. */
typedef struct {
    emnist_crop crop;
    emnist_box box;
    int32_t side, left, top;
} placement;

/* Write a row of the square; return it. */
static const uint8_t *square_row(const placement *placed, int32_t y, uint8_t *row)
{
    int32_t at = y - placed->top + placed->box.top;
    memset(row, 0, (size_t)placed->side);
    if (at >= placed->box.top && at < placed->box.bottom) {
        memcpy(row + placed->left, placed->crop.pixels + at * placed->crop.stride + placed->box.left,
               (size_t)(placed->box.right - placed->box.left));
    }
    return row;
}

/* Scale the square down to the glyph by areas. Halves go to even numbers, in 2x2 areas up. */
static void shrink_square(const placement *placed, fitting *fit, uint8_t *glyph)
{
    int32_t area = placed->side * placed->side, x, y, room = placed->side;
    memset(fit->sums, 0, sizeof fit->sums);
    for (y = 0; y < placed->side; y++) {
        int32_t rest = EMNIST_SIDE - room, here = rest < 0 ? EMNIST_SIDE : room;
        emnist_area_row(square_row(placed, y, fit->row), 0, placed->side, fit->cells, EMNIST_SIDE);
        for (x = 0; x < EMNIST_SIDE; x++) {
            fit->sums[x] += fit->cells[x] * (uint32_t)here;
        }
        room -= here;
        if (rest < 0) {
            continue;
        }
        for (x = 0; x < EMNIST_SIDE; x++) {
            int32_t total = (int32_t)fit->sums[x];
            *glyph = (uint8_t)(placed->side == 2 * EMNIST_SIDE
                                   ? (total + area / 2) / area
                                   : (int32_t)emnist_rounded(total, area));
            glyph++;
            fit->sums[x] = fit->cells[x] * (uint32_t)rest;
        }
        room = placed->side - rest;
    }
}

/* Return the pixel before output pixel at, and how much of the next is in it, in 1/2048. */
static int32_t linear(int32_t side, int32_t at, int32_t *next)
{
    int32_t first = at * side / EMNIST_SIDE;
    int32_t past = (at + 1) * side - (first + 1) * EMNIST_SIDE; /* in 1/side */
    *next = past > 0 && first < side - 1 ? (int32_t)emnist_rounded((int64_t)past * 2048, side) : 0;
    return first;
}

/* Scale a square of fewer pixels than a glyph up, as OpenCV's areas do: linear, in 11 bits. */
static void enlarge_square(const placement *placed, fitting *fit, uint8_t *glyph)
{
    int32_t x, y, side = placed->side;
    for (y = 0; y < side; y++) {
        (void)square_row(placed, y, fit->square + y * side);
    }
    for (y = 0; y < EMNIST_SIDE; y++) {
        int32_t below, row = linear(side, y, &below);
        const uint8_t *upper = fit->square + row * side;
        const uint8_t *lower = row + 1 < side ? upper + side : upper;
        for (x = 0; x < EMNIST_SIDE; x++) {
            int32_t right, column = linear(side, x, &right);
            int32_t other = column + 1 < side ? column + 1 : column;
            int32_t high = upper[column] * (2048 - right) + upper[other] * right;
            int32_t low = lower[column] * (2048 - right) + lower[other] * right;
            *glyph = (uint8_t)(((((2048 - below) * (high >> 4)) >> 16)
                                + ((below * (low >> 4)) >> 16) + 2)
                               >> 2);
            glyph++;
        }
    }
}

/* Return value * 255 / darkest, the quotient and the product each in 24 binary digits. */
static uint8_t stretched(uint8_t value, uint8_t darkest)
{
    int64_t ratio, product;
    int32_t bits = 23, unit = 0;
    while ((int32_t)darkest << (unit + 1) <= 255) {
        unit++;
    }
    bits -= unit;
    ratio = emnist_rounded((int64_t)255 << bits, darkest);
    product = ratio * value;
    unit = 0;
    while (product >> (unit + 24) != 0) {
        unit++;
    }
    product = emnist_rounded(product, (int64_t)1 << unit) << unit;
    return (uint8_t)emnist_rounded(product, (int64_t)1 << bits);
}

/* Centre the box of the ink in a square with EMNIST's border, scale and stretch it. */
static void fit_glyph(uint8_t darkest, memory *work, uint8_t glyph[EMNIST_PIXELS])
{
    placement placed;
    int32_t width, height, pad, i;
    placed.crop.pixels = work->third.blurred[0];
    placed.crop.stride = EMNIST_ROOM;
    placed.crop.levels = 0;
    (void)find_box(&placed.crop, EMNIST_ROOM, EMNIST_ROOM, darkest < LEVEL ? darkest : LEVEL,
                   &placed.box);
    width = placed.box.right - placed.box.left;
    height = placed.box.bottom - placed.box.top;
    placed.side = width > height ? width : height;
    pad = (int32_t)emnist_rounded(placed.side * (EMNIST_SIDE - INK_SIDE), 2 * INK_SIDE);
    placed.side += 2 * pad;
    placed.left = (placed.side - width) / 2;
    placed.top = (placed.side - height) / 2;
    if (placed.side < EMNIST_SIDE) {
        enlarge_square(&placed, &work->second.fit, glyph);
    } else {
        shrink_square(&placed, &work->second.fit, glyph);
    }
    for (i = 0, darkest = 0; i < EMNIST_PIXELS; i++) {
        darkest = glyph[i] > darkest ? glyph[i] : darkest;
    }
    for (i = 0; darkest != 0 && darkest != 255 && i < EMNIST_PIXELS; i++) {
        glyph[i] = stretched(glyph[i], darkest);
    }
}

int emnist_glyph(const uint8_t *crop, int32_t width, int32_t height, int32_t stride,
                 const uint8_t *levels, void *arena, uint8_t glyph[EMNIST_PIXELS])
{
    memory *work = (memory *)arena;
    emnist_crop ink;
    emnist_box box;
    int64_t stroke;
    int32_t size[2];
    if (crop == 0 || arena == 0 || glyph == 0) {
        return EMNIST_ERROR_NULL;
    }
    if (width < 1 || height < 1 || width > EMNIST_CROP_MOST || height > EMNIST_CROP_MOST
        || stride < width || stride > INT32_MAX / EMNIST_CROP_MOST) {
        return EMNIST_ERROR_SIZE;
    }
    ink.pixels = crop;
    ink.stride = stride;
    ink.levels = levels;
    memset(glyph, 0, EMNIST_PIXELS);
    if (!find_box(&ink, width, height, 128, &box)) {
        return EMNIST_ERROR_BLANK;
    }
    ink.pixels += box.top * stride + box.left;
    width = box.right - box.left;
    height = box.bottom - box.top;
    memset(&work->ink, 0, sizeof work->ink);
    if (width > EMNIST_WORK || height > EMNIST_WORK) {
        emnist_shrink(&ink, width, height, &work->third.shrinking, &work->ink, size);
    } else {
        emnist_enlarge(&ink, width, height, &work->third.enlarging, &work->ink, size);
    }
    cut_to_ink(&work->ink, size, &box);
    if (box.right <= box.left) { /* what was hardly ink is none once it is enlarged */
        return EMNIST_ERROR_BLANK;
    }
    stroke = emnist_stroke_width(&work->ink, &box, &work->third.distances);
    memset(&work->second.morphed, 0, sizeof work->second.morphed);
    if (emnist_normalize_stroke(&work->ink, &box, stroke, &work->second.morphed)) {
        work->ink = work->second.morphed;
    }
    fit_glyph(blur(&work->ink, work->second.blurred_rows, work->third.blurred), work, glyph);
    return EMNIST_OK;
}
