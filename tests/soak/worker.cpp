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
using Segment = Dao::Shm<uint8_t>;

void write_frames(const std::string &name, uint64_t &tag, std::chrono::nanoseconds period, counts &counted)
{
    Segment segment(name);
    std::vector<uint8_t> frame(segment.get_element_count());
    for (;;)
    {
        fill_frame(frame.data(), frame.size(), ++tag);
        if (segment.set_frame(frame) != DAO_SUCCESS)
            return; // replaced or removed
        ++counted.frames;
        print_counts(&counted, 0);
        std::this_thread::sleep_for(period);
    }
}

void read_frames(const std::string &name, bool in_order, counts &counted)
{
    Segment segment(name);
    segment.set_follow(true);
    std::vector<uint8_t> frame(segment.get_element_count());
    Dao::NextOptions how;
    how.order = in_order ? DAO_NEXT_IN_ORDER : DAO_NEXT_NEWEST;
    how.timeout = 500ms;
    for (;;)
    {
        const Dao::ReadResult found = segment.next(frame.data(), frame.size(), how);
        if (found)
        {
            const DAO_FRAME last = segment.last_frame().value();
            count_frame(&counted, segment_id_of(segment.image()), &last, found.missed, frame.data(), frame.size());
        }
        else if (found.status == DAO_OUTRUN)
            ++counted.outrun;
        else if (found.status != DAO_TIMEOUT && found.status != DAO_NOTREADY)
            return;
        print_counts(&counted, 0);
    }
}

}

int main(int count, char **words)
{
    if (count != 5)
        return 2;
    const bool writes = std::strcmp(words[1], "writer") == 0;
    uint64_t tag = writes ? first_tag(std::strtoull(words[3], nullptr, 10)) : 0;
    counts counted{};
    for (;;)
    {
        try
        {
            if (writes)
                write_frames(words[2], tag, std::chrono::nanoseconds(std::strtoll(words[4], nullptr, 10)), counted);
            else
                read_frames(words[2], std::strcmp(words[3], "order") == 0, counted);
        }
        catch (const Dao::Error &error)
        {
            if (is_expected_failure() == 0)
            {
                std::fprintf(stderr, "%s\n", error.what());
                return 1;
            }
        }
        std::this_thread::sleep_for(10ms);
    }
}
