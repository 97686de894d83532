/* One character: crop in, class and confidence out. See emnist_read.h. */
#include "emnist_read.h"

#include <string.h>

/* Pixels of classes are counted in so many binary digits at most: the products of both then fit. */
#define COUNT_DIGITS 15
/* Means of grey levels are in 1/256. */
#define MEAN_UNIT 256

static int check(const uint8_t *crop, int32_t width, int32_t height, int32_t stride,
                 const void *arena, const void *result)
{
    if (crop == 0 || arena == 0 || result == 0) {
        return EMNIST_ERROR_NULL;
    }
    if (width < 1 || height < 1 || width > EMNIST_CROP_MOST || height > EMNIST_CROP_MOST
        || stride < width || stride > INT32_MAX / EMNIST_CROP_MOST) {
        return EMNIST_ERROR_SIZE;
    }
    return EMNIST_OK;
}

static int has_one_colour(const uint8_t *crop, int32_t width, int32_t height, int32_t stride)
{
    int32_t x, y;
    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            if (crop[y * stride + x] != crop[0]) {
                return 0;
            }
        }
    }
    return 1;
}

/* Return the highest level of the darker class, by Otsu's variance between both; their means. */
static int32_t part(const uint32_t counts[256], uint32_t pixels, uint32_t means[2])
{
    int32_t level, best = 0, digits = 0;
    uint64_t most = 0;
    uint32_t darker = 0, darker_sum = 0, sum = 0;
    while (pixels >> (digits + COUNT_DIGITS) != 0) {
        digits++;
    }
    for (level = 0; level < 256; level++) {
        sum += counts[level] * (uint32_t)level;
    }
    for (level = 0; level < 255; level++) {
        uint32_t low, high;
        uint64_t variance;
        darker += counts[level];
        darker_sum += counts[level] * (uint32_t)level;
        if (darker == 0 || darker == pixels) {
            continue;
        }
        low = (uint32_t)((uint64_t)darker_sum * MEAN_UNIT / darker);
        high = (uint32_t)((uint64_t)(sum - darker_sum) * MEAN_UNIT / (pixels - darker));
        variance = (uint64_t)(darker >> digits) * ((pixels - darker) >> digits);
        variance *= (uint64_t)(high - low) * (high - low);
        if (variance >= most) {
            most = variance;
            best = level;
            means[0] = low;
            means[1] = high;
        }
    }
    return best;
}

int emnist_levels(const uint8_t *crop, int32_t width, int32_t height, int32_t stride, void *arena,
                  uint8_t levels[256])
{
    uint32_t *counts = (uint32_t *)arena, means[2] = {0, 0};
    int32_t x, y, level, split, paper, away;
    int32_t lighter = 0, border = 0;
    int error = check(crop, width, height, stride, arena, levels);
    if (error != EMNIST_OK) {
        return error;
    }
    memset(counts, 0, 256 * sizeof counts[0]);
    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            counts[crop[y * stride + x]]++;
        }
    }
    split = part(counts, (uint32_t)width * (uint32_t)height, means);
    away = (int32_t)(means[1] - means[0]);
    if (away < EMNIST_CONTRAST * MEAN_UNIT) {
        return EMNIST_ERROR_BLANK;
    }
    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x += y == 0 || y == height - 1 || width == 1 ? 1 : width - 1) {
            border++;
            lighter += crop[y * stride + x] > split;
        }
    }
    paper = 2 * lighter >= border;
    for (level = 0; level < 256; level++) {
        int32_t ink = level * MEAN_UNIT - (int32_t)means[paper];
        ink = (paper ? -ink : ink) * 255 / away;
        levels[level] = (uint8_t)(ink < 0 ? 0 : ink > 255 ? 255 : ink);
    }
    return EMNIST_OK;
}

static int read(const emnist_network *network, const uint8_t *crop, int32_t width, int32_t height,
                int32_t stride, const uint8_t *levels, uint8_t *arena, emnist_result *result)
{
    uint8_t *glyph = arena;
    void *work = arena + EMNIST_PIXELS;
    int error = emnist_glyph(crop, width, height, stride, levels, work, glyph);
    return error != EMNIST_OK ? error : emnist_classify(network, glyph, work, result);
}

int emnist_read(const emnist_network *network, const uint8_t *crop, int32_t width, int32_t height,
                int32_t stride, void *arena, emnist_result *result)
{
    int error = check(crop, width, height, stride, arena, result);
    if (error == EMNIST_OK && network == 0) {
        error = EMNIST_ERROR_NULL;
    }
    if (error == EMNIST_OK && has_one_colour(crop, width, height, stride)) {
        error = EMNIST_ERROR_BLANK;
    }
    return error != EMNIST_OK
               ? error
               : read(network, crop, width, height, stride, 0, (uint8_t *)arena, result);
}

int emnist_read_grey(const emnist_network *network, const uint8_t *crop, int32_t width,
                     int32_t height, int32_t stride, void *arena, emnist_result *result)
{
    uint8_t levels[256];
    int error = check(crop, width, height, stride, arena, result);
    if (error == EMNIST_OK && network == 0) {
        error = EMNIST_ERROR_NULL;
    }
    if (error == EMNIST_OK) {
        error = emnist_levels(crop, width, height, stride, arena, levels);
    }
    return error != EMNIST_OK
               ? error
               : read(network, crop, width, height, stride, levels, (uint8_t *)arena, result);
}
