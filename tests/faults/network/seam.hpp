// Makes the calls that the network's objects make of ZeroMQ and the system fail, in whichever thread makes them. The linker
// puts these in the place of the real ones (--wrap). What libzmq does itself is not reached, nor are requests for memory:
// nlohmann-json ends the process where it takes a value apart without.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace network_faults
{

struct Kind
{
    const char *name;
    std::vector<int> errors; // numbers of errno
};
const std::vector<Kind> &kinds();

// Faults that happened so far, those that last counted once.
size_t happened_count();

// The calls of this thread are counted while one exists; those of other threads of the library always are.
class Counted
{
  public:
    Counted();
    ~Counted();
    Counted(const Counted &) = delete;
    Counted &operator=(const Counted &) = delete;
};

// While one exists: of the calls of that kind (empty: of all), number `index` fails, with `persists` all after it too.
// `error` 0: with the first one that this kind of call has.
class Fault
{
  public:
    Fault(const std::string &kind, size_t index, int error, bool persists);
    ~Fault();
    Fault(const Fault &) = delete;
    Fault &operator=(const Fault &) = delete;
    bool happened() const;
    std::string call() const;
};

}
