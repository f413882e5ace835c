#include "subscriber/copy.hpp"

#include "clock.hpp"
#include "identity.hpp"
#include "wire/text.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dao::net
{

namespace
{

constexpr uint32_t least_depth = 2;   // so that readers get whole frames while the next one is written
constexpr uint32_t most_depth = 4096; // each slot takes 4 kB beside the frame's own: small frames would cost much
constexpr size_t own_id_limit = 64;

void check(int_fast8_t status)
{
    if (status != DAO_SUCCESS)
        throw Failure::of_last_call();
}

constexpr int64_t lock_limit_ns = 5 * second_ns; // as long as writers of dao.h wait for one another
constexpr int64_t lock_slice_ns = 50 * millisecond_ns;

bool is_to_be_repeated(int_fast8_t status)
{
    return status == DAO_INTERRUPTED || (status == DAO_ERROR && daoLastErrorCode() == DAO_E_BUSY);
}

}

// Waits for another process, in slices. Interrupts are for the program's own waits: what had to wait goes on, unless the subscriber
// ends.
template <class Call>
int_fast8_t Copy::unhurried(Call &&call) const
{
    const int64_t limit_before_ns = daoShmSetLockLimit(lock_slice_ns);
    const Deadline deadline(lock_limit_ns);
    int_fast8_t status = call();
    while (is_to_be_repeated(status) && !stops_ && deadline.remaining_ns() > 0)
        status = call();
    daoShmSetLockLimit(limit_before_ns);
    return status;
}

uint32_t depth_of_copy(uint32_t wanted, const wire::FrameHeader &header)
{
    if (wanted != 0)
        return wanted;
    const uint64_t most = std::min<uint64_t>(
        copy_limit_bytes / (sizeof(IMAGE_METADATA) + wire::frame_bytes(header.geometry)), most_depth);
    return static_cast<uint32_t>(
        std::clamp<uint64_t>(header.depth, least_depth, std::max<uint64_t>(most, least_depth)));
}

Copy::Copy(std::string name, uint32_t depth, const std::atomic<bool> &stops)
    : name_(std::move(name)), wanted_depth_(depth), stops_(stops)
{
}

Copy::~Copy()
{
    if (name_.empty() && image_->is_open())
        daoShmRetirePrivate(image_->get(), 0);
}

bool Copy::fit(const wire::FrameHeader &header)
{
    const bool fits_already = fits(header);
    if (!fits_already && !name_.empty())
        open_existing();
    if (std::find(own_ids_.begin(), own_ids_.end(), header.origin) != own_ids_.end())
        return false;
    if (!fits(header))
    {
        if (name_.empty())
            create_private(header);
        else
            create(header);
        note_segment();
        made_id_ = segment_id_;
    }
    if (!fits_already)
    {
        ++changes_;
        carry_keywords();
    }
    return true;
}

bool Copy::fits(const wire::FrameHeader &header)
{
    if (!image_->is_open())
        return false;
    const IMAGE_METADATA &metadata = (*image_)->md[0];
    if (metadata.atype != header.geometry.atype || metadata.naxis != header.geometry.naxis)
        return false;
    for (uint32_t axis = 0; axis < header.geometry.naxis; ++axis)
        if (metadata.size[axis] != header.geometry.shape[axis])
            return false;
    return (wanted_depth_ == 0 || wanted_depth_ == depth_) && (has_room(header) || !is_made_here());
}

// Else it is a segment that was there before, and is used as it is.
bool Copy::is_made_here() const noexcept
{
    return segment_id_ != 0 && segment_id_ == made_id_;
}

// As the source may get more slots, or more room for keywords, in the same shape.
bool Copy::has_room(const wire::FrameHeader &header)
{
    return header.keyword_room <= (*image_)->md->NBkw &&
           (wanted_depth_ != 0 || depth_of_copy(wanted_depth_, header) <= depth_);
}

// What has the name now, whatever its shape. When it cannot be opened, making it says why.
void Copy::open_existing()
{
    image_->close();
    if (daoShmShm2Img(name_.c_str(), image_->get()) != DAO_SUCCESS)
        return;
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    check(daoShmGetInfo(image_->get(), &info));
    was_there_ = info.read_only == 0;
    if (was_there_)
        note_segment();
    else
        image_->close();
}

void Copy::create(const wire::FrameHeader &header)
{
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.depth = depth_of_copy(wanted_depth_, header);
    options.keywords = header.keyword_room;
    image_->close();
    check(unhurried([&] {
        return daoShmImageCreateWith(image_->get(), name_.c_str(), static_cast<long>(header.geometry.naxis),
                                     header.geometry.shape.data(), header.geometry.atype, &options);
    }));
}

void Copy::create_private(const wire::FrameHeader &header)
{
    const std::string name = wire::clean("daoNet:" + header.topic, 79);
    auto shape = header.geometry.shape;
    auto fresh = std::make_unique<Image>();
    check(daoShmImageCreate_FIFO(fresh->get(), name.c_str(), static_cast<long>(header.geometry.naxis), shape.data(),
                                 header.geometry.atype, 0, static_cast<int>(header.keyword_room),
                                 depth_of_copy(wanted_depth_, header)));
    retire_former();
    former_ = std::move(image_);
    image_ = std::move(fresh);
}

void Copy::retire_former() noexcept
{
    if (former_ != nullptr && former_->is_open())
        daoShmRetirePrivate(former_->get(), 1);
    former_.reset();
}

void Copy::note_segment()
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    check(daoShmGetInfo(image_->get(), &info));
    depth_ = info.depth;
    segment_id_ = info.segment_id;
    if (const uint64_t identity = identity_of(info, (*image_)->md[0]); identity != 0)
        own_ids_.push_front(identity);
    if (own_ids_.size() > own_id_limit)
        own_ids_.pop_back();
}

// 0 unless the copy's newest frame is that one. Counters alone do not tell: they begin again in each life of the source.
uint64_t Copy::counter_of(const wire::FrameHeader &header, const void *data) const
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    IMAGE *image = image_->get();
    if (daoShmGetNewestFrame(image, &frame) != DAO_SUCCESS)
        return 0;
    const std::optional<Mark> mark = read_mark(image->md[frame.slot], frame.cnt0);
    if (!mark || mark->origin != header.origin || mark->cnt0 != header.origin_cnt0 || frame.cnt1 != header.cnt1 ||
        frame.cnt2 != header.cnt2 || frame.atime_ns != header.atime_ns)
        return 0;
    const uint64_t bytes = wire::frame_bytes(header.geometry);
    const bool is_same = std::memcmp(static_cast<const char *>(image->array.V) + frame.slot * bytes, data, bytes) == 0;
    return is_same && daoShmCheckFrame(image, &frame) == DAO_SUCCESS ? frame.cnt0 : 0;
}

uint64_t Copy::write(const wire::FrameHeader &header, const void *data, const Mark &mark)
{
    // Who subscribes again gets the newest frame that there is.
    if (const uint64_t known = std::exchange(was_there_, false) ? counter_of(header, data) : 0; known != 0)
        return known;
    void *place = nullptr;
    const auto begin = [&] { return daoShmLoanBegin(image_->get(), &place); };
    const int_fast8_t lent = unhurried(begin);
    if (lent == DAO_REPLACED || lent == DAO_REMOVED)
    {
        // Somebody made it anew or took it away: what is there now is looked at, and made if need be.
        image_->close();
        if (!fit(header))
            throw Failure(DAO_E_STATE, name_ + ": the frame comes from the copy itself; expected another source");
        check(unhurried(begin));
    }
    else
        check(lent);
    const uint64_t bytes = wire::frame_bytes(header.geometry);
    std::memcpy(place, data, bytes);
    const auto slot = static_cast<uint32_t>(
        static_cast<uint64_t>(static_cast<unsigned char *>(place) - static_cast<unsigned char *>((*image_)->array.V)) /
        bytes);
    // Lent, nobody else counts frames.
    const uint64_t counter = daoShmGetCounter(image_->get()) + 1;
    IMAGE_METADATA &metadata = (*image_)->md[slot];
    std::atomic_ref<uint64_t>(metadata.cnt1).store(header.cnt1, std::memory_order_relaxed);
    write_mark(metadata, counter, mark);
    check(daoShmSetFrameId(image_->get(), header.cnt2));
    check(daoShmSetAcquisitionTime(image_->get(), header.atime_ns));
    check(daoShmLoanCommit(image_->get()));
    return counter;
}

void Copy::set_keywords(std::vector<IMAGE_KEYWORD> keywords)
{
    keywords_ = std::move(keywords);
    write_keywords();
}

// To a segment that is new, before it has a frame. What cannot be written there costs no frame: it is told when keywords
// come the next time.
void Copy::carry_keywords()
{
    try
    {
        write_keywords();
    }
    catch (const Failure &)
    {
    }
}

void Copy::write_keywords()
{
    check(unhurried([&] {
        return daoShmSetKeywords(image_->get(), keywords_.data(), static_cast<uint32_t>(keywords_.size()),
                                 DAO_KEYWORDS_ONLY_THESE);
    }));
}

}
