// What a segment says of itself, as Python objects.
#include <array>
#include <atomic>
#include <vector>

#include "segment.hpp"

namespace daopython
{

namespace
{

uint32_t newest_slot(const Place &place)
{
    return place.depth == 1 ? 0 : std::atomic_ref(place.image()->md[0].fifo_last_written).load() % place.depth;
}

/// Copy what a slot says of itself, as it was at one moment where the writer leaves time for that.
IMAGE_METADATA metadata_of(Place &place, uint32_t slot)
{
    constexpr int tries = 100;
    IMAGE_METADATA metadata;
    DAO_FRAME frame = DAO_FRAME_INIT;
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        const int_fast8_t status = daoShmGetFrameAt(place.image(), slot, &frame);
        metadata = place.image()->md[slot];
        if (status == DAO_NOTREADY || (status == DAO_SUCCESS && daoShmCheckFrame(place.image(), &frame) == DAO_SUCCESS))
            break;
    }
    return metadata;
}

/// The newest frame without its data; before the first one all zeros.
DAO_FRAME newest_frame(Handle::Use &use)
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    const int_fast8_t status = daoShmGetNewestFrame(use.image(), &frame);
    if (status == DAO_NOTREADY && daoShmGetCounter(use.image()) == 0)
        return DAO_FRAME_INIT;
    require(status);
    return frame;
}

/// True, False, or None where that is not known.
nb::object liveness(uint32_t alive)
{
    return alive == DAO_UNKNOWN ? nb::none() : nb::object(nb::bool_(alive == DAO_ALIVE));
}

nb::dict acquisition_time(const IMAGE_METADATA &metadata)
{
    nb::dict pair;
    pair["tv_sec"] = metadata.atime.tsfixed.firstlong;
    pair["tv_nsec"] = metadata.atime.tsfixed.secondlong;
    nb::dict fixed;
    fixed["firstlong"] = metadata.atime.tsfixed.firstlong;
    fixed["secondlong"] = metadata.atime.tsfixed.secondlong;
    nb::dict times;
    times["ts"] = pair;
    times["tsfixed"] = fixed;
    return times;
}

nb::tuple frame_numbers(const IMAGE_METADATA &metadata)
{
    nb::list numbers;
    for (const uint64_t number : metadata.lastNbArray)
        numbers.append(number);
    return nb::tuple(numbers);
}

} // namespace

nb::dict Segment::meta_data(nb::handle index)
{
    const bool is_newest = index.is_none();
    const int64_t given = is_newest ? 0 : signed_integer(index, "index");
    IMAGE_METADATA metadata;
    uint32_t depth = 0;
    uint32_t newest = 0;
    {
        Handle::Use use(handle_);
        depth = use->depth;
        newest = newest_slot(*use);
        metadata = metadata_of(*use, is_newest ? newest : slot_of(given, depth));
    }
    nb::dict fields;
    fields["name"] = text_of(metadata.name);
    fields["naxis"] = metadata.naxis;
    fields["size"] = nb::make_tuple(metadata.size[0], metadata.size[1], metadata.size[2]);
    fields["nelement"] = metadata.nelement;
    fields["atype"] = metadata.atype;
    fields["creation_time"] = metadata.creation_time;
    fields["last_access"] = metadata.last_access;
    fields["atime"] = acquisition_time(metadata);
    fields["shared"] = metadata.shared;
    fields["status"] = metadata.status;
    fields["logflag"] = metadata.logflag;
    fields["sem"] = metadata.sem;
    fields["cnt0"] = metadata.cnt0;
    fields["cnt1"] = metadata.cnt1;
    fields["cnt2"] = metadata.cnt2;
    fields["write"] = metadata.write;
    fields["NBkw"] = metadata.NBkw;
    fields["lastPos"] = metadata.lastPos;
    fields["lastNb"] = metadata.lastNb;
    fields["packetNb"] = metadata.packetNb;
    fields["packetTotal"] = metadata.packetTotal;
    fields["lastNbArray"] = frame_numbers(metadata);
    fields["fifo_size"] = depth;
    fields["fifo_last_written"] = newest;
    return fields;
}

nb::tuple Segment::image()
{
    IMAGE image;
    Memory held;
    bool is_read_only = false;
    {
        Handle::Use use(handle_);
        use.look_for_replacement();
        image = *use.image();
        held = use->memory();
        is_read_only = use->read_only;
    }
    image.semlog = nullptr; // what belongs to the handle may go before these bytes do
    image.semptr = nullptr;
    image.semReadPID = nullptr;
    image.semWritePID = nullptr;
    const nb::capsule memory(new Memory(std::move(held)),
                             [](void *kept) noexcept { delete static_cast<Memory *>(kept); });
    return nb::make_tuple(nb::bytes(&image, sizeof image), memory, is_read_only);
}

nb::dict Segment::info()
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    {
        Handle::Use use(handle_);
        require(daoShmGetInfo(use.image(), &info));
    }
    nb::dict fields;
    fields["segment_id"] = info.segment_id;
    fields["has_extension"] = info.has_extension != 0;
    fields["compatible"] = info.compatible != 0;
    fields["read_only"] = info.read_only != 0;
    fields["depth"] = info.depth;
    fields["generation"] = info.generation;
    fields["state"] = info.state == 0 ? "live" : info.state == 1 ? "replaced" : "removed";
    fields["writer_pid"] = info.writer_pid;
    fields["writer_alive"] = liveness(info.writer_alive);
    fields["writer_name"] = text_of(info.writer_name);
    fields["writing"] = info.writing != 0;
    fields["frame_broken"] = info.frame_broken != 0;
    fields["takeovers"] = info.takeovers;
    fields["reader_count"] = info.reader_count;
    fields["reader_capacity"] = info.reader_capacity;
    return fields;
}

nb::list Segment::readers()
{
    std::vector<DAO_READER> found;
    {
        Handle::Use use(handle_);
        require(Dao::fetch_list(found, DAO_READER DAO_READER_INIT,
                                [&](DAO_READER *readers, uint32_t capacity, uint32_t *count) {
                                    return daoShmGetReaders(use.image(), readers, capacity, count);
                                }));
    }
    nb::list readers;
    for (const DAO_READER &reader : found)
        readers.append(nb::make_tuple(reader.pid, liveness(reader.alive), text_of(reader.name), reader.last_cnt0,
                                      reader.missed, reader.last_seen_ns));
    return readers;
}

int32_t Segment::claimed_semaphore()
{
    Handle::Use use(handle_);
    const int32_t number = daoShmClaimSem(use.image());
    if (number < 0 && daoLastErrorCode() != DAO_E_SEMAPHORE)
        throw last_failure();
    return number;
}

bool Segment::is_semaphore_in_use(nb::handle number)
{
    const int wanted = semaphore_number(number);
    Handle::Use use(handle_);
    uint32_t pid = 0;
    require(daoShmGetSemUser(use.image(), wanted, &pid));
    return pid != 0;
}

nb::dict Segment::semaphore_users()
{
    std::array<uint32_t, IMAGE_NB_SEMAPHORE> pids{};
    {
        Handle::Use use(handle_);
        const int count = std::min<int>(use.image()->md->sem, IMAGE_NB_SEMAPHORE);
        for (int number = 0; number < count; ++number)
            require(daoShmGetSemUser(use.image(), number, &pids[static_cast<std::size_t>(number)]));
    }
    nb::dict users;
    for (std::size_t number = 0; number < pids.size(); ++number)
    {
        if (pids[number] == 0)
            continue;
        nb::list processes;
        processes.append(pids[number]);
        users[nb::int_(number)] = processes;
    }
    return users;
}

nb::tuple Segment::shape()
{
    const FrameShape shape = Handle::Use(handle_)->shape;
    return shape_tuple(shape);
}

nb::object Segment::dtype()
{
    Handle::Use use(handle_);
    return owned(dtype_of(use->shape.type));
}

uint64_t Segment::frame_id()
{
    Handle::Use use(handle_);
    return newest_frame(use).cnt2;
}

int64_t Segment::acquisition_time_ns()
{
    Handle::Use use(handle_);
    return newest_frame(use).atime_ns;
}

uint64_t Segment::missed()
{
    Handle::Use use(handle_);
    return daoShmGetMissed(use.image());
}

} // namespace daopython
