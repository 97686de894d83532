/* Semihosting as Arm and RISC-V define it. */
#include "host.h"

#include <string.h>

enum { OPEN = 1, CLOSE = 2, WRITE = 5, READ = 6, EXIT = 0x18, APPLICATION_EXIT = 0x20026 };

#if defined(__riscv)
/* Three instructions, none of them short, in one piece of memory: that is how the call is known. */
intptr_t call(intptr_t operation, const void *argument);
__asm__(".text\n"
        ".option push\n"
        ".option norvc\n"
        ".option norelax\n"
        ".balign 16\n"
        "call:\n"
        "slli x0, x0, 0x1f\n"
        "ebreak\n"
        "srai x0, x0, 7\n"
        "ret\n"
        ".option pop\n");
#else
static intptr_t call(intptr_t operation, const void *argument)
{
    register intptr_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}
#endif

int host_open(const char *name, int mode)
{
    intptr_t block[3] = {(intptr_t)name, mode, (intptr_t)strlen(name)};
    return (int)call(OPEN, block);
}

static int transfer(intptr_t operation, int file, const void *memory, uint32_t size)
{
    intptr_t block[3] = {file, (intptr_t)memory, (intptr_t)size};
    return (int)call(operation, block); /* how many bytes are left */
}

int host_read(int file, void *to, uint32_t size)
{
    return transfer(READ, file, to, size);
}

int host_write(int file, const void *from, uint32_t size)
{
    return transfer(WRITE, file, from, size);
}

void host_close(int file)
{
    intptr_t block[1] = {file};
    (void)call(CLOSE, block);
}

void host_exit(void)
{
    (void)call(EXIT, (const void *)APPLICATION_EXIT);
    for (;;) {
    }
}
