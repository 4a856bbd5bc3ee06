/* Preloaded into slipway: makes one kind of call fail for files below a folder, as a disk that is full or broken does.
 *
 *   FAULT_BELOW   the folder                       FAULT_CALL    write, sync, link, rename, open, mkdir or unlink
 *   FAULT_AT      the first call that fails, from 1; 0: none, they are only counted
 *   FAULT_COUNT   how many fail from there on      FAULT_ERROR   errno
 *   FAULT_LOG     gets a line for each such call, with a star before those that failed
 *
 * A write that fails has written half of what it was given by then, as one to a disk that fills up has. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_int calls;

static int number(const char *name) {
    const char *text = getenv(name);
    return text ? atoi(text) : 0;
}

/* Whether this call is to fail; sets errno. */
static int fails(const char *call, const char *path) {
    const char *below = getenv("FAULT_BELOW"), *wanted = getenv("FAULT_CALL"), *log = getenv("FAULT_LOG");
    if (!below || !wanted || !log || strcmp(call, wanted) || strncmp(path, below, strlen(below))) return 0;
    int at = number("FAULT_AT"), call_number = atomic_fetch_add(&calls, 1) + 1;
    int is_hit = at > 0 && call_number >= at && call_number < at + number("FAULT_COUNT");
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s%s %s\n", is_hit ? "* " : "", call, path);
    int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) {
        syscall(SYS_write, file, line, (size_t)length);
        syscall(SYS_close, file);
    }
    if (is_hit) errno = number("FAULT_ERROR");
    return is_hit;
}

static int fails_at(const char *call, int folder, const char *name) {
    char link[64], path[PATH_MAX + 1], whole[2 * PATH_MAX];
    if (folder == AT_FDCWD || name[0] == '/') return fails(call, name);
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (length < 0) return 0;
    path[length] = 0;
    snprintf(whole, sizeof whole, *name ? "%s/%s" : "%s", path, name);
    return fails(call, whole);
}

static int fails_file(const char *call, int file) {
    int saved = errno, is_hit = fails_at(call, file, "");
    if (!is_hit) errno = saved;
    return is_hit;
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (!fails_file("write", file)) return REAL(write)(file, bytes, count);
    int error = errno;
    /* The caller sees the half, comes back with the rest, and gets the error then. */
    if (count > 1 && number("FAULT_COUNT") > 1) return REAL(write)(file, bytes, count / 2);
    errno = error;
    return -1;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
    return fails_file("write", file) ? -1 : REAL(pwrite64)(file, bytes, count, place);
}

int fsync(int file) { return fails_file("sync", file) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return fails_file("sync", file) ? -1 : REAL(fdatasync)(file); }

int linkat(int from, const char *old, int to, const char *new, int flags) {
    return fails_at("link", to, new) ? -1 : REAL(linkat)(from, old, to, new, flags);
}
int link(const char *old, const char *new) { return fails_at("link", AT_FDCWD, new) ? -1 : REAL(link)(old, new); }
int renameat(int from, const char *old, int to, const char *new) {
    return fails_at("rename", to, new) ? -1 : REAL(renameat)(from, old, to, new);
}
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return fails_at("rename", to, new) ? -1 : REAL(renameat2)(from, old, to, new, flags);
}
int rename(const char *old, const char *new) { return fails_at("rename", AT_FDCWD, new) ? -1 : REAL(rename)(old, new); }
int mkdirat(int folder, const char *name, mode_t mode) {
    return fails_at("mkdir", folder, name) ? -1 : REAL(mkdirat)(folder, name, mode);
}
int mkdir(const char *name, mode_t mode) { return fails_at("mkdir", AT_FDCWD, name) ? -1 : REAL(mkdir)(name, mode); }
int unlinkat(int folder, const char *name, int flags) {
    return fails_at("unlink", folder, name) ? -1 : REAL(unlinkat)(folder, name, flags);
}
int unlink(const char *name) { return fails_at("unlink", AT_FDCWD, name) ? -1 : REAL(unlink)(name); }

#define OPEN(symbol)                                                                                   \
    int symbol(const char *name, int flags, ...) {                                                     \
        va_list rest;                                                                                  \
        va_start(rest, flags);                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                        \
        va_end(rest);                                                                                  \
        if (flags & O_CREAT && fails_at("open", AT_FDCWD, name)) return -1;                            \
        return REAL(symbol)(name, flags, mode);                                                        \
    }
#define OPENAT(symbol)                                                                                 \
    int symbol(int folder, const char *name, int flags, ...) {                                         \
        va_list rest;                                                                                  \
        va_start(rest, flags);                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                        \
        va_end(rest);                                                                                  \
        if (flags & O_CREAT && fails_at("open", folder, name)) return -1;                              \
        return REAL(symbol)(folder, name, flags, mode);                                                \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
