/* Read the crops of a file, SIDE pixels square. To another go, for each: glyph, result,
 * instructions of the glyph and of the whole reading, and stack. */
#include HEADER
#include "board.h"
#include "emnist_read.h"
#include "host.h"

static uint64_t arena[EMNIST_READ_ARENA_SIZE(sizeof(NETWORK_ARENA)) / 8];
static uint8_t crop[SIDE * SIDE], glyph[EMNIST_PIXELS];
static emnist_result result;

int main(void)
{
    uint32_t numbers[3];
    int crops = host_open("crops", HOST_READ);
    int answers = host_open("answers", HOST_WRITE);
    board_start_counter();
    numbers[0] = board_loop();
    (void)host_write(answers, numbers, sizeof numbers[0]);
    board_paint_stack();
    while (host_read(crops, crop, sizeof crop) == 0) {
        uint32_t before = board_counter();
        (void)emnist_glyph(crop, SIDE, SIDE, SIDE, 0, arena, glyph);
        numbers[0] = board_counted(before);
        before = board_counter();
        (void)emnist_read(&NETWORK, crop, SIDE, SIDE, SIDE, arena, &result);
        numbers[1] = board_counted(before);
        numbers[2] = board_stack_below(board_stack_pointer());
        (void)host_write(answers, glyph, sizeof glyph);
        (void)host_write(answers, &result, sizeof result);
        (void)host_write(answers, numbers, sizeof numbers);
    }
    host_close(answers);
    host_exit();
    return 0;
}
