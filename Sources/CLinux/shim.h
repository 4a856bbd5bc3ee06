#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// syncfs(2): all that was written to the file system of an open file is on its disk. 0, or -1 with errno set.
static inline int sync_file_system(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}

/// renameat2(2) with RENAME_EXCHANGE, which glibc hides from Swift. 0, or -1 with errno set.
static inline int exchange_paths(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 1u << 1);
}
