// Another process for a test: this same program, started again in a role (role.hpp).
// The systems differ behind this header only: child_posix.cpp, child_windows.cpp.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace test
{

/** The id of this process. */
unsigned long process_id();

class Child
{
  public:
    /** Starts this program as `--role role arguments...`. Throws when the system refuses. */
    Child(const std::string &role, const std::vector<std::string> &arguments);
    Child(Child &&other) noexcept;
    Child &operator=(Child &&) = delete;
    /** Kills the process if it still runs. */
    ~Child();

    unsigned long pid() const;

    /** The next line the child printed, without its end; empty when it printed none in time or has ended. */
    std::string line(std::chrono::milliseconds limit = std::chrono::seconds(60));

    /** Ends the process at once, at whatever step it is. */
    void kill();

    /** Waits until the process has ended. Its exit code; -1 when it was killed, crashed, or did not end in time. */
    int wait(std::chrono::milliseconds limit = std::chrono::seconds(60));

  private:
    long long process_ = 0; // 0: ended and reaped
    long long output_ = -1;
    std::string unread_;
};

}
