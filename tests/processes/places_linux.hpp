// Processes in places from which others cannot be seen: containers, other users, without /proc, without descriptors.
#pragma once

#include "image.hpp"
#include "segment_name.hpp"

#include <functional>
#include <string>
#include <sys/types.h>

namespace test
{

/** How a process gets to its place. */
struct Place
{
    const char *name;
    int namespaces = 0;                    // CLONE_NEW...
    std::function<bool()> enter = nullptr; // in the process itself; false when the machine does not allow it
};

// Each of them is a place of its own for a holder of a lock and for one who waits for it.
extern const Place here, container, container_with_outer_proc, without_proc, hidden_proc, as_nobody, in_chroot,
    other_time, without_descriptors;

/** What a process in a place does; `say` gets a line to the test. It never returns to the test. */
using Action = std::function<void(const std::function<void(const std::string &)> &say)>;

/** A forked child of the test in a place, and with it, where there are namespaces, the child that made them. */
class Placed
{
  public:
    Placed(const Place &place, const Action &action);
    Placed(const Placed &) = delete;
    Placed &operator=(const Placed &) = delete;
    ~Placed();

    /** False when the machine does not allow such a place. */
    bool is_possible() const { return process_ > 0; }
    pid_t pid() const { return process_; }
    /** The next line; empty when there is none in time. */
    std::string line(int limit_ms = 20000);
    void signal(int number);
    /** Kills it and waits until it is gone. */
    void kill();

  private:
    pid_t middle_ = -1;
    pid_t process_ = -1;
    int output_ = -1;
    std::string unread_;
};

/** Whether the process has the descriptor open. */
bool is_open(int descriptor);
size_t open_descriptors();

}
