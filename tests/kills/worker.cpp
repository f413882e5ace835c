// The same as worker.c through daoShm.hpp: its readers follow.
#include "worker.hpp"

#include <chrono>
#include <daoShm.hpp>
#include <string>
#include <thread>
#include <variant>
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

void make_again(const std::string &name, uint64_t &turn)
{
    for (;;)
    {
        ++turn;
        Dao::CreateOptions options;
        options.depth = 1 + static_cast<uint32_t>(turn % 3);
        options.keywords = 4;
        options.file_mode = 0666;
        const Dao::Shm<uint64_t> segment(name, {frame_rows, frame_columns}, options);
        if (turn % 4 == 0)
            Dao::remove_segment(name);
        std::this_thread::sleep_for(20ms);
    }
}

// The comment tells the value that was set with it.
int set_keywords(const std::string &name, int64_t &value)
{
    for (;;)
    {
        ++value;
        Dao::Shm<uint64_t> segment(name);
        segment.set_keyword("turn", value, "turn " + std::to_string(value));
        const Dao::Keyword found = segment.get_keyword("turn");
        const int64_t *number = std::get_if<int64_t>(&found.value);
        if (number == nullptr || found.comment != "turn " + std::to_string(*number))
            return 2;
        std::this_thread::sleep_for(1ms);
    }
}

}

int main(int count, char **words)
{
    if (count != 4)
        return 1;
    end_at_once_on_signal();
    const std::string role = words[1];
    const std::string name = words[2];
    // What goes on after a failure.
    uint64_t turn = std::strtoull(words[3], nullptr, 10);
    uint64_t tag = turn << 32;
    int64_t value = 0;
    for (;;)
    {
        try
        {
            int result = 0;
            if (role == "writer")
                write_frames(name, tag);
            else if (role == "reader")
                result = read_frames(name);
            else if (role == "creator")
                make_again(name, turn);
            else
                result = set_keywords(name, value);
            if (result != 0)
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
