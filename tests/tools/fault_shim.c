// Loaded into daoshm before the C library (LD_PRELOAD), this makes one of the calls that the program makes of the system
// fail, counted from the start of main(), or breaks the program off there:
//     DAO_FAULT=NUMBER:CALL:ERROR:HOW  the first call of that name from the one with that number on, from 0; with which errno; HOW
//                                  is `once`, `always` (those of that name from then on), or what happens to the process instead,
//                                  just before that call: `killed`, `ended` (by _exit() with 77), `stopped`, or `asked` to end (by SIGTERM)
//     DAO_FAULT_KIND               `files` or `memory`: what is counted
//     DAO_FAULT_LOG                a file that takes the names of the calls that were counted, a line each, when main() has ended,
//                                  and the one that failed once more, after a `!`
// Calls that the C library makes of itself are not seen, and those of libzmq and of libsodium, which it uses, are left alone:
// they end the process when they get no descriptor, no thread or no random numbers.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum
{
    most_calls = 100000
};

static atomic_bool is_counting;
static bool counts_memory;
static long fault_number = -1;
static char fault_call[32];
static int fault_error;
static char fault_how[16];
static atomic_long count;
static const char *names[most_calls];
static const char *_Atomic fault_name;
static struct
{
    uintptr_t from, to;
} spared[8]; // where the instructions of libraries lie whose calls are left alone
static size_t spared_count;

static int find_spared(struct dl_phdr_info *library, size_t bytes, void *unused)
{
    (void)bytes, (void)unused;
    if (strstr(library->dlpi_name, "libzmq") == NULL && strstr(library->dlpi_name, "libsodium") == NULL)
        return 0;
    for (size_t i = 0; i < library->dlpi_phnum && spared_count < sizeof spared / sizeof *spared; ++i)
        if (library->dlpi_phdr[i].p_type == PT_LOAD && (library->dlpi_phdr[i].p_flags & PF_X) != 0)
        {
            spared[spared_count].from = library->dlpi_addr + library->dlpi_phdr[i].p_vaddr;
            spared[spared_count].to = spared[spared_count].from + library->dlpi_phdr[i].p_memsz;
            ++spared_count;
        }
    return 0;
}

static bool is_spared(const void *caller)
{
    for (size_t i = 0; i < spared_count; ++i)
        if ((uintptr_t)caller >= spared[i].from && (uintptr_t)caller < spared[i].to)
            return true;
    return false;
}

static bool is_how(const char *how)
{
    return strcmp(fault_how, how) == 0;
}

// What happens to the whole process. False when the call is to fail instead.
static bool breaks_off(void)
{
    if (is_how("killed"))
        syscall(SYS_kill, getpid(), SIGKILL);
    else if (is_how("stopped"))
        syscall(SYS_kill, getpid(), SIGSTOP); // and goes on after SIGCONT
    else if (is_how("asked"))
        syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGTERM); // this thread
    else if (is_how("ended"))
        _exit(77);
    else
        return false;
    return true;
}

// Whether this call shall fail; sets errno.
static bool fails(const char *name, bool is_memory, const void *caller)
{
    if (!atomic_load_explicit(&is_counting, memory_order_relaxed) || is_memory != counts_memory)
        return false;
    if (is_spared(caller))
        return false;
    const long number = atomic_fetch_add(&count, 1);
    if (number < most_calls)
        names[number] = name;
    if (fault_number < 0 || number < fault_number || strcmp(name, fault_call) != 0)
        return false;
    const char *expected = NULL;
    const bool is_first = atomic_compare_exchange_strong(&fault_name, &expected, name);
    const bool now = (is_first && !breaks_off()) || is_how("always");
    if (now)
        errno = fault_error;
    return now;
}

static void read_settings(void)
{
    const char *kind = getenv("DAO_FAULT_KIND");
    counts_memory = kind != NULL && strcmp(kind, "memory") == 0;
    const char *fault = getenv("DAO_FAULT");
    if (fault != NULL && sscanf(fault, "%ld:%31[^:]:%d:%15s", &fault_number, fault_call, &fault_error, fault_how) != 4)
        abort();
}

static void write_log(void)
{
    const char *path = getenv("DAO_FAULT_LOG");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file == NULL)
        return;
    const long calls = atomic_load(&count);
    for (long number = 0; number < calls && number < most_calls; ++number)
        fprintf(file, "%s\n", names[number]);
    if (atomic_load(&fault_name) != NULL)
        fprintf(file, "!%s\n", atomic_load(&fault_name));
    fclose(file);
}

static int (*program)(int, char **, char **);

static int counted_main(int argument_count, char **arguments, char **environment)
{
    atomic_store(&is_counting, true);
    const int code = program(argument_count, arguments, environment);
    atomic_store(&is_counting, false);
    write_log();
    return code;
}

// NOLINTBEGIN(bugprone-reserved-identifier)
int __libc_start_main(int (*main)(int, char **, char **), int argument_count, char **arguments, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end)
{
    read_settings();
    dl_iterate_phdr(find_spared, NULL);
    program = main;
    int (*real)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *) =
        NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
    return real(counted_main, argument_count, arguments, init, fini, loader_fini, stack_end);
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
// NOLINTEND(bugprone-reserved-identifier)

void *malloc(size_t bytes)
{
    return fails("malloc", true, __builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}
void *calloc(size_t number, size_t bytes)
{
    return fails("calloc", true, __builtin_return_address(0)) ? NULL : __libc_calloc(number, bytes);
}
void *realloc(void *place, size_t bytes)
{
    return fails("realloc", true, __builtin_return_address(0)) ? NULL : __libc_realloc(place, bytes);
}

// `symbol` is the name of the call, or that of its form that checks sizes, as an optimised build has it.
#define FORWARD_AS(name, type, symbol, failure, parameters, arguments)                        \
    type symbol parameters                                                                    \
    {                                                                                         \
        static type(*real) parameters;                                                        \
        if (real == NULL)                                                                     \
            *(void **)&real = dlsym(RTLD_NEXT, #symbol);                                      \
        return fails(#name, false, __builtin_return_address(0)) ? (failure) : real arguments; \
    }
#define FORWARD(type, name, failure, parameters, arguments) FORWARD_AS(name, type, name, failure, parameters, arguments)

FORWARD(ssize_t, write, -1, (int file, const void *data, size_t bytes), (file, data, bytes))
FORWARD(ssize_t, pwrite, -1, (int file, const void *data, size_t bytes, off_t at), (file, data, bytes, at))
FORWARD(ssize_t, pread, -1, (int file, void *data, size_t bytes, off_t at), (file, data, bytes, at))
FORWARD(int, fsync, -1, (int file), (file))
FORWARD(int, fdatasync, -1, (int file), (file))
FORWARD(int, ftruncate, -1, (int file, off_t bytes), (file, bytes))
FORWARD(int, posix_fallocate, fault_error, (int file, off_t from, off_t bytes), (file, from, bytes))
FORWARD(int, fallocate, -1, (int file, int mode, off_t from, off_t bytes), (file, mode, from, bytes))
FORWARD(int, flock, -1, (int file, int operation), (file, operation))
FORWARD(int, fstat, -1, (int file, struct stat *found), (file, found))
FORWARD(int, stat, -1, (const char *path, struct stat *found), (path, found))
FORWARD(int, lstat, -1, (const char *path, struct stat *found), (path, found))
FORWARD(int, rename, -1, (const char *from, const char *to), (from, to))
FORWARD(int, unlink, -1, (const char *path), (path))
FORWARD(int, remove, -1, (const char *path), (path))
FORWARD(void *, mmap, MAP_FAILED, (void *place, size_t bytes, int protection, int flags, int file, off_t at),
        (place, bytes, protection, flags, file, at))
FORWARD(FILE *, fopen, NULL, (const char *path, const char *mode), (path, mode))

FORWARD(ssize_t, read, -1, (int file, void *data, size_t bytes), (file, data, bytes))
FORWARD(ssize_t, readlink, -1, (const char *path, char *target, size_t bytes), (path, target, bytes))
FORWARD(int, fchmod, -1, (int file, mode_t mode), (file, mode))
FORWARD(int, fchown, -1, (int file, uid_t user, gid_t group), (file, user, group))
FORWARD(int, link, -1, (const char *from, const char *to), (from, to))
FORWARD(char *, getcwd, NULL, (char *path, size_t bytes), (path, bytes))
FORWARD(ssize_t, getrandom, -1, (void *data, size_t bytes, unsigned flags), (data, bytes, flags))
FORWARD(DIR *, opendir, NULL, (const char *path), (path))
FORWARD(int, kill, -1, (pid_t process, int number), (process, number))
FORWARD(int, gethostname, -1, (char *name, size_t bytes), (name, bytes))
FORWARD(int, setsockopt, -1, (int file, int level, int option, const void *value, socklen_t bytes),
        (file, level, option, value, bytes))
FORWARD(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
FORWARD(int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))
FORWARD(int, pthread_create, fault_error,
        (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument),
        (thread, attributes, start, argument))

// NOLINTBEGIN(bugprone-reserved-identifier)
FORWARD_AS(read, ssize_t, __read_chk, -1, (int file, void *data, size_t bytes, size_t room), (file, data, bytes, room))
FORWARD_AS(pread, ssize_t, __pread_chk, -1, (int file, void *data, size_t bytes, off_t at, size_t room),
           (file, data, bytes, at, room))
FORWARD_AS(readlink, ssize_t, __readlink_chk, -1, (const char *path, char *target, size_t bytes, size_t room),
           (path, target, bytes, room))
FORWARD_AS(getcwd, char *, __getcwd_chk, NULL, (char *path, size_t bytes, size_t room), (path, bytes, room))
FORWARD_AS(gethostname, int, __gethostname_chk, -1, (char *name, size_t bytes, size_t room), (name, bytes, room))
// NOLINTEND(bugprone-reserved-identifier)

static int open_with(const void *caller, const char *path, int flags, mode_t mode)
{
    static int (*real)(const char *, int, ...);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "open");
    return fails("open", false, caller) ? -1 : real(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_with(__builtin_return_address(0), path, flags, mode);
}
int fcntl(int file, int command, ...)
{
    static int (*real)(int, int, ...);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "fcntl");
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *); // whatever it is, and whether there is one
    va_end(rest);
    return fails("fcntl", false, __builtin_return_address(0)) ? -1 : real(file, command, argument);
}
// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __open_2(const char *path, int flags)
{
    return open_with(__builtin_return_address(0), path, flags, 0);
}
