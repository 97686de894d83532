/* Integer networks that read one character: the kernels. See emnist_kernels.h. */
#include "emnist_kernels.h"

#include <string.h>

/* SMLAD and its kin, Armv7E-M, and vectors, Armv8.1-M, as the compiler says. EMNIST_PLAIN leaves
 * them out. */
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && !defined(EMNIST_PLAIN)
#define EMNIST_DSP 1
#if defined(__ARM_FEATURE_MVE)
#define EMNIST_MVE 1
#include <arm_mve.h>
#endif
#endif
#if defined(EMNIST_DSP)
#include "emnist_dsp.h"
#endif
/* Cores that multiply to 32 bits only. */
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define EMNIST_SHORT_MULTIPLY 1
#endif

/* Taps of a depthwise window at most: 5x5. */
#define MOST_TAPS 25

/* Negative numbers are shifted arithmetically, as all compilers for these processors do. */
typedef char emnist_shifts_are_arithmetic[((-3) >> 1) == -2 ? 1 : -1];
/* Numbers are computed in int, of 32 bits: not on AVR and other processors of 8 or 16. */
typedef char emnist_int_has_32_bits[sizeof(int) >= 4 ? 1 : -1];

/* Return value x multiplier / 2^31, halves rounded up; |value| < 2^30, multiplier > 0. */
static inline int32_t multiply_high(int32_t value, int32_t multiplier)
{
#if defined(EMNIST_DSP)
    return emnist_smmulr(value * 2, multiplier);
#elif defined(EMNIST_SHORT_MULTIPLY)
    uint32_t value_low = (uint32_t)value & 0xFFFFu;
    int32_t value_high = value >> 16;
    uint32_t low = (uint32_t)multiplier & 0xFFFFu;
    int32_t high = multiplier >> 16;
    uint32_t middle = value_low * (uint32_t)high + ((value_low * low) >> 16);
    int32_t rest = value_high * (int32_t)low + (int32_t)(middle & 0xFFFFu);
    int32_t top = value_high * high + (int32_t)(middle >> 16) + (rest >> 16);
    return top * 2 + (((rest & 0xFFFF) + 0x4000) >> 15);
#else
    return (int32_t)(((int64_t)value * multiplier + ((int64_t)1 << 30)) >> 31);
#endif
}

static inline int8_t saturate(int32_t value)
{
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

/* Return the output for a sum. offset: twice the output's zero point, and 1 to round halves. */
static inline int8_t requantize(int32_t sum, int32_t multiplier, int32_t less_shift, int32_t offset)
{
    int32_t product = multiply_high(sum, multiplier);
    int32_t twice = ((product + (product >> 31)) >> less_shift) + offset;
#if defined(EMNIST_DSP)
    return (int8_t)emnist_ssat_half(twice);
#else
    return saturate(twice >> 1);
#endif
}

static inline int8_t requantize_channel(int32_t sum, const emnist_scaling *scaling, int32_t channel)
{
    return requantize(sum, scaling->multiplier[channel], scaling->less_shift[channel],
                      scaling->offset);
}

/* As requantize, but rounded once: so TensorFlow Lite does with FULLY_CONNECTED alone. */
static int8_t requantize_once(int32_t sum, const emnist_scaling *scaling, int32_t channel)
{
    int32_t less_shift = scaling->less_shift[channel];
    int64_t product = (int64_t)sum * scaling->multiplier[channel];
    int64_t half = (int64_t)1 << (31 + less_shift);
    return saturate(((int32_t)((product + half) >> 32) >> less_shift) + (scaling->offset >> 1));
}

static inline int32_t larger(int32_t first, int32_t second)
{
    return first > second ? first : second;
}

static inline int32_t smaller(int32_t first, int32_t second)
{
    return first < second ? first : second;
}

#if defined(EMNIST_DSP)

static inline uint32_t load_four(const int8_t *from)
{
    uint32_t four;
    memcpy(&four, from, sizeof four);
    return four;
}

#endif

/* Pixels of an output, in order; or from the last to the first where it lies above the input, whose
 * pixels are then read before others lie over them. */
typedef struct {
    int32_t left; /* pixels to come */
    int32_t row, column;
    int32_t place;              /* of the pixel in the output, in bytes */
    int32_t way, width, channels; /* way: 1 or -1 */
} walk;

static walk start(const emnist_step *step, int32_t height, int32_t width, int32_t channels)
{
    walk at;
    at.left = height * width;
    at.way = step->output > step->input ? -1 : 1;
    at.row = at.way > 0 ? 0 : height - 1;
    at.column = at.way > 0 ? 0 : width - 1;
    at.place = (at.way > 0 ? 0 : at.left - 1) * channels;
    at.width = width;
    at.channels = channels;
    return at;
}

static inline void advance(walk *at)
{
    at->left--;
    at->place += at->way * at->channels;
    at->column += at->way;
    if (at->column < 0 || at->column == at->width) {
        at->column = at->way > 0 ? 0 : at->width - 1;
        at->row += at->way;
    }
}

/* Windows. */

/* Write what the window at (row, column) sees, and 0 up to row_size; input: (height, width,
 * channels). */
static void gather(const emnist_convolution_layer *layer, const int8_t *input, int32_t row,
                   int32_t column, int8_t *patch)
{
    const emnist_window *window = &layer->window;
    int32_t channels = window->channels;
    int32_t top = row * window->stride_down - window->above;
    int32_t left = column * window->stride_right - window->left;
    int32_t first = larger(0, -left);
    int32_t last = smaller(window->columns, window->width - left);
    int32_t before = first * channels;
    int32_t inside = (last - first) * channels;
    int32_t whole = window->columns * channels;
    int8_t *end = patch + layer->row_size;
    for (int32_t down = 0; down < window->rows; down++) {
        int32_t y = top + down;
        if (y < 0 || y >= window->height) {
            memset(patch, window->zero_point, (uint32_t)whole);
        } else {
            const int8_t *from = input + (y * window->width + left + first) * channels;
            if (inside < whole) {
                memset(patch, window->zero_point, (uint32_t)whole);
            }
            memcpy(patch + before, from, (uint32_t)inside);
        }
        patch += whole;
    }
    while (patch < end) {
        *patch++ = 0;
    }
}

/* Write one pixel, at (row, column), of a depthwise convolution. padding: a pixel of zero points. */
static void convolve_depthwise(const emnist_depthwise_layer *layer, const int8_t *input, int32_t row,
                               int32_t column, const int8_t *padding, int8_t *output)
{
    const emnist_window *window = &layer->window;
    const emnist_scaling scaling = layer->scaling;
    const int8_t *taps[MOST_TAPS];
    int32_t channels = window->channels;
    int32_t count = 0;
    int32_t channel = 0;
    int32_t top = row * window->stride_down - window->above;
    int32_t left = column * window->stride_right - window->left;
    for (int32_t y = top; y < top + window->rows; y++) {
        for (int32_t x = left; x < left + window->columns; x++) {
            int32_t inside = y >= 0 && y < window->height && x >= 0 && x < window->width;
            taps[count++] = inside ? input + (y * window->width + x) * channels : padding;
        }
    }
#if defined(EMNIST_DSP)
    for (; channel + 4 <= channels; channel += 4) {
        const int8_t *weights = layer->weights + channel;
        int32_t sum0 = scaling.bias[channel];
        int32_t sum1 = scaling.bias[channel + 1];
        int32_t sum2 = scaling.bias[channel + 2];
        int32_t sum3 = scaling.bias[channel + 3];
        for (int32_t tap = 0; tap < count; tap++) {
            uint32_t seen = load_four(taps[tap] + channel);
            uint32_t weight = load_four(weights);
            uint32_t even = emnist_first_third(seen);
            uint32_t odd = emnist_second_fourth(seen);
            uint32_t even_weight = emnist_first_third(weight);
            uint32_t odd_weight = emnist_second_fourth(weight);
            sum0 = emnist_smlabb(even, even_weight, sum0);
            sum1 = emnist_smlabb(odd, odd_weight, sum1);
            sum2 = emnist_smlatt(even, even_weight, sum2);
            sum3 = emnist_smlatt(odd, odd_weight, sum3);
            weights += channels;
        }
        output[channel] = requantize_channel(sum0, &scaling, channel);
        output[channel + 1] = requantize_channel(sum1, &scaling, channel + 1);
        output[channel + 2] = requantize_channel(sum2, &scaling, channel + 2);
        output[channel + 3] = requantize_channel(sum3, &scaling, channel + 3);
    }
#endif
    for (; channel < channels; channel++) {
        const int8_t *weights = layer->weights + channel;
        int32_t sum = scaling.bias[channel];
        for (int32_t tap = 0; tap < count; tap++) {
            sum += taps[tap][channel] * *weights;
            weights += channels;
        }
        output[channel] = requantize_channel(sum, &scaling, channel);
    }
}

/* What a pair of patches is laid out as in memory, and sums of products with it. */

#if defined(EMNIST_DSP) && !defined(EMNIST_MVE)
/* Four numbers of one patch as int16, the first, third, second and fourth; then four of the other.
 * A single patch comes after the two pairs. */
#define PAIR_SIZE(row_size) (4 * (row_size))

static void lay_out(int8_t *pair, int32_t lane, const int8_t *patch, int32_t row_size)
{
    const int8_t *end = patch + row_size;
    uint32_t *halves = (uint32_t *)(void *)pair + 2 * lane;
    while (patch < end) {
        uint32_t four = load_four(patch);
        halves[0] = emnist_first_third(four);
        halves[1] = emnist_second_fourth(four);
        patch += 4;
        halves += 4;
    }
}

/* Add the products of two rows of weights and two patches to sums. */
static inline void add_dots(const int8_t *weights, const int8_t *other, const int8_t *pair,
                            int32_t row_size, int32_t sums[4])
{
    const int8_t *end = weights + row_size;
    const uint32_t *halves = (const uint32_t *)(const void *)pair;
    int32_t sum00 = sums[0];
    int32_t sum01 = sums[1];
    int32_t sum10 = sums[2];
    int32_t sum11 = sums[3];
    while (weights < end) {
        uint32_t four = load_four(weights);
        uint32_t four_other = load_four(other);
        uint32_t even = emnist_first_third(four);
        uint32_t odd = emnist_second_fourth(four);
        uint32_t even_other = emnist_first_third(four_other);
        uint32_t odd_other = emnist_second_fourth(four_other);
        uint32_t first = halves[0];
        uint32_t second = halves[1];
        sum00 = emnist_smlad(even, first, sum00);
        sum01 = emnist_smlad(even_other, first, sum01);
        sum00 = emnist_smlad(odd, second, sum00);
        sum01 = emnist_smlad(odd_other, second, sum01);
        first = halves[2];
        second = halves[3];
        sum10 = emnist_smlad(even, first, sum10);
        sum11 = emnist_smlad(even_other, first, sum11);
        sum10 = emnist_smlad(odd, second, sum10);
        sum11 = emnist_smlad(odd_other, second, sum11);
        weights += 4;
        other += 4;
        halves += 4;
    }
    sums[0] = sum00;
    sums[1] = sum01;
    sums[2] = sum10;
    sums[3] = sum11;
}

#else
/* One patch after the other. */
#define PAIR_SIZE(row_size) (2 * (row_size))

static void lay_out(int8_t *pair, int32_t lane, const int8_t *patch, int32_t row_size)
{
    memcpy(pair + lane * row_size, patch, (uint32_t)row_size);
}

/* Add the products of two rows of weights and two patches to sums. */
static inline void add_dots(const int8_t *weights, const int8_t *other, const int8_t *pair,
                            int32_t row_size, int32_t sums[4])
{
    const int8_t *second = pair + row_size;
    int32_t sum00 = sums[0];
    int32_t sum01 = sums[1];
    int32_t sum10 = sums[2];
    int32_t sum11 = sums[3];
#if defined(EMNIST_MVE)
    for (int32_t place = 0; place < row_size; place += 16) {
        mve_pred16_t there = vctp8q((uint32_t)(row_size - place));
        int8x16_t weight = vldrbq_z_s8(weights + place, there);
        int8x16_t weight_other = vldrbq_z_s8(other + place, there);
        int8x16_t seen = vldrbq_z_s8(pair + place, there);
        int8x16_t seen_second = vldrbq_z_s8(second + place, there);
        sum00 = vmladavaq_s8(sum00, weight, seen);
        sum01 = vmladavaq_s8(sum01, weight_other, seen);
        sum10 = vmladavaq_s8(sum10, weight, seen_second);
        sum11 = vmladavaq_s8(sum11, weight_other, seen_second);
    }
#else
    for (int32_t place = 0; place < row_size; place++) {
        int32_t weight = weights[place];
        int32_t weight_other = other[place];
        int32_t seen = pair[place];
        int32_t seen_second = second[place];
        sum00 += weight * seen;
        sum01 += weight_other * seen;
        sum10 += weight * seen_second;
        sum11 += weight_other * seen_second;
    }
#endif
    sums[0] = sum00;
    sums[1] = sum01;
    sums[2] = sum10;
    sums[3] = sum11;
}

#endif

/* Write the outputs of one pair of patches for two pixels; where maxima are taken, of two pairs for
 * one pixel. */
static void multiply(const emnist_convolution_layer *layer, const int8_t *pairs, int8_t *first,
                     int8_t *second)
{
    const emnist_scaling scaling = layer->scaling;
    int32_t row_size = layer->row_size;
    int32_t outputs = layer->outputs;
    int32_t pooled = layer->pooled;
    const int8_t *weights = layer->weights;
    for (int32_t channel = 0; channel < outputs; channel += 2) {
        int32_t next = channel + 1 < outputs ? channel + 1 : channel;
        const int8_t *other = weights + (next - channel) * row_size;
        int32_t multiplier = scaling.multiplier[channel];
        int32_t multiplier_next = scaling.multiplier[next];
        int32_t less_shift = scaling.less_shift[channel];
        int32_t less_shift_next = scaling.less_shift[next];
        int32_t sums[4];
        sums[0] = sums[2] = scaling.bias[channel];
        sums[1] = sums[3] = scaling.bias[next];
        add_dots(weights, other, pairs, row_size, sums);
        if (pooled) {
            int32_t best = larger(sums[0], sums[2]);
            int32_t best_next = larger(sums[1], sums[3]);
            sums[0] = sums[2] = scaling.bias[channel];
            sums[1] = sums[3] = scaling.bias[next];
            add_dots(weights, other, pairs + PAIR_SIZE(row_size), row_size, sums);
            sums[0] = larger(best, larger(sums[0], sums[2]));
            sums[1] = larger(best_next, larger(sums[1], sums[3]));
        } else {
            second[channel] = requantize(sums[2], multiplier, less_shift, scaling.offset);
            second[next] = requantize(sums[3], multiplier_next, less_shift_next, scaling.offset);
        }
        first[channel] = requantize(sums[0], multiplier, less_shift, scaling.offset);
        first[next] = requantize(sums[1], multiplier_next, less_shift_next, scaling.offset);
        weights += 2 * row_size;
    }
}

/* Lay out what the convolution sees at (row, column). patch: where it may be put together. */
static void see(const emnist_convolution_layer *layer, const int8_t *input, int32_t row,
                int32_t column, int8_t *patch, const int8_t *padding, int8_t *pair, int32_t lane)
{
    if (layer->before != 0) {
        convolve_depthwise(layer->before, input, row, column, padding, patch);
    } else {
        gather(layer, input, row, column, patch);
    }
    lay_out(pair, lane, patch, layer->row_size);
}

/* Return value x multiplier / 2^31 / 2^shift, rounded after each; shift may be 0. */
static int32_t scale(int32_t value, int32_t multiplier, int32_t shift)
{
    int32_t product = multiply_high(value, multiplier);
    if (shift > 0) {
        product = (((product + (product >> 31)) >> (shift - 1)) + 1) >> 1;
    }
    return product;
}

/* Write the sums of count numbers; output may be that of one of them, or lie before. */
static void add(const emnist_add_layer *layer, const int8_t *first, const int8_t *second,
                int8_t *output, int32_t count)
{
    for (int32_t place = 0; place < count; place++) {
        int32_t sum = scale((first[place] - layer->zero_point[0]) * ((int32_t)1 << 20),
                            layer->multiplier[0], layer->shift[0]) +
                      scale((second[place] - layer->zero_point[1]) * ((int32_t)1 << 20),
                            layer->multiplier[1], layer->shift[1]);
        sum = scale(sum, layer->multiplier[2], layer->shift[2]) + layer->zero_point[2];
        output[place] = saturate(sum);
    }
}

void emnist_convolve(int8_t *arena, const emnist_step *step)
{
    const emnist_convolution_layer *layer = step->layer;
    const int8_t *input = arena + step->input;
    int32_t pair_size = PAIR_SIZE(layer->row_size);
    int8_t *pairs = arena + step->second;
    int8_t *patch = pairs + (layer->pooled ? 2 : 1) * pair_size;
    int8_t *padding = patch + layer->row_size;
    int8_t *output = arena + step->output;
    int32_t waiting = 0;
    int32_t lane = 0;
    walk at = start(step, layer->final_height, layer->final_width, layer->outputs);
    memset(patch, 0, layer->row_size);
    if (layer->before != 0) {
        memset(padding, layer->before->window.zero_point, layer->before->window.channels);
    }
    for (; at.left > 0; advance(&at)) {
        if (layer->pooled) {
            int32_t row = 2 * at.row;
            int32_t column = 2 * at.column;
            int32_t bottom = smaller(row + 1, layer->window.output_height - 1);
            int32_t right = smaller(column + 1, layer->window.output_width - 1);
            see(layer, input, row, column, patch, padding, pairs, 0);
            see(layer, input, row, right, patch, padding, pairs, 1);
            see(layer, input, bottom, column, patch, padding, pairs + pair_size, 0);
            see(layer, input, bottom, right, patch, padding, pairs + pair_size, 1);
            multiply(layer, pairs, output + at.place, output + at.place);
            continue;
        }
        see(layer, input, at.row, at.column, patch, padding, pairs, lane);
        lane = 1 - lane;
        if (lane == 1) {
            waiting = at.place;
            if (at.left > 1) {
                continue;
            }
            lay_out(pairs, 1, patch, layer->row_size); /* a single one stands for a pair */
        }
        multiply(layer, pairs, output + waiting, output + at.place);
        if (layer->added != 0) { /* to both pixels, one after the other in memory */
            int32_t first = smaller(waiting, at.place);
            int32_t count = larger(waiting, at.place) - first + layer->outputs;
            add(layer->added, input + first, output + first, output + first, count);
        }
    }
}

void emnist_depthwise(int8_t *arena, const emnist_step *step)
{
    const emnist_depthwise_layer *layer = step->layer;
    const emnist_window *window = &layer->window;
    int8_t *padding = arena + step->second;
    walk at = start(step, window->output_height, window->output_width, window->channels);
    memset(padding, window->zero_point, window->channels);
    for (; at.left > 0; advance(&at)) {
        convolve_depthwise(layer, arena + step->input, at.row, at.column, padding,
                           arena + step->output + at.place);
    }
}

void emnist_dense(int8_t *arena, const emnist_step *step)
{
    const emnist_dense_layer *layer = step->layer;
    const int8_t *input = arena + step->input;
    const int8_t *weights = layer->weights;
    int8_t *output = arena + step->output;
    for (int32_t channel = 0; channel < layer->outputs; channel++) {
        int32_t sum = layer->scaling.bias[channel];
        int32_t place = 0;
#if defined(EMNIST_DSP)
        for (; place + 4 <= layer->inputs; place += 4) {
            uint32_t seen = load_four(input + place);
            uint32_t four = load_four(weights + place);
            sum = emnist_smlad(emnist_first_third(four), emnist_first_third(seen), sum);
            sum = emnist_smlad(emnist_second_fourth(four), emnist_second_fourth(seen), sum);
        }
#endif
        for (; place < layer->inputs; place++) {
            sum += weights[place] * input[place];
        }
        output[channel] = requantize_once(sum, &layer->scaling, channel);
        weights += layer->inputs;
    }
}

void emnist_pool(int8_t *arena, const emnist_step *step)
{
    const emnist_pool_layer *layer = step->layer;
    const emnist_window *window = &layer->window;
    const int8_t *input = arena + step->input;
    int32_t channels = window->channels;
    walk at = start(step, window->output_height, window->output_width, channels);
    for (; at.left > 0; advance(&at)) {
        int8_t *output = arena + step->output + at.place;
        int32_t y = at.row * window->stride_down - window->above;
        int32_t x = at.column * window->stride_right - window->left;
        int32_t bottom = smaller(y + window->rows, window->height);
        int32_t right = smaller(x + window->columns, window->width);
        for (int32_t channel = 0; channel < channels; channel++) {
            int32_t best = -128;
            for (int32_t v = larger(y, 0); v < bottom; v++) {
                for (int32_t u = larger(x, 0); u < right; u++) {
                    best = larger(best, input[(v * window->width + u) * channels + channel]);
                }
            }
            output[channel] = (int8_t)best;
        }
    }
}

void emnist_mean(int8_t *arena, const emnist_step *step)
{
    const emnist_mean_layer *layer = step->layer;
    for (int32_t channel = 0; channel < layer->channels; channel++) {
        const int8_t *input = arena + step->input + channel;
        int32_t sum = -(int32_t)layer->pixels * layer->input_zero_point;
        for (int32_t pixel = 0; pixel < layer->pixels; pixel++) {
            sum += *input;
            input += layer->channels;
        }
        arena[step->output + channel] =
            requantize(sum, layer->multiplier, layer->less_shift, layer->offset);
    }
}

void emnist_add(int8_t *arena, const emnist_step *step)
{
    const emnist_add_layer *layer = step->layer;
    add(layer, arena + step->input, arena + step->second, arena + step->output, layer->size);
}

void emnist_table(int8_t *arena, const emnist_step *step)
{
    const emnist_table_layer *layer = step->layer;
    const int8_t *input = arena + step->input;
    int8_t *output = arena + step->output;
    for (int32_t place = 0; place < layer->size; place++) {
        output[place] = layer->table[input[place] + 128];
    }
}

void emnist_transpose(int8_t *arena, const emnist_step *step)
{
    const emnist_transpose_layer *layer = step->layer;
    const int8_t *input = arena + step->input;
    int8_t *output = arena + step->output;
    for (int32_t column = 0; column < layer->columns; column++) {
        for (int32_t row = 0; row < layer->rows; row++) {
            *output++ = input[row * layer->columns + column];
        }
    }
}

/* Return where in the arena the outputs lie, after all steps. */
static const int8_t *run(const emnist_network *network, const uint8_t *glyph, int8_t *arena)
{
    int8_t *input = arena + network->input;
    for (int32_t pixel = 0; pixel < EMNIST_PIXELS; pixel++) {
        input[pixel] = (int8_t)(glyph[pixel] - 128);
    }
    for (int32_t step = 0; step < network->step_count; step++) {
        network->steps[step].run(arena, &network->steps[step]);
    }
    return arena + network->output;
}

int emnist_logits(const emnist_network *network, const uint8_t glyph[EMNIST_PIXELS], void *arena,
                  int8_t *logits)
{
    if (network == 0 || glyph == 0 || arena == 0 || logits == 0) {
        return EMNIST_ERROR_NULL;
    }
    memcpy(logits, run(network, glyph, arena), network->classes);
    return EMNIST_OK;
}

/* Probabilities of classes: powers of how far their logits are below the highest, over their sum. */

static int32_t is_possible(const emnist_network *network, int32_t label)
{
    return network->among == 0 || network->among[label] != 0;
}

static uint32_t power(const emnist_network *network, int32_t below)
{
    return below < network->power_count ? network->powers[below] : 0;
}

static uint32_t sum_powers(const emnist_network *network, const int8_t *logits, int32_t highest)
{
    uint32_t sum = 0;
    for (int32_t label = 0; label < network->classes; label++) {
        if (is_possible(network, label)) {
            sum += power(network, highest - logits[label]);
        }
    }
    return sum;
}

static uint16_t fraction(uint32_t part, uint32_t sum)
{
    uint32_t steps = part * 65536u / sum;
    return (uint16_t)(steps > 65535u ? 65535u : steps);
}

/* Return the class of the highest output, the first of equal ones, but for the class without; -1
 * where no other is possible. */
static int32_t highest_but(const emnist_network *network, const int8_t *logits, int32_t without)
{
    int32_t best = -1;
    for (int32_t label = 0; label < network->classes; label++) {
        if (label != without && is_possible(network, label)
            && (best < 0 || logits[label] > logits[best])) {
            best = label;
        }
    }
    return best;
}

int emnist_probabilities(const emnist_network *network, const int8_t *logits,
                         uint16_t *probabilities)
{
    int32_t best;
    uint32_t sum;
    if (network == 0 || logits == 0 || probabilities == 0) {
        return EMNIST_ERROR_NULL;
    }
    best = highest_but(network, logits, -1);
    if (best < 0) {
        return EMNIST_ERROR_SIZE;
    }
    sum = sum_powers(network, logits, logits[best]);
    for (int32_t label = 0; label < network->classes; label++) {
        int32_t below = logits[best] - logits[label];
        probabilities[label] =
            is_possible(network, label) ? fraction(power(network, below), sum) : 0;
    }
    return EMNIST_OK;
}

int emnist_classify(const emnist_network *network, const uint8_t glyph[EMNIST_PIXELS], void *arena,
                    emnist_result *result)
{
    const int8_t *logits;
    int32_t label;
    int32_t runner_up;
    uint32_t sum;
    if (network == 0 || glyph == 0 || arena == 0 || result == 0) {
        return EMNIST_ERROR_NULL;
    }
    logits = run(network, glyph, arena);
    label = highest_but(network, logits, -1);
    if (label < 0) {
        return EMNIST_ERROR_SIZE;
    }
    runner_up = highest_but(network, logits, label);
    sum = sum_powers(network, logits, logits[label]);
    result->label = (uint8_t)label;
    result->confidence = fraction(power(network, 0), sum);
    if (runner_up < 0) { /* one class alone is possible */
        result->runner_up = (uint8_t)label;
        result->runner_up_confidence = 0;
    } else {
        result->runner_up = (uint8_t)runner_up;
        result->runner_up_confidence =
            fraction(power(network, logits[label] - logits[runner_up]), sum);
    }
    return EMNIST_OK;
}
