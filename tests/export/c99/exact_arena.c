/* Classify noise in memory of exactly the size that a network says it needs, and call it badly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emnist_made.h"

static uint32_t state = 1;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

int main(int count, char **arguments)
{
    int glyphs = count > 1 ? atoi(arguments[1]) : 1;
    emnist_made_arena *arena = malloc(sizeof *arena);
    uint8_t *glyph = malloc(EMNIST_PIXELS);
    int8_t *logits = malloc(EMNIST_MADE_CLASSES);
    emnist_result *result = malloc(sizeof *result);
    int done = 0;
    for (; done < glyphs; done++) {
        for (int pixel = 0; pixel < EMNIST_PIXELS; pixel++) {
            glyph[pixel] = (uint8_t)(next() % 3u != 0u ? next() : (uint32_t)(done % 2) * 255u);
        }
        memset(arena, (int)next(), sizeof *arena);
        if (emnist_made_classify(glyph, arena, result) != EMNIST_OK ||
            emnist_made_logits(glyph, arena, logits) != EMNIST_OK ||
            result->label >= EMNIST_MADE_CLASSES || result->runner_up == result->label) {
            return 1;
        }
    }
    if (emnist_made_classify(NULL, arena, result) != EMNIST_ERROR_NULL ||
        emnist_made_classify(glyph, NULL, result) != EMNIST_ERROR_NULL ||
        emnist_made_classify(glyph, arena, NULL) != EMNIST_ERROR_NULL ||
        emnist_made_logits(glyph, arena, NULL) != EMNIST_ERROR_NULL ||
        emnist_classify(NULL, glyph, arena, result) != EMNIST_ERROR_NULL ||
        emnist_probabilities(&emnist_made, logits, NULL) != EMNIST_ERROR_NULL) {
        return 2;
    }
    free(arena);
    free(glyph);
    free(logits);
    free(result);
    printf("%d\n", done);
    return 0;
}
