/* A disk without room, for one process: preloaded, it counts what is written below a folder and lets some of it fail.
 *
 *     cc -shared -fPIC -O1 -o no_room.so no_room.c -ldl
 *     NO_ROOM_FOLDER=/x NO_ROOM_COUNT=/y NO_ROOM_FROM=7 NO_ROOM_FOR=1 LD_PRELOAD=./no_room.so ...
 *
 * Of write, pwrite, fsync, fdatasync, ftruncate, rename and the making of files, the calls with the numbers FROM to
 * FROM + FOR - 1 fail with ENOSPC. COUNT is a file of 16 bytes: how many calls there were, and how many of them failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static struct { atomic_uint_fast64_t calls, failed; } *counts, nowhere;
static const char *folder;
static uint64_t from = UINT64_MAX, until = UINT64_MAX;

__attribute__((constructor)) static void prepare(void) {
    const char *file = getenv("NO_ROOM_COUNT"), *first = getenv("NO_ROOM_FROM"), *many = getenv("NO_ROOM_FOR");
    counts = (void *)&nowhere;
    folder = getenv("NO_ROOM_FOLDER");
    if (first && many) {
        from = strtoull(first, NULL, 10);
        until = from + strtoull(many, NULL, 10);
    }
    int opened = file ? open(file, O_RDWR) : -1;
    if (opened >= 0) {
        void *place = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
        if (place != MAP_FAILED) counts = place;
        close(opened);
    }
}

static int fails(void) {
    uint64_t number = atomic_fetch_add(&counts->calls, 1);
    if (number < from || number >= until) return 0;
    atomic_fetch_add(&counts->failed, 1);
    errno = ENOSPC;
    return 1;
}

static int path_fails(const char *path) {
    return folder && path && strncmp(path, folder, strlen(folder)) == 0 && fails();
}

static int file_fails(int file) {
    char link[64], path[PATH_MAX];
    if (!folder || file <= 2) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return path_fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *data, size_t size) { return file_fails(file) ? -1 : REAL(write)(file, data, size); }
ssize_t writev(int file, const struct iovec *parts, int count) { return file_fails(file) ? -1 : REAL(writev)(file, parts, count); }
ssize_t pwrite(int file, const void *data, size_t size, off_t at) { return file_fails(file) ? -1 : REAL(pwrite)(file, data, size, at); }
ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) { return file_fails(file) ? -1 : REAL(pwrite64)(file, data, size, at); }
int fsync(int file) { return file_fails(file) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return file_fails(file) ? -1 : REAL(fdatasync)(file); }
int ftruncate(int file, off_t size) { return file_fails(file) ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { return file_fails(file) ? -1 : REAL(ftruncate64)(file, size); }
int rename(const char *old, const char *new) { return path_fails(new) ? -1 : REAL(rename)(old, new); }
int mkdir(const char *path, mode_t mode) { return path_fails(path) ? -1 : REAL(mkdir)(path, mode); }
int link(const char *old, const char *new) { return path_fails(new) ? -1 : REAL(link)(old, new); }

#define OPEN(name)                                                              \
    int name(const char *path, int flags, ...) {                                \
        va_list rest;                                                           \
        va_start(rest, flags);                                                  \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;               \
        va_end(rest);                                                           \
        if ((flags & O_CREAT) && access(path, F_OK) != 0 && path_fails(path)) return -1; \
        return REAL(name)(path, flags, mode);                                   \
    }
OPEN(open)
OPEN(open64)
