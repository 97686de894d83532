/* Random crops of any size, and bad calls, in memory of exactly the size that was asked for.
 *
 * fuzz CROPS SEED. Built with sanitizers, a byte read or written elsewhere ends it with a message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emnist_read.h"
#include "emnist_tiny.h"

static uint32_t state;

/* Return a number from 0 to below - 1. */
static uint32_t pick(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

/* Most crops are small; some have one row, or are as large as allowed or larger. */
static int32_t side(void)
{
    switch (pick(64)) {
    case 0: return 1;
    case 1: return (int32_t)pick(700) + 1;
    case 2: return (int32_t)pick(4) + 1;
    default: return (int32_t)pick(110) + 1;
    }
}

/* Noise, specks, strokes of a pen, or grey; of any contrast. */
static void draw(uint8_t *crop, int32_t width, int32_t height, int32_t stride)
{
    uint32_t kind = pick(6), dense = pick(256), low = pick(256), high = pick(256);
    int32_t x, y, step, pen = (int32_t)pick(12) + 1;
    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            uint32_t value = kind == 0 ? pick(256) : pick(256) < dense ? high : low;
            value = kind == 1 && pick(200) != 0 ? 0 : value;
            crop[y * stride + x] = (uint8_t)(kind > 2 ? low : value);
        }
    }
    x = (int32_t)pick((uint32_t)width);
    y = (int32_t)pick((uint32_t)height);
    for (step = 0; kind > 2 && step < 40; step++) {
        int32_t i, j;
        for (j = y; j < y + pen && j < height; j++) {
            for (i = x; i < x + pen && i < width; i++) {
                crop[j * stride + i] = (uint8_t)high;
            }
        }
        x += (int32_t)pick(7) - 3;
        y += (int32_t)pick(7) - 3;
        x = x < 0 ? 0 : x >= width ? width - 1 : x;
        y = y < 0 ? 0 : y >= height ? height - 1 : y;
    }
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        exit(2);
    }
    memset(memory, 0xA5, size);
    return memory;
}

static void expect(int held, const char *what)
{
    if (!held) {
        fprintf(stderr, "fault: %s\n", what);
        exit(1);
    }
}

/* Calls that cannot be are refused, and nothing is written. */
static void refuse(const uint8_t *crop, int32_t width, int32_t height, int32_t stride, void *arena)
{
    emnist_result result, before;
    int32_t bad[6][3];
    int i;
    memset(&before, 0x5A, sizeof before);
    memcpy(&result, &before, sizeof before);
    for (i = 0; i < 6; i++) {
        bad[i][0] = i == 0 ? 0 : i == 1 ? -1 : i == 2 ? EMNIST_CROP_MOST + 1 : width;
        bad[i][1] = i == 3 ? 0 : i == 4 ? INT32_MIN : height;
        bad[i][2] = i == 5 ? width - 1 : i == 2 ? INT32_MAX : stride;
        expect(emnist_read(&emnist_tiny, crop, bad[i][0], bad[i][1], bad[i][2], arena, &result)
                   == EMNIST_ERROR_SIZE, "a size that cannot be was read");
        expect(emnist_read_grey(&emnist_tiny, crop, bad[i][0], bad[i][1], bad[i][2], arena,
                                &result) == EMNIST_ERROR_SIZE, "a size that cannot be was read");
    }
    expect(emnist_read(NULL, crop, width, height, stride, arena, &result) == EMNIST_ERROR_NULL
               && emnist_read(&emnist_tiny, NULL, width, height, stride, arena, &result)
                      == EMNIST_ERROR_NULL
               && emnist_read(&emnist_tiny, crop, width, height, stride, NULL, &result)
                      == EMNIST_ERROR_NULL
               && emnist_read_grey(&emnist_tiny, crop, width, height, stride, arena, NULL)
                      == EMNIST_ERROR_NULL, "a null was read");
    expect(memcmp(&result, &before, sizeof before) == 0, "a refused call wrote a result");
}

int main(int count, char **arguments)
{
    long crops = count > 1 ? strtol(arguments[1], NULL, 10) : 1000, done, read = 0, blank = 0;
    state = count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) * 2654435761u + 1u : 1u;
    for (done = 0; done < crops; done++) {
        int32_t width = side(), height = side(), stride = width + (int32_t)pick(9);
        uint8_t *crop = allocate((size_t)stride * (size_t)(height - 1) + (size_t)width);
        void *arena = allocate(EMNIST_READ_ARENA_SIZE(EMNIST_TINY_ARENA_SIZE));
        emnist_result result;
        int grey = pick(2) == 0, code;
        draw(crop, width, height, stride);
        code = grey ? emnist_read_grey(&emnist_tiny, crop, width, height, stride, arena, &result)
                    : emnist_read(&emnist_tiny, crop, width, height, stride, arena, &result);
        expect(code == EMNIST_OK || code == EMNIST_ERROR_BLANK, "a crop was refused");
        if (code == EMNIST_OK) {
            read++;
            expect(result.label < EMNIST_TINY_CLASSES && result.runner_up < EMNIST_TINY_CLASSES
                       && result.label != result.runner_up
                       && result.confidence >= result.runner_up_confidence, "a false result");
            expect(memchr(arena, 255, EMNIST_PIXELS) != NULL, "a glyph without ink");
        } else {
            blank++;
        }
        if (done % 16 == 0) {
            refuse(crop, width, height, stride, arena);
        }
        free(crop);
        free(arena);
    }
    printf("%ld crops: %ld read, %ld blank\n", crops, read, blank);
    return 0;
}
