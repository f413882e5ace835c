#include "commands/newest.hpp"

#include <algorithm>
#include <utility>

#include "frame/element_types.hpp"

namespace daoshm
{

Newest newest(Dao::Image segment)
{
    Newest result;
    std::vector<std::byte> frame;
    const Dao::ReadResult read = segment.read(frame);
    if (read && read.cnt0 > 0)
        result.moments = moments(as_doubles(segment.get_type(), frame.data(), segment.get_element_count()));
    result.status = sample_segment(segment);
    result.readers = segment.readers();
    return result;
}

Newest newest(const std::string &path)
{
    try
    {
        return newest(Dao::Image::open_read_only(path));
    }
    catch (const Dao::Error &error) // removed meanwhile
    {
        Newest result;
        result.status = unusable_segment(path, error);
        return result;
    }
}

std::vector<MissedFrames::Reader> MissedFrames::since_before(const Newest &now)
{
    std::map<uint32_t, uint64_t> counts;
    std::map<uint32_t, Reader> readers;
    for (const DAO_READER &reader : now.readers)
    {
        if (is_gone(reader.alive))
            continue;
        counts[reader.pid] += reader.missed;
        Reader &found = readers.try_emplace(reader.pid, Reader{reader.pid, reader.name, 0, 0}).first->second;
        found.behind = std::max(found.behind, behind(reader, now.status.cnt0));
    }
    std::vector<Reader> result;
    for (auto &[pid, reader] : readers)
    {
        const uint64_t before = before_ && before_->contains(pid) ? before_->at(pid) : 0;
        if (before_ && counts[pid] > before)
        {
            reader.missed = counts[pid] - before;
            result.push_back(std::move(reader));
        }
    }
    before_ = std::move(counts);
    return result;
}

}
