/* Random forests that read one character, as tables in flash. */
#ifndef EMNIST_FOREST_H
#define EMNIST_FOREST_H

#include "emnist_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Classes at most: a leaf names one in 6 bits. Votes that a leaf has. */
#define EMNIST_FOREST_CLASSES 64
#define EMNIST_FOREST_VOTES 8

/* Trees in words of 16 bits, each node before its children.
 *
 * A leaf is one word: 1, two classes of 6 bits, and one less than the votes of the first of them.
 * A split has a pixel in the lowest 10 bits of its first word and a grey level in the upper 8 of
 * its second. A pixel of at most that level leads to what follows; any other to offset words from
 * the split's begin. The offset is in bits 10 to 14 and the lowest 8; where these are 0, it is a
 * third word.
 */
typedef struct {
    const uint16_t *nodes;
    const uint32_t *roots;   /* of each tree: its first word */
    const uint32_t *weights; /* of votes of all trees: their probability, before it is normalised */
    uint8_t trees;
    uint8_t classes;
} emnist_forest;

/* Write how many votes each class of a glyph gets, 8 of each tree. */
int emnist_forest_votes(const emnist_forest *forest, const uint8_t glyph[EMNIST_PIXELS],
                        uint16_t votes[EMNIST_FOREST_CLASSES]);

/* Write the likeliest class of a glyph, the second, and their probabilities to result. */
int emnist_forest_classify(const emnist_forest *forest, const uint8_t glyph[EMNIST_PIXELS],
                           emnist_result *result);

#ifdef __cplusplus
}
#endif

#endif
