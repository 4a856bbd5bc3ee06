#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// <fcntl.h> would bring a `struct stat` into this module, and which module it is then seen in depends on who came first.
#define SLIPWAY_AT_FDCWD (-100)
#define SLIPWAY_AT_SYMLINK_NOFOLLOW 0x100

/// syncfs(2): all that was written to the file system of an open file is on its disk. 0, or -1 with errno set.
static inline int sync_file_system(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}

/// sync_file_range(2): the kernel begins to write what it holds of the first `length` bytes of an open file, and does not
/// wait. A hint: where the file system has no such thing, nothing is lost.
static inline void begin_flush(int descriptor, long long length) {
    syscall(SYS_sync_file_range, descriptor, 0LL, length, 2u);
}

/// renameat2(2) with RENAME_EXCHANGE, which glibc hides from Swift. 0, or -1 with errno set.
static inline int exchange_paths(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, SLIPWAY_AT_FDCWD, one, SLIPWAY_AT_FDCWD, other, 1u << 1);
}

/// The number of a file in its file system, and when it was made, in nanoseconds (0 where the file system does not
/// know). Follows no link in the last part. 0, or -1 with errno set.
static inline int file_identity(const char *path, unsigned long long *inode, long long *born) {
    struct statx found;
    if (syscall(SYS_statx, SLIPWAY_AT_FDCWD, path, SLIPWAY_AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &found) != 0) return -1;
    *inode = found.stx_ino;
    *born = found.stx_mask & STATX_BTIME ? found.stx_btime.tv_sec * 1000000000LL + found.stx_btime.tv_nsec : 0;
    return 0;
}
