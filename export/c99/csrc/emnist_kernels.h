/* Integer networks that read one character: what every exported network shares.
 *
 * C99, no heap, no floating point, no recursion, no writable static data. Nothing but <stdint.h> and
 * <string.h>. Results are those of TensorFlow Lite's reference kernels, bit for bit.
 *
 * A caller owns the arena, in which a call works and outside of which it writes nothing but its
 * result. Calls with different arenas may run at the same time.
 */
#ifndef EMNIST_KERNELS_H
#define EMNIST_KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A glyph: 28 rows of 28 pixels, ink 255 on 0. */
#define EMNIST_SIDE 28
#define EMNIST_PIXELS 784

/* What functions return. */
enum {
    EMNIST_OK = 0,
    EMNIST_ERROR_NULL = -1,  /* a pointer is null */
    EMNIST_ERROR_SIZE = -2,  /* no rows or columns, too many, or a stride below the width; no class */
    EMNIST_ERROR_BLANK = -3  /* a crop without ink, or of one colour */
};

/* What a network makes of a glyph. Confidences are calibrated probabilities in steps of 1/65536. */
typedef struct {
    uint8_t label;     /* index of the likeliest class */
    uint8_t runner_up; /* index of the second */
    uint16_t confidence;
    uint16_t runner_up_confidence;
} emnist_result;

typedef struct emnist_network emnist_network;

/* Write the network's outputs for a glyph, network->classes numbers, to logits.
 *
 * arena: network->arena_size bytes, aligned to 4.
 */
int emnist_logits(const emnist_network *network, const uint8_t glyph[EMNIST_PIXELS], void *arena,
                  int8_t *logits);

/* Write the likeliest class of a glyph, the second, and their probabilities to result.
 *
 * To have it choose among some classes alone, give it a copy of the network whose field among tells
 * which: the probabilities are then those where it is known to be one of them. Returns
 * EMNIST_ERROR_SIZE, and writes nothing, where among leaves no class.
 */
int emnist_classify(const emnist_network *network, const uint8_t glyph[EMNIST_PIXELS], void *arena,
                    emnist_result *result);

/* Write the calibrated probability of each class, in steps of 1/65536. */
int emnist_probabilities(const emnist_network *network, const int8_t *logits,
                         uint16_t *probabilities);

/* From here on: what exported tables are made of. Offsets are in bytes from the arena's start, and
 * tensors have rows, columns and channels, the channels of a pixel one after another.
 */

typedef struct emnist_step emnist_step;
typedef void (*emnist_kernel)(int8_t *arena, const emnist_step *step);

/* One kernel, and where what it reads and writes lies. */
struct emnist_step {
    emnist_kernel run;
    const void *layer;
    uint16_t input;
    uint16_t second; /* of emnist_add, the other input; of others, where a kernel may work */
    uint16_t output;
};

struct emnist_network {
    const emnist_step *steps;
    const uint16_t *powers; /* exp(-step / temperature) in 1/65535, by distance from the highest */
    const uint8_t *among;   /* for each class, 0 where it is out of the question; or null: none is */
    uint16_t arena_size;
    uint16_t input;
    uint16_t output;
    uint16_t power_count;
    uint8_t step_count;
    uint8_t classes;
};

/* Sums of products -> int8: times multiplier / 2^31, rounded, divided by 2^shift, rounded, plus the
 * output's zero point. */
typedef struct {
    const int32_t *bias; /* less what the input's zero point adds to the sum */
    const int32_t *multiplier;
    const uint8_t *less_shift; /* shift - 1; shift is 1 or more */
    int16_t offset;            /* twice the output's zero point, and 1 */
} emnist_scaling;

/* What a window sees: its taps, and the first of them for the output at (0, 0). */
typedef struct {
    uint8_t height, width, channels;
    uint8_t rows, columns; /* of the window */
    uint8_t stride_down, stride_right;
    uint8_t above, left; /* rows and columns of padding */
    int8_t zero_point;   /* of the input: what padding holds */
    uint8_t output_height, output_width;
} emnist_window;

/* DEPTHWISE_CONV_2D. weights: (rows, columns, channels). */
typedef struct {
    const int8_t *weights;
    emnist_scaling scaling;
    emnist_window window;
} emnist_depthwise_layer;

/* ADD of two tensors. */
typedef struct {
    int32_t multiplier[3]; /* of both inputs and the output */
    uint8_t shift[3];
    uint16_t size;
    int16_t zero_point[3];
} emnist_add_layer;

/* CONV_2D, maybe of what a depthwise convolution makes, maybe with 2x2 maxima of what it makes, or
 * the sum of that and of what was read at the same place.
 *
 * Where the output lies above the input, pixels are made from the last to the first: so it may lie
 * over what is read no more.
 */
typedef struct {
    const emnist_depthwise_layer *before; /* or null */
    const emnist_add_layer *added;        /* or null */
    const int8_t *weights;                /* for each output, row_size numbers, the last maybe 0 */
    emnist_scaling scaling;
    emnist_window window; /* of what before makes, where there is one */
    uint16_t row_size;    /* rows x columns x channels, up to the next multiple of 4 */
    uint8_t outputs;
    uint8_t pooled; /* 1 for 2x2 maxima */
    uint8_t final_height, final_width;
} emnist_convolution_layer;

/* FULLY_CONNECTED. weights: (outputs, inputs). */
typedef struct {
    const int8_t *weights;
    emnist_scaling scaling;
    uint16_t inputs;
    uint8_t outputs;
} emnist_dense_layer;

/* MAX_POOL_2D. */
typedef struct {
    emnist_window window;
} emnist_pool_layer;

/* MEAN over rows and columns. */
typedef struct {
    int32_t multiplier;
    uint16_t pixels;
    int16_t input_zero_point;
    int16_t offset; /* twice the output's zero point, and 1 */
    uint8_t less_shift;
    uint8_t channels;
} emnist_mean_layer;

/* MUL and ADD of constants, and fused activations: the output by input + 128. */
typedef struct {
    const int8_t *table;
    uint16_t size;
} emnist_table_layer;

/* TRANSPOSE of rows and columns. */
typedef struct {
    uint8_t rows, columns;
} emnist_transpose_layer;

void emnist_convolve(int8_t *arena, const emnist_step *step);
void emnist_depthwise(int8_t *arena, const emnist_step *step);
void emnist_dense(int8_t *arena, const emnist_step *step);
void emnist_pool(int8_t *arena, const emnist_step *step);
void emnist_mean(int8_t *arena, const emnist_step *step);
void emnist_add(int8_t *arena, const emnist_step *step);
void emnist_table(int8_t *arena, const emnist_step *step);
void emnist_transpose(int8_t *arena, const emnist_step *step);

#ifdef __cplusplus
}
#endif

#endif
