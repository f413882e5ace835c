#include "publisher/source.hpp"

#include "clock.hpp"
#include "identity.hpp"
#include "mark.hpp"
#include "wire/keywords.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

// Reading all keywords takes some microseconds, or milliseconds where they are thousands: frames that come faster share one
// reading, and it takes a twentieth of the time at most.
constexpr int64_t keywords_interval_ns = 10 * millisecond_ns;
constexpr int64_t keywords_part = 20;

constexpr size_t most_successors = 32; // fewer than Lives knows
constexpr uint64_t successors_limit_bytes = uint64_t{256} << 20;

int_fast8_t read_newest(IMAGE *image, void *data, uint64_t elements, DAO_FRAME &frame)
{
    const int_fast8_t status = daoShmReadNewest(image, data, elements, nullptr, nullptr);
    return status == DAO_SUCCESS ? daoShmGetFrame(image, &frame) : status;
}

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
    keywords_due_ns_ = 0;
}

void Source::interrupt()
{
    daoShmInterruptImage(waiting_.get());
}

Source::Wait Source::wait(int64_t timeout_ns)
{
    if (!reading_.is_open()) // attach() failed
        return Wait::replaced;
    switch (daoShmWaitForFrame(waiting_.get(), seen_, timeout_ns))
    {
    case DAO_SUCCESS:
        // Before anybody copies: a frame that is published from now on ends the next wait.
        seen_ = daoShmGetCounter(waiting_.get());
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
    Image &last = successors_.empty() ? reading_ : *successors_.back();
    if (!last.is_open() || last->md->shared != 0 || daoShmCheckReplaced(last.get()) != DAO_REPLACED)
        return false;
    auto successor = std::make_unique<Image>();
    successor->duplicate(image);
    give_up_successors();
    successors_.push_back(std::move(successor));
    return true;
}

size_t Source::count_passed(const Image &image) const
{
    const auto found = std::find_if(successors_.begin(), successors_.end(),
                                    [&](const auto &successor) { return (*successor)->md == image->md; });
    return found == successors_.end() ? 0 : static_cast<size_t>(found - successors_.begin()) + 1;
}

void Source::forget_passed() noexcept
{
    size_t passed = count_passed(waiting_);
    for (const OrderedReader *reader : readers_)
        passed = std::min(passed, count_passed(reader->image()));
    for (; passed > 1; --passed)
        successors_.pop_front();
}

// Those that are too many, as one reader may stay behind: what they have counts as missed.
void Source::give_up_successors()
{
    const auto bytes_of = [](const Image &image) {
        return image->md->nelement * daoTypeSize(image->md->atype) * std::max<uint32_t>(image->md->fifo_size, 1);
    };
    uint64_t bytes = 0;
    for (const auto &successor : successors_)
        bytes += bytes_of(*successor);
    while (successors_.size() > 1 && (bytes > successors_limit_bytes || successors_.size() > most_successors))
    {
        Image &oldest = *successors_.front();
        DAO_FRAME frame = DAO_FRAME_INIT;
        if (daoShmGetNewestFrame(oldest.get(), &frame) == DAO_SUCCESS && frame.cnt0 != 0)
            (void)lives_.see_newest(describe_opened(oldest.get()).birth(frame.generation), frame.cnt0);
        bytes -= bytes_of(oldest);
        successors_.pop_front();
    }
}

bool Source::follow(Image &image)
{
    return daoShmReopen(image.get()) == DAO_SUCCESS || follow_successor(image);
}

bool Source::follow_successor(Image &image)
{
    if (successors_.empty())
        return false;
    const size_t passed = image.is_open() ? count_passed(image) : successors_.size() - 1;
    if (passed == successors_.size())
        return false;
    image.duplicate(successors_[passed]->get());
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
    const auto read = [this](void *data, uint64_t elements, DAO_FRAME &read_frame) {
        return read_newest(reading_.get(), data, elements, read_frame);
    };
    std::optional<FrameCopy> fresh = copy(reading_.get(), opened_, read);
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

const std::string &Source::keywords()
{
    if (opened_.keyword_room == 0)
        return keywords_;
    const int64_t begin_ns = monotonic_ns();
    if (begin_ns >= keywords_due_ns_)
    {
        read_keywords();
        const int64_t end_ns = monotonic_ns();
        keywords_due_ns_ = end_ns + std::max(keywords_interval_ns, keywords_part * (end_ns - begin_ns));
    }
    return keywords_;
}

void Source::read_keywords()
{
    std::vector<IMAGE_KEYWORD> all;
    IMAGE_KEYWORD keyword;
    while (daoShmGetKeywordAt(reading_.get(), static_cast<uint32_t>(all.size()), &keyword) == DAO_SUCCESS)
        all.push_back(keyword);
    std::string text = wire::write_keywords(all);
    if (text == keywords_)
        return;
    keywords_ = std::move(text);
    ++keyword_changes_;
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

OrderedReader::OrderedReader(Source &source, const Place &after)
    : source_(source), after_(after), skip_to_(after.cnt0), skip_source_(source.name_of_life(after.life)),
      begins_with_newest_(after.life == 0)
{
    image_.duplicate(source.reading_.get());
    // The receiver has frames of a segment that was made anew, as another reader found it before the source did. Where that
    // one is gone again, all that is left here came before them.
    const bool has_all = after.life > source.place().life && !source.follow(image_);
    int_fast8_t status = DAO_SUCCESS;
    if (has_all)
        status = daoShmResetTail(image_.get(), nullptr, nullptr);
    else if (!begins_with_newest_)
        status = daoShmRewind(image_.get()); // before the first frame: what the receiver has is skipped
    if (status != DAO_SUCCESS)
        throw Failure::of_last_call();
    opened_ = source.describe_opened(image_.get());
    source.readers_.insert(this);
}

OrderedReader::~OrderedReader()
{
    source_.readers_.erase(this);
    source_.forget_passed();
}

std::optional<FrameCopy> OrderedReader::next(uint64_t &lost)
{
    lost = 0;
    if (begins_with_newest_)
    {
        begins_with_newest_ = false;
        if (std::optional<FrameCopy> newest = next_newest())
            return newest;
    }
    return next_in_order(lost);
}

std::optional<FrameCopy> OrderedReader::next_newest()
{
    const auto read = [this](void *data, uint64_t elements, DAO_FRAME &frame) {
        return read_newest(image_.get(), data, elements, frame);
    };
    std::optional<FrameCopy> newest = source_.copy(image_.get(), opened_, read);
    // A newer one is the business of reading in order.
    if (!newest || newest->frame.cnt0 == 0 || newest->frame.cnt0 != image_->fifo_last_read_cnt0)
        return std::nullopt;
    (void)follow(*newest);
    return newest;
}

// Returns how many frames of lives before are known to have been published after the last one that was read, or that the
// receiver had.
uint64_t OrderedReader::follow(FrameCopy &frame)
{
    const Birth birth = opened_.birth(frame.frame.generation);
    // In the life where it begins, frames before the place to begin at come first.
    if (place_.life == 0 && !source_.lives_.is_last(after_.life, birth))
        place_ = after_;
    // It has not gone through all of them yet, and perhaps never will.
    const uint64_t received = place_.life == after_.life ? source_.lives_.between(place_, after_) : uint64_t{0};
    const uint32_t set_backs = source_.lives_.set_backs(birth);
    const uint64_t left = source_.lives_.move(place_, birth, frame.frame.cnt0);
    if (source_.lives_.set_backs(birth) != set_backs)
        frame.header = source_.write_header(image_.get(), opened_, frame.frame);
    return left - std::min(left, received);
}

std::optional<FrameCopy> OrderedReader::next_in_order(uint64_t &lost)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout_ns = 0;
    for (;;)
    {
        uint64_t missed = 0;
        int_fast8_t status = DAO_SUCCESS;
        std::optional<FrameCopy> frame =
            source_.copy(image_.get(), opened_, [&](void *data, uint64_t elements, DAO_FRAME &read_frame) {
                return status = daoShmNext(image_.get(), &how, data, elements, &read_frame, &missed);
            });
        if ((status == DAO_REPLACED || !image_.is_open()) && source_.follow(image_))
        {
            opened_ = source_.describe_opened(image_.get());
            continue;
        }
        if (!frame)
            return std::nullopt;
        const uint64_t left = follow(*frame);
        if (source_.header_.source != skip_source_)
            skip_to_ = 0; // the segment was made anew: its counter began again
        if (frame->frame.cnt0 <= skip_to_)
            continue;
        missed = std::min(missed, source_.lives_.before(place_)); // a counter that was set back goes on from anywhere
        // Frames before the place to begin at are not missed.
        const uint64_t first_missed = frame->frame.cnt0 - missed;
        lost = left + (first_missed > skip_to_ ? missed : frame->frame.cnt0 - skip_to_ - 1);
        skip_to_ = 0;
        return frame;
    }
}

}
