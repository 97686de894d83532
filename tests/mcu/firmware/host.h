/* What the firmware asks of the machine that emulates its board: semihosting. */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

enum { HOST_READ = 1, HOST_WRITE = 5 };

/* Open a file of the emulator's folder; less than 0 where that fails. */
int host_open(const char *name, int mode);
/* Read or write all of size bytes; 0 for success. */
int host_read(int file, void *to, uint32_t size);
int host_write(int file, const void *from, uint32_t size);
void host_close(int file);
void host_exit(void);

#endif
