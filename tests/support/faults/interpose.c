/* Stands before the C library's calls that change files, for files below one folder.
 *
 * Loaded with LD_PRELOAD, armed through ctypes (seam.py). It counts these calls, keeps a log of
 * them, and at the n-th one fails, writes half, or kills the process. Python's own writes and
 * SQLite's pass here; those that the C library makes for itself (stdio) do not.
 *
 * fsync and fdatasync are counted but not made: a killed process loses nothing that it wrote, and
 * thousands of faults would wait for the disk. One thread is expected to write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NOTHING, ONE_ERROR, ERRORS_FROM, FULL_FROM, SHORT, TORN, KILL_BEFORE, KILL_AFTER };
enum { PASS = 0, HALF = -1, HALF_THEN_KILL = -2, PASS_THEN_KILL = -3 };

static char root[PATH_MAX];
static size_t root_length;
static int mode, error_number;
static long at, count;
static char *log_text;
static size_t log_used, log_size;

#define REAL(type, name, ...)                                                                      \
    static type (*real)(__VA_ARGS__);                                                              \
    if (!real)                                                                                     \
    real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

void seam_arm(const char *folder, int what, int number, long n)
{
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    mode = what, error_number = number, at = n;
    count = 0, log_used = 0;
}

void seam_disarm(void) { root_length = 0; }

long seam_count(void) { return count; }

const char *seam_log(void) { return log_used ? log_text : ""; }

static void note(const char *text, size_t length)
{
    if (log_used + length + 1 > log_size) {
        log_size = 2 * (log_used + length + 1);
        log_text = realloc(log_text, log_size);
        if (!log_text)
            abort();
    }
    memcpy(log_text + log_used, text, length);
    log_text[log_used += length] = 0;
}

__attribute__((noreturn)) static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* The name of a file below the folder; NULL for any other. */
static const char *below(const char *path)
{
    if (strncmp(path, root, root_length) || (path[root_length] && path[root_length] != '/'))
        return NULL;
    return path[root_length] ? path + root_length + 1 : ".";
}

static const char *below_at(int folder, const char *path, char *space)
{
    char link[64];
    ssize_t length;
    if (!root_length)
        return NULL;
    if (path[0] == '/')
        return below(path);
    if (folder == AT_FDCWD) {
        if (!getcwd(space, PATH_MAX))
            return NULL;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        length = readlink(link, space, PATH_MAX - 1);
        if (length < 0)
            return NULL;
        space[length] = 0;
    }
    length = strlen(space);
    snprintf(space + length, PATH_MAX - length, "/%s", path);
    return below(space);
}

static const char *below_fd(int file, char *space)
{
    char link[64];
    ssize_t length;
    if (!root_length)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, space, PATH_MAX - 1);
    if (length < 0)
        return NULL;
    space[length] = 0;
    return below(space);
}

/* Log the segment files (NNNNNN.faiss) that written bytes name. */
static void note_named(const char *bytes, size_t size)
{
    const char *from = bytes, *end = bytes + size, *found;
    while ((found = memmem(from, end - from, ".faiss", 6))) {
        if (found - bytes >= 6) {
            note("\t", 1);
            note(found - 6, 12);
        }
        from = found + 6;
    }
}

/* Count an operation; say what becomes of it: PASS, HALF..., or the number of an error. */
static int fate(const char *what, const char *name, const void *bytes, size_t size, int takes_room)
{
    count++;
    note(what, strlen(what));
    note("\t", 1);
    note(name, strlen(name));
    if (bytes)
        note_named(bytes, size);
    note("\n", 1);
    if (mode == NOTHING || count < at)
        return PASS;
    if (mode == ERRORS_FROM)
        return error_number;
    if (mode == FULL_FROM)
        return takes_room ? error_number : PASS;
    if (count > at)
        return PASS;
    switch (mode) {
    case ONE_ERROR:
        return error_number;
    case SHORT:
        return bytes && size > 1 ? HALF : PASS;
    case TORN:
        return bytes ? HALF_THEN_KILL : PASS;
    case KILL_BEFORE:
        die();
    default:
        return PASS_THEN_KILL;
    }
}

/* Do an operation that has no halves. */
#define WHOLE(what, name, room, call)                                                              \
    do {                                                                                           \
        int fate_ = fate(what, name, NULL, 0, room);                                               \
        if (fate_ > 0) {                                                                           \
            errno = fate_;                                                                         \
            return -1;                                                                             \
        }                                                                                          \
        int result_ = (call);                                                                      \
        if (fate_ == PASS_THEN_KILL)                                                               \
            die();                                                                                 \
        return result_;                                                                            \
    } while (0)

/* Do a write, or half of it. */
#define WRITTEN(what, name, bytes, size, call_of)                                                  \
    do {                                                                                           \
        int fate_ = fate(what, name, bytes, size, 1);                                              \
        if (fate_ > 0) {                                                                           \
            errno = fate_;                                                                         \
            return -1;                                                                             \
        }                                                                                          \
        ssize_t result_ = call_of(fate_ == HALF || fate_ == HALF_THEN_KILL ? size / 2 : size);     \
        if (fate_ == PASS_THEN_KILL || fate_ == HALF_THEN_KILL)                                    \
            die();                                                                                 \
        return result_;                                                                            \
    } while (0)

static int open_at(const char *symbol, int folder, const char *path, int flags, mode_t bits)
{
    int (*real)(int, const char *, int, ...) = dlsym(RTLD_NEXT, symbol);
    char space[PATH_MAX];
    const char *name = flags & (O_CREAT | O_TRUNC) ? below_at(folder, path, space) : NULL;
    if (!name)
        return real(folder, path, flags, bits);
    WHOLE("create", name, 1, real(folder, path, flags, bits));
}

#define BITS(flags, bits)                                                                          \
    mode_t bits = 0;                                                                               \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                       \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        bits = va_arg(rest, mode_t);                                                               \
        va_end(rest);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    BITS(flags, bits)
    return open_at("openat", AT_FDCWD, path, flags, bits);
}

int open64(const char *path, int flags, ...)
{
    BITS(flags, bits)
    return open_at("openat64", AT_FDCWD, path, flags, bits);
}

int openat(int folder, const char *path, int flags, ...)
{
    BITS(flags, bits)
    return open_at("openat", folder, path, flags, bits);
}

int openat64(int folder, const char *path, int flags, ...)
{
    BITS(flags, bits)
    return open_at("openat64", folder, path, flags, bits);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    char space[PATH_MAX];
    const char *name = below_fd(file, space);
    if (!name)
        return real(file, bytes, size);
#define CALL(n) real(file, bytes, n)
    WRITTEN("write", name, bytes, size, CALL);
#undef CALL
}

static ssize_t write_at(int file, const void *bytes, size_t size, off64_t offset)
{
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    char space[PATH_MAX];
    const char *name = below_fd(file, space);
    if (!name)
        return real(file, bytes, size, offset);
#define CALL(n) real(file, bytes, n, offset)
    WRITTEN("pwrite", name, bytes, size, CALL);
#undef CALL
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return write_at(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    return write_at(file, bytes, size, offset);
}

ssize_t writev(int file, const struct iovec *parts, int n)
{
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    char space[PATH_MAX];
    const char *name = below_fd(file, space);
    if (!name)
        return real(file, parts, n);
    WHOLE("writev", name, 1, real(file, parts, n));
}

static int cut(int file, off64_t size)
{
    REAL(int, "ftruncate64", int, off64_t);
    char space[PATH_MAX];
    const char *name = below_fd(file, space);
    if (!name)
        return real(file, size);
    WHOLE("ftruncate", name, size > 0, real(file, size));
}

int ftruncate(int file, off_t size) { return cut(file, size); }

int ftruncate64(int file, off64_t size) { return cut(file, size); }

int fsync(int file)
{
    REAL(int, "fsync", int);
    char space[PATH_MAX];
    const char *name = below_fd(file, space);
    if (!name)
        return real(file);
    WHOLE("fsync", name, 0, 0);
}

int fdatasync(int file)
{
    REAL(int, "fdatasync", int);
    char space[PATH_MAX];
    const char *name = below_fd(file, space);
    if (!name)
        return real(file);
    WHOLE("fsync", name, 0, 0);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    REAL(int, "renameat", int, const char *, int, const char *);
    char space[PATH_MAX], to_space[PATH_MAX], both[2 * PATH_MAX];
    const char *name = below_at(from_folder, from, space);
    const char *to_name = below_at(to_folder, to, to_space);
    if (!name || !to_name)
        return real(from_folder, from, to_folder, to);
    snprintf(both, sizeof both, "%s\t%s", name, to_name);
    WHOLE("rename", both, 0, real(from_folder, from, to_folder, to));
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int folder, const char *path, int flags)
{
    REAL(int, "unlinkat", int, const char *, int);
    char space[PATH_MAX];
    const char *name = below_at(folder, path, space);
    if (!name)
        return real(folder, path, flags);
    WHOLE("unlink", name, 0, real(folder, path, flags));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int mkdir(const char *path, mode_t bits)
{
    REAL(int, "mkdir", const char *, mode_t);
    char space[PATH_MAX];
    const char *name = below_at(AT_FDCWD, path, space);
    if (!name)
        return real(path, bits);
    WHOLE("mkdir", name, 1, real(path, bits));
}
