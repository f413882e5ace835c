// A valid segment of which another process alters several words at a time, at any moment at which it could, while this one
// reads it, writes it, waits on it and closes it. This process may get wrong pixels and errors; it may not crash, take
// longer than its limits, or touch what is not the segment's.
#include "machine.hpp"
#include "use.hpp"

#include <array>
#include <fcntl.h>
#include <optional>
#include <sys/mman.h>

#include "format/extension.hpp"

using namespace fuzz;
using dao::format::Extension;

namespace
{

struct Geometry
{
    long naxis;
    uint32_t size[3];
    uint8_t atype;
    uint32_t depth;
    int keywords;
    uint64_t elements;
};
constexpr std::array<Geometry, 4> geometries{{
    {1, {5, 0, 0}, _DATATYPE_UINT8, 1, 0, 5},
    {2, {3, 4, 0}, _DATATYPE_FLOAT, 3, 2, 12},
    {3, {4, 2, 3}, _DATATYPE_COMPLEX_DOUBLE, 2, 3, 24},
    {2, {200, 200, 0}, _DATATYPE_UINT16, 2, 1, 40'000}, // more than is copied in one piece
}};

// The other process's view of the segment, and what it is going to do.
class Other
{
  public:
    Other(const std::string &name, const Geometry &geometry) : depth_(geometry.depth), keywords_(geometry.keywords)
    {
        const int file = ::open(name.c_str(), O_RDWR | O_CLOEXEC);
        bytes_ = std::filesystem::file_size(name);
        data_ = static_cast<unsigned char *>(mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
        ::close(file);
        require(data_ != MAP_FAILED, "the segment can be mapped");
        extension_ = bytes_ - sizeof(Extension);
        const uint64_t frame_bytes = geometry.elements * daoTypeSize(geometry.atype);
        keywords_at_ = depth_ * sizeof(IMAGE_METADATA) + depth_ * frame_bytes;
    }
    ~Other() { munmap(data_, bytes_); }
    Other(const Other &) = delete;
    Other &operator=(const Other &) = delete;

    // Some words at once, each one that means something or any.
    void plan(Input &input)
    {
        count_ = 0;
        moments_until_ = input.below(40);
        for (uint32_t words = 1 + input.below(4); words > 0; --words)
            changes_[count_++] = choose(input);
        repeats_ = input.below(3) == 0; // at each moment from then on, back and forth
    }
    void act()
    {
        if (moments_until_ > 0)
        {
            --moments_until_;
            return;
        }
        for (size_t index = 0; index < count_; ++index)
        {
            Change &change = changes_[index];
            uint64_t before = 0;
            std::memcpy(&before, data_ + change.offset, change.bytes);
            std::memcpy(data_ + change.offset, &change.value, change.bytes);
            if (repeats_)
                change.value = before;
        }
        if (!repeats_)
            count_ = 0;
    }

  private:
    struct Change
    {
        size_t offset;
        size_t bytes;
        uint64_t value;
    };

    Change choose(Input &input)
    {
        const size_t slot = input.below(depth_) * sizeof(IMAGE_METADATA);
#define SLOT(member) {slot + offsetof(IMAGE_METADATA, member), sizeof(IMAGE_METADATA::member)}
#define FIRST(member) {offsetof(IMAGE_METADATA, member), sizeof(IMAGE_METADATA::member)}
#define EXTENSION(member)                                                   \
    {                                                                       \
        extension_ + offsetof(Extension, member), sizeof(Extension::member) \
    }
        const std::pair<size_t, size_t> words[] = {
            SLOT(cnt0),
            SLOT(cnt1),
            SLOT(cnt2),
            SLOT(write),
            SLOT(lastPos),
            SLOT(lastNb),
            SLOT(packetNb),
            SLOT(packetTotal),
            FIRST(fifo_last_written),
            FIRST(fifo_size),
            FIRST(naxis),
            FIRST(nelement),
            FIRST(atype),
            FIRST(sem),
            FIRST(NBkw),
            FIRST(creation_time),
            {offsetof(IMAGE_METADATA, size) + 4 * input.below(3), 4},
            EXTENSION(magic),
            EXTENSION(version),
            EXTENSION(size),
            EXTENSION(segment_id),
            EXTENSION(flags),
            EXTENSION(reader_capacity),
            EXTENSION(data_offset),
            EXTENSION(slot_stride),
            EXTENSION(epoch),
            EXTENSION(generation),
            EXTENSION(state),
            EXTENSION(resetting),
            EXTENSION(writer_lock),
            EXTENSION(takeovers),
            EXTENSION(has_slice),
            EXTENSION(published),
            EXTENSION(wait_word),
            EXTENSION(semaphores),
            EXTENSION(keyword_lock),
            EXTENSION(keyword_sequence),
            EXTENSION(keyword_journal.pending),
            EXTENSION(keyword_journal.index),
            EXTENSION(writer.token),
            EXTENSION(writer.pid),
            EXTENSION(writer.start_time),
            {extension_ + offsetof(Extension, readers) + 128 * input.below(3), 8},
            {extension_ + offsetof(Extension, readers) + 128 * input.below(3) + 64 + 8 * input.below(4), 8},
            {keywords_at_ + (keywords_ > 0 ? 120 * input.below(static_cast<uint32_t>(keywords_)) + 16 : 0), 1},
        };
#undef SLOT
#undef FIRST
#undef EXTENSION
        constexpr uint32_t count = sizeof words / sizeof words[0];
        const uint32_t which = input.below(count + 4);
        Change change{};
        if (which < count)
            change = {words[which].first, words[which].second, 0};
        else
        {
            change.bytes = size_t{1} << input.below(4);
            change.offset = input.take<uint32_t>() % (bytes_ - change.bytes);
        }
        change.value = value(input, change);
        return change;
    }

    // Often one that is near what is there, or an end of the range.
    uint64_t value(Input &input, const Change &change)
    {
        uint64_t now = 0;
        std::memcpy(&now, data_ + change.offset, change.bytes);
        switch (input.below(8))
        {
        case 0:
            return 0;
        case 1:
            return ~uint64_t{0};
        case 2:
            return now + 1;
        case 3:
            return now - 1;
        case 4:
            return now ^ (uint64_t{1} << input.below(64));
        case 5:
            return (uint64_t{static_cast<uint32_t>(getpid())} << 32) | (uint64_t{input.take<uint16_t>()} << 16) | 1;
        default:
            return input.take<uint64_t>();
        }
    }

    uint32_t depth_;
    int keywords_;
    size_t bytes_ = 0;
    size_t extension_ = 0;
    size_t keywords_at_ = 0;
    unsigned char *data_ = nullptr;
    std::array<Change, 4> changes_{};
    size_t count_ = 0;
    uint32_t moments_until_ = 0;
    bool repeats_ = false;
};

Other *other = nullptr;

// One handle on the segment, as a reader or writer has it; re-opened when the library says so.
struct Handle
{
    IMAGE image{};
    std::optional<Frame> frame;

    void open(const std::string &name, bool read_only, const Geometry &geometry)
    {
        const int_fast8_t status =
            read_only ? daoShmOpenReadOnly(name.c_str(), &image) : daoShmShm2Img(name.c_str(), &image);
        require(status == DAO_SUCCESS, "a whole segment opens");
        frame.emplace(image, geometry.elements, geometry.atype);
    }
};

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    static const std::string name = folder.file("a.im.shm");
    Input input(data, bytes);
    const Geometry &geometry = geometries.at(input.below(geometries.size()));
    Handle maker, reader;
    uint32_t size[3] = {geometry.size[0], geometry.size[1], geometry.size[2]};
    require(daoShmImageCreate_FIFO(&maker.image, name.c_str(), geometry.naxis, size, geometry.atype, 1,
                                   geometry.keywords, geometry.depth) == DAO_SUCCESS,
            "a segment can be made");
    maker.frame.emplace(maker.image, geometry.elements, geometry.atype);
    for (uint32_t frames = input.below(4); frames > 0; --frames)
        require(daoShmImage2Shm(maker.frame->first.data(), static_cast<uint32_t>(geometry.elements), &maker.image) ==
                    DAO_SUCCESS,
                "a frame can be published");
    reader.open(name, input.below(4) == 0, geometry);
    {
        Other process(name, geometry);
        other = &process;
        machine.at_each_moment = [] { other->act(); };
        for (int calls = 0; calls < 24 && !input.is_empty(); ++calls)
        {
            process.plan(input);
            Handle &handle = input.below(2) == 0 ? maker : reader;
            use_once(input, handle.image, *handle.frame);
        }
        for (Handle *handle : {&maker, &reader})
            require(daoShmCloseShm(&handle->image) == DAO_SUCCESS, "a handle can be closed");
        machine.at_each_moment = nullptr;
    }
    folder.empty();
    return 0;
}
