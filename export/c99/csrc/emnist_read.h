/* One character: crop in, class and confidence out. See docs/microcontrollers.md. */
#ifndef EMNIST_READ_H
#define EMNIST_READ_H

#include "emnist_glyph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that a reading works in, aligned to 8, with a network of so many. */
#define EMNIST_READ_ARENA_SIZE(network_arena_size)                                     \
    (EMNIST_PIXELS                                                                     \
     + ((network_arena_size) > EMNIST_GLYPH_ARENA_SIZE ? ((network_arena_size) + 7) / 8 * 8 \
                                                       : EMNIST_GLYPH_ARENA_SIZE))

/* Read the character of a crop of ink.
 *
 * crop: height rows of width pixels, a row stride bytes after the one before; 255 where there is
 *     ink, 0 on paper, one character and nothing else.
 * arena: EMNIST_READ_ARENA_SIZE bytes, aligned to 8. The glyph is in its first 784 after a reading.
 *
 * Returns EMNIST_OK; EMNIST_ERROR_BLANK for a crop without ink or of one colour;
 * EMNIST_ERROR_NULL or EMNIST_ERROR_SIZE. result is written with EMNIST_OK alone.
 */
int emnist_read(const emnist_network *network, const uint8_t *crop, int32_t width, int32_t height,
                int32_t stride, void *arena, emnist_result *result);

/* As emnist_read, of a grey picture from a camera: dark on light or light on dark, of any contrast
 * of at least EMNIST_CONTRAST. What most of the border shows is paper. */
int emnist_read_grey(const emnist_network *network, const uint8_t *crop, int32_t width,
                     int32_t height, int32_t stride, void *arena, emnist_result *result);

/* Ink and paper are so many grey levels apart at least. */
#define EMNIST_CONTRAST 25

/* Write how much ink each grey level of a picture stands for: 0 for its paper, 255 for its ink.
 * Otsu's threshold parts both. arena: 1024 bytes, aligned to 4. Returns as emnist_read. */
int emnist_levels(const uint8_t *crop, int32_t width, int32_t height, int32_t stride, void *arena,
                  uint8_t levels[256]);

#ifdef __cplusplus
}
#endif

#endif
