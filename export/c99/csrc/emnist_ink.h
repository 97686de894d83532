/* What the steps from a crop to a glyph share. Nothing here is for callers. */
#ifndef EMNIST_INK_H
#define EMNIST_INK_H

#include "emnist_glyph.h"

/* Long side of ink while it is worked on, room around it for thicker strokes, and both. */
#define EMNIST_WORK 100
#define EMNIST_MARGIN 10
#define EMNIST_ROOM 120

/* A picture of ink and paper: bit x % 32 of word x / 32 of a row is pixel x. */
typedef struct {
    uint32_t rows[EMNIST_ROOM][4];
} emnist_bits;

/* Part of a picture: columns left to right - 1, rows top to bottom - 1. */
typedef struct {
    int32_t left, top, right, bottom;
} emnist_box;

/* What a crop is read from. */
typedef struct {
    const uint8_t *pixels;
    int32_t stride;
    const uint8_t *levels; /* or null */
} emnist_crop;

/* Rows of a block whose distances are held at once, and room for blocks of EMNIST_WORK rows. */
#define EMNIST_BLOCK 14
#define EMNIST_BLOCKS 8
/* A row of distances, with what lies two columns outside on each side. */
#define EMNIST_ACROSS (EMNIST_WORK + 4)

/* Memory of emnist_enlarge: weights of columns, and four source rows that they were applied to. */
typedef struct {
    int64_t rows[4][EMNIST_WORK];
    int32_t weights[EMNIST_WORK][4];
    int16_t first[EMNIST_WORK];
} emnist_enlarging;

/* Memory of emnist_shrink. */
typedef struct {
    uint32_t cells[EMNIST_WORK], sums[EMNIST_WORK];
    uint8_t inked[EMNIST_CROP_MOST], widened[EMNIST_CROP_MOST];
} emnist_shrinking;

/* Memory of emnist_stroke_width. */
typedef struct {
    uint32_t starts[EMNIST_BLOCKS][2][EMNIST_ACROSS];
    uint32_t block[EMNIST_BLOCK + 2][EMNIST_ACROSS];
    uint32_t last[3][EMNIST_ACROSS];
} emnist_distances;

static inline uint8_t emnist_ink_at(const emnist_crop *crop, int32_t x, int32_t y)
{
    uint8_t value = crop->pixels[y * crop->stride + x];
    return crop->levels != 0 ? crop->levels[value] : value;
}

static inline uint32_t emnist_bit(const emnist_bits *bits, int32_t x, int32_t y)
{
    return (bits->rows[y][x >> 5] >> (x & 31)) & 1u;
}

static inline void emnist_set(emnist_bits *bits, int32_t x, int32_t y)
{
    bits->rows[y][x >> 5] |= (uint32_t)1 << (x & 31);
}

/* Return part / whole rounded, halves to even numbers; both >= 0. */
static inline int64_t emnist_rounded(int64_t part, int64_t whole)
{
    int64_t low = part / whole, rest = 2 * (part - low * whole);
    return low + (rest > whole || (rest == whole && (low & 1) != 0));
}

/* Add a row of pixels, scaled to fewer by areas: cells[c] becomes the sum over its pixels, each
 * times cells_count, of which a cell holds count in all. levels: or null. */
void emnist_area_row(const uint8_t *row, const uint8_t *levels, int32_t count, uint32_t *cells,
                     int32_t cells_count);

/* Write the weights of the four pixels from first - 1 for output pixel at; return first. They are
 * whole numbers, and their sum is EMNIST_CUBIC_UNIT(to). */
int32_t emnist_cubic(int32_t from, int32_t to, int32_t at, int32_t weights[4]);
#define EMNIST_CUBIC_UNIT(to) (32 * (int64_t)(to) * (to) * (to))

/* What is covered by half, less 1/2^16 of that, is ink: as in Python. */
#define EMNIST_HALF_DIGITS 16

/* Scale ink up to the working size, and set what is at least half covered from (MARGIN, MARGIN).
 * bits are clear. size: of the picture that is made. */
void emnist_enlarge(const emnist_crop *crop, int32_t width, int32_t height, emnist_enlarging *work,
                    emnist_bits *bits, int32_t size[2]);

/* Scale ink down to the working size, otherwise as emnist_enlarge. */
void emnist_shrink(const emnist_crop *crop, int32_t width, int32_t height, emnist_shrinking *work,
                   emnist_bits *bits, int32_t size[2]);

/* Return the mean width of strokes of what lies in box, in 1/2^56 pixel. */
int64_t emnist_stroke_width(const emnist_bits *bits, const emnist_box *box, emnist_distances *work);

/* Bring strokes to the width that EMNIST's have. box: of the ink. made: clear; the result. Returns
 * 0 where strokes stay as they are, and made is still clear; else 1. */
int emnist_normalize_stroke(const emnist_bits *bits, const emnist_box *box, int64_t stroke,
                            emnist_bits *made);

#endif
