// The calls of the system that the linker puts in the place of the real ones (--wrap).
#include "decisions.hpp"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <new>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace faults;

namespace
{

Call call_of(int command)
{
    if (command == F_OFD_SETLK)
        return Call::lock;
    return command == F_OFD_GETLK ? Call::query_lock : Call::duplicate;
}

}

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
int __real_open(const char *, int, ...);
int __real_fstat(int, struct stat *);
int __real_lstat(const char *, struct stat *);
int __real_stat(const char *, struct stat *);
int __real_fallocate(int, int, off_t, off_t);
ssize_t __real_pwrite(int, const void *, size_t, off_t);
int __real_fchmod(int, mode_t);
int __real_fchown(int, uid_t, gid_t);
int __real_fcntl(int, int, ...);
int __real_rename(const char *, const char *);
int __real_link(const char *, const char *);
int __real_unlink(const char *);
char *__real_getcwd(char *, size_t);
void *__real_mmap(void *, size_t, int, int, int, off_t);
int __real_madvise(void *, size_t, int);
ssize_t __real_read(int, void *, size_t);
ssize_t __real_readlink(const char *, char *, size_t);
DIR *__real_opendir(const char *);
int __real_kill(pid_t, int);
ssize_t __real_getrandom(void *, size_t, unsigned);
int __real_clock_nanosleep(clockid_t, int, const timespec *, timespec *);
long __real_syscall(long, ...);
sem_t *__real_sem_open(const char *, int, ...);
int __real_sem_timedwait(sem_t *, const timespec *);
int __real_sem_clockwait(sem_t *, clockid_t, const timespec *);
int __real_sem_post(sem_t *);
void *__real__Znwm(size_t);
void *__real__ZnwmRKSt9nothrow_t(size_t, const std::nothrow_t &);
void *__real_malloc(size_t);

int __wrap_open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return fails(Call::open) || lacks(path) ? -1 : __real_open(path, flags, mode);
}
int __wrap___open_2(const char *path, int flags)
{
    return __wrap_open(path, flags);
}
int __wrap_fstat(int file, struct stat *found)
{
    return fails(Call::fstat) ? -1 : __real_fstat(file, found);
}
int __wrap_lstat(const char *path, struct stat *found)
{
    return fails(Call::lstat) ? -1 : __real_lstat(path, found);
}
int __wrap_stat(const char *path, struct stat *found)
{
    return fails(Call::stat) || lacks(path) ? -1 : __real_stat(path, found);
}
int __wrap_fallocate(int file, int mode, off_t from, off_t bytes)
{
    return fails(Call::fallocate) || is_interrupted() ? -1 : __real_fallocate(file, mode, from, bytes);
}
ssize_t __wrap_pwrite(int file, const void *data, size_t bytes, off_t at)
{
    const int error = error_for(Call::pwrite);
    if (error > 0)
        errno = error;
    return error > 0 ? -1 : __real_pwrite(file, data, error == does_part ? (bytes + 1) / 2 : bytes, at);
}
int __wrap_fchmod(int file, mode_t mode)
{
    return fails(Call::fchmod) ? -1 : __real_fchmod(file, mode);
}
int __wrap_fchown(int file, uid_t owner, gid_t group)
{
    return fails(Call::fchown) ? -1 : __real_fchown(file, owner, group);
}
int __wrap_fcntl(int file, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return fails(call_of(command)) ? -1 : __real_fcntl(file, command, argument);
}
int __wrap_rename(const char *from, const char *to)
{
    return fails(Call::rename) ? -1 : __real_rename(from, to);
}
int __wrap_link(const char *from, const char *to)
{
    return fails(Call::link) ? -1 : __real_link(from, to);
}
int __wrap_unlink(const char *path)
{
    return fails(Call::unlink) ? -1 : __real_unlink(path);
}
char *__wrap_getcwd(char *path, size_t bytes)
{
    return fails(Call::getcwd) ? nullptr : __real_getcwd(path, bytes);
}
char *__wrap___getcwd_chk(char *path, size_t bytes, size_t /*room*/)
{
    return __wrap_getcwd(path, bytes);
}
void *__wrap_mmap(void *place, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return fails(Call::map) ? MAP_FAILED : __real_mmap(place, bytes, protection, flags, file, offset);
}
int __wrap_madvise(void *place, size_t bytes, int advice)
{
    return fails(Call::advise) ? -1 : __real_madvise(place, bytes, advice);
}
ssize_t __wrap_read(int file, void *data, size_t bytes)
{
    const int error = error_for(Call::read);
    if (error > 0)
        errno = error;
    return error > 0 ? -1 : __real_read(file, data, error == does_part ? bytes / 64 : bytes);
}
ssize_t __wrap___read_chk(int file, void *data, size_t bytes, size_t /*room*/)
{
    return __wrap_read(file, data, bytes);
}
ssize_t __wrap_readlink(const char *path, char *target, size_t bytes)
{
    return fails(Call::readlink) || lacks(path) ? -1 : __real_readlink(path, target, bytes);
}
ssize_t __wrap___readlink_chk(const char *path, char *target, size_t bytes, size_t /*room*/)
{
    return __wrap_readlink(path, target, bytes);
}
DIR *__wrap_opendir(const char *path)
{
    return fails(Call::opendir) || lacks(path) ? nullptr : __real_opendir(path);
}
int __wrap_kill(pid_t process, int signal)
{
    return fails(Call::kill) ? -1 : __real_kill(process, signal);
}
ssize_t __wrap_getrandom(void *data, size_t bytes, unsigned flags)
{
    const int error = error_for(Call::getrandom);
    if (error > 0)
        errno = error;
    return error > 0 ? -1 : __real_getrandom(data, error == does_part ? bytes / 2 : bytes, flags);
}
int __wrap_clock_nanosleep(clockid_t clock, int flags, const timespec *until, timespec *rest)
{
    const int error = error_for(Call::sleep);
    return error > 0 ? error : __real_clock_nanosleep(clock, flags, until, rest);
}
long __wrap_syscall(long number, ...)
{
    va_list rest;
    va_start(rest, number);
    std::array<long, 6> given{};
    for (long &argument : given)
        argument = va_arg(rest, long);
    va_end(rest);
    const bool waits = number == SYS_futex && given[1] == FUTEX_WAIT;
    if (waits && fails(Call::futex_wait))
        return -1;
    if (number == SYS_renameat2 && fails(Call::rename_to_free_name))
        return -1;
    return __real_syscall(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
sem_t *__wrap_sem_open(const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const bool makes = (flags & O_CREAT) != 0;
    const mode_t mode = makes ? va_arg(rest, mode_t) : 0;
    const unsigned value = makes ? va_arg(rest, unsigned) : 0;
    va_end(rest);
    return fails(Call::semaphore_open) ? SEM_FAILED : __real_sem_open(name, flags, mode, value);
}
int __wrap_sem_timedwait(sem_t *semaphore, const timespec *until)
{
    return fails(Call::semaphore_wait) ? -1 : __real_sem_timedwait(semaphore, until);
}
int __wrap_sem_clockwait(sem_t *semaphore, clockid_t clock, const timespec *until)
{
    return fails(Call::semaphore_wait) ? -1 : __real_sem_clockwait(semaphore, clock, until);
}
int __wrap_sem_post(sem_t *semaphore)
{
    return fails(Call::semaphore_post) ? -1 : __real_sem_post(semaphore);
}
void *__wrap__Znwm(size_t bytes)
{
    if (fails(Call::memory))
        throw std::bad_alloc();
    return __real__Znwm(bytes);
}
void *__wrap__ZnwmRKSt9nothrow_t(size_t bytes, const std::nothrow_t &no_throw)
{
    return fails(Call::memory) ? nullptr : __real__ZnwmRKSt9nothrow_t(bytes, no_throw);
}
void *__wrap_malloc(size_t bytes)
{
    return fails(Call::memory) ? nullptr : __real_malloc(bytes);
}
}
// NOLINTEND(bugprone-reserved-identifier)
