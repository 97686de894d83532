/* Weights of cubic interpolation. See emnist_ink.h. */
#include "emnist_ink.h"

/* Return the pixel before output pixel at, and how far past it that is, in 1/(2 to). */
static int32_t place(int32_t from, int32_t to, int32_t at, int32_t *past)
{
    int32_t unit = 2 * to, first = 0, way = (2 * at + 1) * from - to;
    while (way < 0) {
        way += unit;
        first--;
    }
    *past = way % unit;
    return first + way / unit;
}

int32_t emnist_cubic(int32_t from, int32_t to, int32_t at, int32_t weights[4])
{
    int32_t past, first = place(from, to, at, &past), i;
    int64_t unit = 2 * to, cube = unit * unit * unit;
    for (i = 0; i < 2; i++) { /* from the left, and from the right */
        int64_t near = i == 0 ? past : unit - past, far = near + unit;
        weights[3 * i] = (int32_t)(((15 * unit - 3 * far) * far - 24 * unit * unit) * far + 12 * cube);
        weights[1 + i] = (int32_t)((5 * near - 9 * unit) * near * near + 4 * cube);
    }
    return first;
}
