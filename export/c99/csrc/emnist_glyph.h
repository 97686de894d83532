/* Any crop of ink -> the 28x28 glyph that networks were trained on.
 *
 * The same bytes as emnist_edge.glyph.make_glyph in Python, in integers: no heap, no floating
 * point, no recursion, no writable static data. See docs/microcontrollers.md.
 */
#ifndef EMNIST_GLYPH_H
#define EMNIST_GLYPH_H

#include "emnist_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows and columns of a crop at most. */
#define EMNIST_CROP_MOST 2048

/* Bytes that emnist_glyph works in, aligned to 8. */
#define EMNIST_GLYPH_ARENA_SIZE 18400

/* Make the glyph of a crop.
 *
 * crop: height rows of width pixels, a row stride bytes after the one before; 255 where there is
 *     ink, 0 on paper. Only the box of what is at least 128 counts.
 * levels: what each value of a pixel stands for, 256 values as those above; or null, for itself.
 * arena: EMNIST_GLYPH_ARENA_SIZE bytes, aligned to 8.
 *
 * Returns EMNIST_OK; EMNIST_ERROR_BLANK, and a glyph of zeros, where no pixel is at least 128;
 * EMNIST_ERROR_NULL or EMNIST_ERROR_SIZE, and nothing written, for a call that cannot be.
 */
int emnist_glyph(const uint8_t *crop, int32_t width, int32_t height, int32_t stride,
                 const uint8_t *levels, void *arena, uint8_t glyph[EMNIST_PIXELS]);

#ifdef __cplusplus
}
#endif

#endif
