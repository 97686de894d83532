/* Random forests that read one character. See emnist_forest.h. */
#include "emnist_forest.h"

#include <string.h>

#define LEAF 0x8000u

/* Return the leaf that a glyph reaches from node. */
static uint16_t reach(const uint16_t *node, const uint8_t *glyph)
{
    while ((node[0] & LEAF) == 0) {
        const uint16_t *low = node + 2;
        uint32_t offset = ((node[0] >> 2) & 0x1F00u) | (node[1] & 0xFFu);
        if (offset == 0) {
            offset = node[2];
            low = node + 3;
        }
        node = glyph[node[0] & 0x3FFu] <= node[1] >> 8 ? low : node + offset;
    }
    return node[0];
}

int emnist_forest_votes(const emnist_forest *forest, const uint8_t glyph[EMNIST_PIXELS],
                        uint16_t votes[EMNIST_FOREST_CLASSES])
{
    int32_t tree;
    if (forest == 0 || glyph == 0 || votes == 0) {
        return EMNIST_ERROR_NULL;
    }
    memset(votes, 0, EMNIST_FOREST_CLASSES * sizeof votes[0]);
    for (tree = 0; tree < forest->trees; tree++) {
        uint32_t leaf = reach(forest->nodes + forest->roots[tree], glyph);
        uint32_t first = (leaf & 7u) + 1u;
        votes[(leaf >> 9) & 63u] = (uint16_t)(votes[(leaf >> 9) & 63u] + first);
        votes[(leaf >> 3) & 63u] =
            (uint16_t)(votes[(leaf >> 3) & 63u] + EMNIST_FOREST_VOTES - first);
    }
    return EMNIST_OK;
}

static uint16_t probability(uint32_t weight, uint64_t sum)
{
    uint64_t value = ((uint64_t)weight * 65536u + sum / 2) / sum;
    return (uint16_t)(value > 65535u ? 65535u : value);
}

int emnist_forest_classify(const emnist_forest *forest, const uint8_t glyph[EMNIST_PIXELS],
                           emnist_result *result)
{
    uint16_t votes[EMNIST_FOREST_CLASSES];
    uint64_t sum = 0;
    uint8_t label, best = 0, second = 1;
    int error = result == 0 ? EMNIST_ERROR_NULL : emnist_forest_votes(forest, glyph, votes);
    if (error != EMNIST_OK) {
        return error;
    }
    if (votes[1] > votes[0]) {
        best = 1;
        second = 0;
    }
    for (label = 0; label < forest->classes; label++) {
        sum += forest->weights[votes[label]];
        if (label < 2) {
            continue;
        }
        if (votes[label] > votes[best]) {
            second = best;
            best = label;
        } else if (votes[label] > votes[second]) {
            second = label;
        }
    }
    result->label = best;
    result->runner_up = second;
    result->confidence = probability(forest->weights[votes[best]], sum);
    result->runner_up_confidence = probability(forest->weights[votes[second]], sum);
    return EMNIST_OK;
}
