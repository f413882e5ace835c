// What other programs do to the file of a segment that is open: truncate it, or make it again in place as DAO's create
// does.
#pragma once

#include "dao_bytes.hpp"
#include "frames.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test
{

enum class Harm
{
    nothing_left,
    half_left,
    grown_from_nothing, // to the size that it had
    grown_from_half,
    made_again,        // in place, with the same shape and depth
    made_again_deeper, // larger: the file never is too short for those who have it mapped
    made_again_smaller
};

constexpr Harm all_harms[] = {Harm::nothing_left,      Harm::half_left,  Harm::grown_from_nothing,
                              Harm::grown_from_half,   Harm::made_again, Harm::made_again_deeper,
                              Harm::made_again_smaller};

inline const char *name_of(Harm harm)
{
    constexpr const char *names[] = {"NothingLeft", "HalfLeft",        "GrownFromNothing", "GrownFromHalf",
                                     "MadeAgain",   "MadeAgainDeeper", "MadeAgainSmaller"};
    return names[static_cast<int>(harm)];
}

inline bool is_made_again(Harm harm)
{
    return harm >= Harm::made_again;
}

/** Makes a segment as DAO does: truncates what is there, sets the size, then stores. */
inline void make_again(const std::string &name, const DaoSegment &segment)
{
    Bytes bytes = make_bytes(segment, name);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
    for (uint32_t slot = 0; slot < segment.depth; ++slot)
        put(bytes, slot * segment.metadata_bytes() + at::creation_time, now.count());
    const int file = open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ftruncate(file, static_cast<off_t>(bytes.size())) != 0 ||
        pwrite(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        abort();
    close(file);
}

/** The same with a newest frame of that number, in the slot where it belongs. */
inline void publish_as_dao(const std::string &name, const DaoSegment &segment, uint64_t number)
{
    const auto slot = static_cast<uint32_t>((number - 1) % segment.depth);
    Frame frame(segment.elements());
    fill(frame, number);
    const int file = open(name.c_str(), O_RDWR);
    const auto store = [&](size_t offset, const void *value, size_t count) {
        if (pwrite(file, value, count, static_cast<off_t>(offset)) != static_cast<ssize_t>(count))
            abort();
    };
    store(segment.data_offset() + slot * segment.slot_bytes(), frame.data(), segment.slot_bytes());
    store(slot * segment.metadata_bytes() + at::cnt0, &number, sizeof number);
    store(at::fifo_last_written, &slot, sizeof slot);
    close(file);
}

inline DaoSegment remade(const DaoSegment &before, Harm harm)
{
    DaoSegment after = before;
    if (harm == Harm::made_again_deeper)
        after.depth += 3;
    if (harm == Harm::made_again_smaller)
        after.shape.back() /= 3;
    return after;
}

inline void do_harm(const std::string &name, const DaoSegment &segment, Harm harm)
{
    struct stat before = {};
    if (stat(name.c_str(), &before) != 0)
        abort();
    const off_t left = harm == Harm::half_left || harm == Harm::grown_from_half ? before.st_size / 2 : 0;
    if (is_made_again(harm))
        make_again(name, remade(segment, harm));
    else if (truncate(name.c_str(), left) != 0)
        abort();
    if ((harm == Harm::grown_from_nothing || harm == Harm::grown_from_half) &&
        truncate(name.c_str(), before.st_size) != 0)
        abort();
}

/** Runs `action` in another process. Its id; to be waited for with end_of(). */
template <class Action>
pid_t start(Action &&action)
{
    const pid_t child = fork();
    if (child == 0)
    {
        alarm(30);
        _exit(action());
    }
    return child;
}

/** The exit code; -1 when the process crashed. */
inline int end_of(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline void do_harm_elsewhere(const std::string &name, const DaoSegment &segment, Harm harm)
{
    end_of(start([&] {
        do_harm(name, segment, harm);
        return 0;
    }));
}

}
