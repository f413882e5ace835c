// The same as worker.c through daoShm.hpp: writers, and readers that follow.
#include "worker.hpp"

#include <chrono>
#include <daoShm.hpp>
#include <string>
#include <thread>
#include <vector>

namespace
{

using namespace std::chrono_literals;

void write_frames(const std::string &name, uint64_t &tag)
{
    std::vector<uint64_t> frame(frame_elements);
    Dao::Shm<uint64_t> segment(name);
    for (;;)
    {
        fill_frame(frame.data(), ++tag);
        if (segment.set_frame(frame) != DAO_SUCCESS)
            return; // replaced or removed
        std::this_thread::sleep_for(200us);
    }
}

int read_frames(const std::string &name)
{
    std::vector<uint64_t> frame(frame_elements);
    Dao::Shm<uint64_t> segment(name);
    Dao::NextOptions how;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout = 500ms;
    uint64_t last = 0;
    uint32_t generation = 0;
    for (;;)
    {
        const Dao::ReadResult found = segment.next(frame.data(), frame.size(), how);
        if (!found && (found.status == DAO_TIMEOUT || found.status == DAO_OUTRUN))
            continue;
        if (!found)
            return 0; // replaced or removed
        if (is_whole_frame(frame.data()) == 0)
            return 2;
        const uint32_t now = segment.last_frame().value().generation;
        if (last != 0 && now == generation && found.cnt0 <= last)
            return 3;
        if (last != 0 && now == generation && found.cnt0 != last + found.missed + 1)
            return 4;
        last = found.cnt0;
        generation = now;
    }
}

}

int main(int count, char **words)
{
    if (count != 4)
        return 1;
    const bool writes = std::strcmp(words[1], "writer") == 0;
    uint64_t tag = std::strtoull(words[3], nullptr, 10) << 32; // goes on in the next segment
    for (;;)
    {
        try
        {
            if (writes)
                write_frames(words[2], tag);
            else if (const int result = read_frames(words[2]); result != 0)
                return result;
        }
        catch (const Dao::Error &)
        {
            if (!is_expected_failure())
                return fail("C++");
        }
        std::this_thread::sleep_for(1ms);
    }
}
