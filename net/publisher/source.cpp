#include "publisher/source.hpp"

#include "identity.hpp"
#include "mark.hpp"
#include "publisher/ordered_reader.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

static_assert(KeptImages::most_images < Lives::most, "what a reader that stays behind has missed can be counted");

std::string name_of(const Birth &birth, uint32_t set_backs)
{
    std::string name = wire::to_hex(birth.segment_id) + "-" + wire::to_hex(birth.generation).substr(8);
    if (set_backs != 0)
        name.append("-").append(std::to_string(set_backs % 10'000));
    return name;
}

// Where the frame came from, when the network brought it and its slot still has it.
std::optional<Mark> mark_of(IMAGE *image, const DAO_FRAME &frame)
{
    const std::optional<Mark> mark = read_mark(image->md[frame.slot], frame.cnt0);
    return mark && daoShmCheckFrame(image, &frame) == DAO_SUCCESS ? mark : std::nullopt;
}

}

std::string Source::name_of_life(const Birth &birth) const
{
    return name_of(birth, lives_.set_backs(birth));
}

std::string Source::name_of_life(uint32_t number) const
{
    const Life *life = lives_.find(number);
    return life != nullptr ? name_of(life->birth, life->set_backs) : std::string();
}

Place Source::find(const std::string &source, uint64_t cnt0) const
{
    const Life *life = lives_.find([&](const Life &one) { return name_of(one.birth, one.set_backs) == source; });
    return life != nullptr ? Place{life->number, cnt0} : Place{};
}

void Source::see_newest(const DAO_FRAME &frame)
{
    const Birth birth = opened_.birth(frame.generation);
    const uint32_t life_before = newest_place_.life;
    newest_place_ = lives_.see_newest(birth, frame.cnt0);
    if (newest_place_.life != life_before)
        id_ = name_of_life(birth);
}

uint64_t Source::counter()
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    if (daoShmGetNewestFrame(reading_.get(), &frame) == DAO_SUCCESS && frame.cnt0 != 0)
        see_newest(frame);
    return daoShmGetCounter(reading_.get());
}

uint64_t Source::highest() const
{
    const Life *life = lives_.find(newest_place_.life);
    return life != nullptr ? life->highest : 0;
}

Source::Source(const std::string &name, IMAGE *image, std::string topic, std::string host)
    : topic_(std::move(topic)), substitute_id_(wire::random_number())
{
    header_.topic = topic_;
    header_.host = std::move(host);
    if (image == nullptr)
        waiting_.open(name.c_str());
    else
        waiting_.duplicate(image);
    attach();
}

Opened Source::describe_opened(IMAGE *image) const
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    if (daoShmGetInfo(image, &info) != DAO_SUCCESS)
        throw Failure::of_last_call();
    const IMAGE_METADATA &metadata = image->md[0];
    Opened opened;
    const uint64_t identity = identity_of(info, metadata);
    opened.segment_id = identity != 0 ? identity : substitute_id_;
    opened.geometry.atype = metadata.atype;
    opened.geometry.naxis = metadata.naxis;
    for (uint32_t axis = 0; axis < metadata.naxis && axis < opened.geometry.shape.size(); ++axis)
        opened.geometry.shape[axis] = metadata.size[axis];
    opened.depth = info.depth;
    opened.keyword_room = metadata.NBkw;
    return opened;
}

void Source::attach()
{
    reading_.duplicate(waiting_.get());
    opened_ = describe_opened(reading_.get());
    newest_.reset();
    seen_ = 0;
    keywords_.expire();
}

void Source::interrupt()
{
    daoShmInterruptImage(waiting_.get());
}

Source::Wait Source::wait(int64_t timeout_ns)
{
    const Wait found = wait_after(seen_, timeout_ns);
    if (found == Wait::frame) // before anybody copies: a frame that is published from now on ends the next wait
        seen_ = daoShmGetCounter(waiting_.get());
    return found;
}

Source::Wait Source::look()
{
    return wait_after(UINT64_MAX, 0);
}

Source::Wait Source::wait_after(uint64_t cnt0, int64_t timeout_ns)
{
    if (!reading_.is_open()) // attach() failed
        return Wait::replaced;
    switch (daoShmWaitForFrame(waiting_.get(), cnt0, timeout_ns))
    {
    case DAO_SUCCESS:
        return Wait::frame;
    case DAO_REPLACED:
    case DAO_REMOVED:
    case DAO_ERROR:
        return Wait::replaced;
    default:
        return Wait::nothing;
    }
}

bool Source::reopen()
{
    if (reading_.is_open())
        (void)counter(); // the last one of the life that ends
    is_gone_ = !follow(waiting_);
    if (is_gone_)
        return false;
    attach();
    return true;
}

bool Source::succeed(IMAGE *image)
{
    Image &last = successors_.is_empty() ? reading_ : successors_.newest().image;
    if (!last.is_open() || last->md->shared != 0 || daoShmCheckReplaced(last.get()) != DAO_REPLACED)
        return false;
    successors_.make_room([this](KeptImages::Kept &oldest) { note_left(oldest.image); });
    successors_.add(image);
    return true;
}

// As one reader may stay behind, some are given up: what they have counts as missed.
void Source::note_left(Image &successor)
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    if (daoShmGetNewestFrame(successor.get(), &frame) == DAO_SUCCESS && frame.cnt0 != 0)
        (void)lives_.see_newest(describe_opened(successor.get()).birth(frame.generation), frame.cnt0);
}

void Source::forget_passed() noexcept
{
    uint32_t passed = successors_.number_of(waiting_);
    for (const OrderedReader *reader : readers_)
        passed = std::min(passed, successors_.number_of(reader->image()));
    successors_.forget_before(passed);
}

bool Source::follow(Image &image)
{
    return daoShmReopen(image.get()) == DAO_SUCCESS || follow_successor(image);
}

bool Source::follow_successor(Image &image)
{
    if (successors_.is_empty())
        return false;
    const uint32_t passed = image.is_open() ? successors_.number_of(image) : successors_.newest().number - 1;
    KeptImages::Kept *next = successors_.find_after(passed);
    if (next == nullptr)
        return false;
    image.duplicate(next->image.get());
    forget_passed();
    if (daoShmRewind(image.get()) != DAO_SUCCESS)
        throw Failure::of_last_call();
    return true;
}

FrameCopy *Source::newest()
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    if (daoShmGetNewestFrame(reading_.get(), &frame) == DAO_SUCCESS && newest_ && is_same(frame, newest_->frame))
    {
        see_newest(frame);
        return &*newest_;
    }
    std::optional<FrameCopy> fresh = copy_newest(reading_.get(), opened_);
    if (!fresh || fresh->frame.cnt0 == 0) // before the first frame there is nothing to send
        return nullptr;
    see_newest(fresh->frame);
    if (header_.source != id_) // the counter was set back
        fresh->header = write_header(reading_.get(), opened_, fresh->frame);
    newest_ = std::move(fresh);
    return &*newest_;
}

std::optional<FrameCopy> Source::copy(IMAGE *image, const Opened &opened, const Read &read)
{
    FrameCopy result;
    result.bytes = wire::frame_bytes(opened.geometry);
    result.data = pool_->take(result.bytes);
    const int_fast8_t status = read(result.data.data(), wire::element_count(opened.geometry), result.frame);
    if (status != DAO_SUCCESS && status != DAO_OVERWRITE)
        return std::nullopt;
    result.header = write_header(image, opened, result.frame);
    result.missed = header_.missed_before;
    return result;
}

std::optional<FrameCopy> Source::copy_newest(IMAGE *image, const Opened &opened)
{
    return copy(image, opened, [=](void *data, uint64_t elements, DAO_FRAME &frame) {
        const int_fast8_t status = daoShmReadNewest(image, data, elements, nullptr, nullptr);
        return status == DAO_SUCCESS ? daoShmGetFrame(image, &frame) : status;
    });
}

std::string Source::write_header(IMAGE *image, const Opened &opened, const DAO_FRAME &frame)
{
    header_.source = name_of_life(opened.birth(frame.generation));
    header_.geometry = opened.geometry;
    header_.depth = opened.depth;
    header_.keyword_room = opened.keyword_room;
    header_.cnt0 = frame.cnt0;
    header_.cnt1 = frame.cnt1;
    header_.cnt2 = frame.cnt2;
    header_.atime_ns = frame.atime_ns;
    const Mark mark = mark_of(image, frame).value_or(Mark{});
    header_.origin = mark.origin;
    header_.hops = mark.hops;
    header_.origin_cnt0 = mark.cnt0;
    header_.missed_before = mark.missed;
    return header_writer_.write(header_);
}

wire::Offer Source::describe()
{
    wire::Offer offer;
    offer.topic = topic_;
    offer.cnt0 = counter();
    if (is_gone_)
        return offer;
    offer.geometry = opened_.geometry;
    offer.depth = opened_.depth;
    return offer;
}

}
