#include "seam.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <ifaddrs.h>
#include <mutex>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <zmq.h>

namespace network_faults
{

const std::vector<Kind> &kinds()
{
    static const std::vector<Kind> all = {
        {"zmq_ctx_new", {EMFILE}},
        {"zmq_socket", {EMFILE, ENOMEM}},
        {"zmq_bind", {EADDRINUSE, EADDRNOTAVAIL}},
        {"zmq_connect", {EADDRNOTAVAIL, EMTHREAD}},
        {"zmq_setsockopt", {EINTR}},
        {"zmq_getsockopt", {EINTR}},
        {"zmq_poll", {EINTR, EFAULT}},
        {"zmq_socket_monitor", {EADDRINUSE}},
        {"zmq_msg_init_size", {ENOMEM}},
        {"zmq_msg_init_data", {ENOMEM}},
        {"open", {EACCES, EMFILE, ENOSPC}},
        {"write", {ENOSPC, EIO}},
        {"mkdir", {EACCES, ENOSPC}},
        {"lstat", {EACCES}},
        {"gethostname", {EPERM}},
        {"socket", {EMFILE}},
        {"setsockopt", {ENOMEM}},
        {"sendto", {ENETUNREACH, EAGAIN}},
        {"getifaddrs", {ENOMEM}},
        {"getsockname", {ENOBUFS}},
        {"getpeername", {ENOTCONN}},
        {"mmap", {ENOMEM}},
        {"thread", {EAGAIN}},
    };
    return all;
}

namespace
{

// No memory is asked for in here: it may be what fails.
std::atomic<bool> is_armed{false};
std::atomic<bool> has_happened{false};
std::atomic<bool> is_persistent{false};
std::atomic<long> remaining{0};
std::atomic<int> wanted_error{0};
std::atomic<const char *> wanted_kind{nullptr}; // null: any
std::atomic<const char *> failed_kind{nullptr};
std::atomic<int> failed_error{0};
std::atomic<size_t> happened_total{0};
thread_local bool is_counted = gettid() != getpid(); // the test's own thread is not

int first_error_of(const char *name)
{
    for (const Kind &kind : kinds())
        if (std::strcmp(kind.name, name) == 0)
            return kind.errors.front();
    return EIO;
}

int error_for(const char *name)
{
    if (!is_counted)
        return 0;
    const char *failed = failed_kind.load();
    if (has_happened && is_persistent && failed != nullptr && std::strcmp(failed, name) == 0)
        return failed_error;
    const char *wanted = wanted_kind.load();
    if (!is_armed || (wanted != nullptr && std::strcmp(wanted, name) != 0) || remaining.fetch_sub(1) != 0)
        return 0;
    is_armed = false;
    failed_error = wanted_error != 0 ? wanted_error.load() : first_error_of(name);
    failed_kind = name;
    has_happened = true;
    ++happened_total;
    return failed_error;
}

bool fails(const char *name)
{
    const int error = error_for(name);
    if (error != 0)
        errno = error;
    return error != 0;
}

}

size_t happened_count()
{
    return happened_total;
}

Counted::Counted()
{
    is_counted = true;
}
Counted::~Counted()
{
    is_counted = false;
}

Fault::Fault(const std::string &kind, size_t index, int error, bool persists)
{
    const char *name = nullptr; // one that lives on
    for (const Kind &known : kinds())
        if (kind == known.name)
            name = known.name;
    wanted_kind = name;
    wanted_error = error;
    has_happened = false;
    failed_kind = nullptr;
    is_persistent = persists;
    remaining = static_cast<long>(index);
    is_armed = true;
}

Fault::~Fault()
{
    is_armed = false;
    is_persistent = false;
}

bool Fault::happened() const
{
    return has_happened;
}

std::string Fault::call() const
{
    const char *name = failed_kind;
    return name != nullptr ? name : "none";
}

}

using network_faults::fails;

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier)
#define WRAP(type, name, failure, parameters, arguments)           \
    type __real_##name parameters;                                 \
    type __wrap_##name parameters                                  \
    {                                                              \
        return fails(#name) ? (failure) : __real_##name arguments; \
    }

extern "C" {
WRAP(void *, zmq_ctx_new, nullptr, (), ())
WRAP(void *, zmq_socket, nullptr, (void *context, int type), (context, type))
WRAP(int, zmq_bind, -1, (void *socket, const char *address), (socket, address))
WRAP(int, zmq_connect, -1, (void *socket, const char *address), (socket, address))
WRAP(int, zmq_setsockopt, -1, (void *socket, int option, const void *value, size_t bytes),
     (socket, option, value, bytes))
WRAP(int, zmq_getsockopt, -1, (void *socket, int option, void *value, size_t *bytes), (socket, option, value, bytes))
WRAP(int, zmq_poll, -1, (zmq_pollitem_t * items, int count, long timeout), (items, count, timeout))
WRAP(int, zmq_socket_monitor, -1, (void *socket, const char *address, int events), (socket, address, events))
WRAP(int, zmq_msg_init_size, -1, (zmq_msg_t * message, size_t bytes), (message, bytes))
WRAP(int, zmq_msg_init_data, -1, (zmq_msg_t * message, void *data, size_t bytes, zmq_free_fn *release, void *hint),
     (message, data, bytes, release, hint))
WRAP(ssize_t, write, -1, (int file, const void *data, size_t bytes), (file, data, bytes))
WRAP(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, lstat, -1, (const char *path, struct stat *found), (path, found))
WRAP(int, gethostname, -1, (char *name, size_t bytes), (name, bytes))
WRAP(int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(int, setsockopt, -1, (int file, int level, int option, const void *value, socklen_t bytes),
     (file, level, option, value, bytes))
WRAP(ssize_t, sendto, -1,
     (int file, const void *data, size_t bytes, int flags, const struct sockaddr *to, socklen_t to_bytes),
     (file, data, bytes, flags, to, to_bytes))
WRAP(int, getsockname, -1, (int file, struct sockaddr *address, socklen_t *bytes), (file, address, bytes))
WRAP(int, getpeername, -1, (int file, struct sockaddr *address, socklen_t *bytes), (file, address, bytes))
WRAP(int, getifaddrs, -1, (ifaddrs * *all), (all))
WRAP(void *, mmap, MAP_FAILED, (void *place, size_t bytes, int protection, int flags, int file, off_t at),
     (place, bytes, protection, flags, file, at))

int __real_open(const char *, int, ...);
int __wrap_open(const char *path, int flags, mode_t mode)
{
    return fails("open") ? -1 : __real_open(path, flags, mode);
}
int __wrap___gethostname_chk(char *name, size_t bytes, size_t /*room*/)
{
    return __wrap_gethostname(name, bytes);
}
// What std::thread starts with. Its state is a std::unique_ptr of a private type; what has a destructor is passed by its
// address.
using StartThread = void(std::thread *, void *state, void (*unused)());
StartThread __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE;
void __wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(std::thread *thread,
                                                                                                  void *state,
                                                                                                  void (*unused)())
{
    if (fails("thread"))
        throw std::system_error(EAGAIN, std::generic_category());
    __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(thread, state, unused);
}
}
// NOLINTEND(bugprone-reserved-identifier)
