/* Put before the C library (LD_PRELOAD): the wall clock of a process, moved by as many nanoseconds as the first eight bytes
 * of the file PROOF_CLOCK say. Whoever writes that file moves the clock of every process that was started with it. Clocks
 * that only measure time go on. Linux. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static volatile int64_t *offset;

__attribute__((constructor)) static void open_clock(void)
{
    const char *path = getenv("PROOF_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *found = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    offset = found == MAP_FAILED ? NULL : found;
    close(file);
}

static int64_t wall_nanoseconds(void)
{
    struct timespec t;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &t);
    return t.tv_sec * SECOND + t.tv_nsec + (offset ? *offset : 0);
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
        return syscall(SYS_clock_gettime, clock, t);
    int64_t at = wall_nanoseconds();
    t->tv_sec = at / SECOND;
    t->tv_nsec = at % SECOND;
    return 0;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    (void)zone;
    int64_t at = wall_nanoseconds();
    t->tv_sec = at / SECOND;
    t->tv_usec = at % SECOND / 1000;
    return 0;
}

time_t time(time_t *t)
{
    time_t at = wall_nanoseconds() / SECOND;
    if (t)
        *t = at;
    return at;
}
