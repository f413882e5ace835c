// Makes the calls that the library makes of the operating system fail, one at a time. The linker puts these in the place
// of the real ones (--wrap), so that the library is the one that is shipped, without hooks. Only calls of the thread that
// asked for it are counted or fail.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace faults
{

enum class Call
{
    open,
    fstat,
    lstat,
    stat,
    fallocate,
    pwrite,
    fchmod,
    fchown,
    lock,
    query_lock,
    duplicate,
    rename,
    rename_to_free_name,
    link,
    unlink,
    getcwd,
    map,
    advise,
    read,
    readlink,
    opendir,
    kill,
    getrandom,
    sleep,
    futex_wait,
    semaphore_open,
    semaphore_wait,
    semaphore_post,
    memory
};

// Does part of what it should, and says so.
constexpr int does_part = -1;

const char *name_of(Call call);
// What each can fail with: numbers of errno, or does_part.
const std::vector<int> &errors_of(Call call);
std::string error_text(int error);

// The calls that `this thread` makes while one exists, in order.
class Recording
{
  public:
    Recording();
    ~Recording();
    Recording(const Recording &) = delete;
    Recording &operator=(const Recording &) = delete;
    const std::vector<Call> &calls() const { return calls_; }

  private:
    std::vector<Call> calls_;
};

// The call number `index`, from 0, of this thread fails while one exists; with `persists`, all of its kind after it too.
class Fault
{
  public:
    Fault(size_t index, int error, bool persists);
    ~Fault();
    Fault(const Fault &) = delete;
    Fault &operator=(const Fault &) = delete;
    bool happened() const;
    Call call() const; // which it was
};

// What a system lacks: all calls of the kind fail in all threads while one exists. They are still counted.
class Lack
{
  public:
    Lack(Call call, int error);
    ~Lack();
    Lack(const Lack &) = delete;
    Lack &operator=(const Lack &) = delete;

  private:
    Call call_;
};

// A program with a quick timer on an older Linux: a signal makes each fallocate give up that does not hold signals back.
class QuickTimer
{
  public:
    QuickTimer();
    ~QuickTimer();
    QuickTimer(const QuickTimer &) = delete;
    QuickTimer &operator=(const QuickTimer &) = delete;
};

// No /proc, as in a bare chroot.
class NoProc
{
  public:
    NoProc();
    ~NoProc();
    NoProc(const NoProc &) = delete;
    NoProc &operator=(const NoProc &) = delete;
};

}
