/* The least that classifies a glyph: how much of a board's memory that takes. */
#include HEADER

static NETWORK_ARENA arena;
uint8_t glyph[EMNIST_PIXELS];
emnist_result result;

int main(void)
{
    for (;;) {
        (void)NETWORK_CLASSIFY(glyph, &arena, &result);
    }
}
