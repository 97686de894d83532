/* Classify the glyphs of a file. To another go, for each: outputs, result, instructions and stack.
 * HEADER and what begins with NETWORK name the network; before all stands board_loop(). */
#include HEADER
#include "board.h"
#include "host.h"

static NETWORK_ARENA arena;
static uint8_t glyph[EMNIST_PIXELS];
static emnist_result result;

int main(void)
{
    uint32_t numbers[2];
    int glyphs = host_open("glyphs", HOST_READ);
    int answers = host_open("answers", HOST_WRITE);
    board_start_counter();
    numbers[0] = board_loop();
    (void)host_write(answers, numbers, sizeof numbers[0]);
    board_paint_stack();
    while (host_read(glyphs, glyph, sizeof glyph) == 0) {
        uint32_t before = board_counter();
        (void)NETWORK_CLASSIFY(glyph, &arena, &result);
        numbers[0] = board_counted(before);
        numbers[1] = board_stack_below(board_stack_pointer());
        (void)host_write(answers, arena.bytes + NETWORK.output, NETWORK.classes);
        (void)host_write(answers, &result, sizeof result);
        (void)host_write(answers, numbers, sizeof numbers);
    }
    host_close(answers);
    host_exit();
    return 0;
}
