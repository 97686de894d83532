/* The reader for WebAssembly: a crop goes into memory, and what it is comes out.
 *
 * Compiled with the network's header, its name, its labels and its arena's size as macros.
 */
#include <stddef.h>

#include "emnist_read.h"
#include NETWORK_HEADER

/* Rows and columns of a crop at most. */
#define SIDE 512

static uint8_t crop[SIDE * SIDE];
static uint64_t arena[EMNIST_READ_ARENA_SIZE(NETWORK_ARENA_SIZE) / 8];
static emnist_result result;

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("side") int side(void) { return SIDE; }
EXPORT("crop") uint8_t *crop_memory(void) { return crop; }
EXPORT("glyph") void *glyph_memory(void) { return arena; }
EXPORT("label") const char *label(int index) { return NETWORK_LABELS[index]; }
EXPORT("best") int best(void) { return result.label; }
EXPORT("second") int second(void) { return result.runner_up; }
EXPORT("confidence") int confidence(void) { return result.confidence; }
EXPORT("runner_up_confidence") int runner_up_confidence(void) { return result.runner_up_confidence; }

/* Read a crop whose rows are width bytes apart. grey: a picture; otherwise ink, 255 on 0. */
EXPORT("read") int read(int width, int height, int grey)
{
    return grey ? emnist_read_grey(&NETWORK, crop, width, height, width, arena, &result)
                : emnist_read(&NETWORK, crop, width, height, width, arena, &result);
}

/* What <string.h> declares and the compiler calls. */
void *memset(void *to, int value, size_t count)
{
    unsigned char *bytes = to;
    while (count-- > 0) {
        *bytes++ = (unsigned char)value;
    }
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    unsigned char *bytes = to;
    const unsigned char *source = from;
    while (count-- > 0) {
        *bytes++ = *source++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *bytes = to;
    const unsigned char *source = from;
    if (bytes <= source) {
        return memcpy(to, from, count);
    }
    while (count-- > 0) {
        bytes[count] = source[count];
    }
    return to;
}
