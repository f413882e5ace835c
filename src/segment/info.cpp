#include "segment/info.hpp"

#include "segment/liveness.hpp"
#include "segment/reader_table.hpp"

#include <cstring>

namespace dao::segment
{

using base::Word;

namespace
{

// By the name, too: another program may have taken the segment away.
format::SegmentState current_state(const Segment &segment) noexcept
{
    const Status status = segment.query_name();
    if (status == Status::replaced)
        return format::state_replaced;
    return status == Status::removed ? format::state_removed : segment.state();
}

}

DAO_SEGMENT_INFO describe_segment(const Segment &segment) noexcept
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    info.mapped_bytes = segment.mapped_bytes();
    info.depth = segment.depth();
    info.read_only = segment.read_only() ? 1 : 0;
    info.compatible = segment.has_dao_semaphores() ? 1 : 0;
    info.state = current_state(segment);
    format::Extension *extension = segment.extension();
    if (extension == nullptr)
        return info;
    const base::ProcessToken holder = segment.writer_lock().holder();
    const base::ProcessToken writer = holder != 0 ? holder : Word<uint64_t>(&extension->last_writer).load_relaxed();
    info.has_extension = 1;
    info.segment_id = extension->segment_id;
    info.generation = segment.generation();
    info.writer_pid = base::token_pid(writer);
    if (writer != 0)
        info.writer_alive =
            public_value(holder != 0 ? check_liveness(segment, holder) : check_process(segment, writer));
    info.writing = holder != 0 ? 1 : 0;
    info.frame_broken = holder != 0 && info.writer_alive == DAO_DEAD ? 1 : 0;
    info.keywords_pid = base::token_pid(segment.keyword_lock().holder());
    info.takeovers = Word<uint64_t>(&extension->takeovers).load_relaxed();
    info.reader_count = list_readers(segment, nullptr, 0);
    info.reader_capacity = extension->reader_capacity + format::more_readers_size;
    if (info.writer_alive != DAO_DEAD)
        std::memcpy(info.writer_name, find_process(segment, writer).name, sizeof info.writer_name);
    return info;
}

}
