#include "subscriber/shown_copies.hpp"

namespace dao::net
{

ShownCopies::ShownCopies(std::string name) : name_(std::move(name))
{
    uint32_t one[] = {1};
    if (daoShmImageCreate(news_.get(), "daoNet: news", 1, one, _DATATYPE_UINT8, 0, 0) != DAO_SUCCESS)
        throw Failure::of_last_call();
}

ShownCopies::~ShownCopies()
{
    daoShmRetirePrivate(news_.get(), 0);
}

int_fast8_t ShownCopies::open(IMAGE *image, int64_t timeout_ns)
{
    return open_when_there([&](const Deadline &deadline) { return open_with_frame(image, deadline); }, timeout_ns);
}

int_fast8_t ShownCopies::open_next(IMAGE *image, int64_t timeout_ns)
{
    if (!name_.empty())
        throw Failure(DAO_E_ARGUMENT, name_ + ": the copy is a file; expected a subscriber with private images, "
                                              "which are opened in turn");
    return open_when_there([&](const Deadline &) { return open_following(image); }, timeout_ns);
}

// `open` says DAO_REMOVED where there is none at present.
template <class Open>
int_fast8_t ShownCopies::open_when_there(const Open &open, int64_t timeout_ns)
{
    Image news;
    {
        const std::lock_guard lock(mutex_);
        news.duplicate(news_.get());
    }
    const Deadline deadline(timeout_ns);
    for (uint64_t copies = 0;;)
    {
        if (const int_fast8_t status = daoShmWaitForFrame(news.get(), copies, deadline.remaining_ns());
            status != DAO_SUCCESS)
            return status;
        copies = daoShmGetCounter(news.get()); // if somebody removed this one, the next frame makes another
        const int_fast8_t status = open(deadline);
        const bool is_gone = status == DAO_REMOVED || (status == DAO_ERROR && daoLastErrorCode() == DAO_E_NOT_FOUND);
        if (!is_gone)
            return status;
    }
}

// A copy of a new shape is there a moment before its first frame.
int_fast8_t ShownCopies::open_with_frame(IMAGE *image, const Deadline &deadline)
{
    int_fast8_t status = DAO_REPLACED;
    while (status == DAO_REPLACED)
    {
        if (open_newest(image) != DAO_SUCCESS)
            return DAO_ERROR;
        if (daoShmGetCounter(image) != 0)
            return DAO_SUCCESS;
        status = daoShmWaitForFrame(image, 0, deadline.remaining_ns());
        if (status != DAO_SUCCESS)
            daoShmCloseShm(image);
    }
    return status;
}

int_fast8_t ShownCopies::open_newest(IMAGE *image)
{
    if (!name_.empty())
        return daoShmShm2Img(name_.c_str(), image);
    const std::lock_guard lock(mutex_);
    return daoShmDuplicate(images_.newest().image.get(), image);
}

int_fast8_t ShownCopies::open_following(IMAGE *image)
{
    const std::lock_guard lock(mutex_);
    KeptImages::Kept *next = followed_ == 0 ? &images_.newest() : images_.find_after(followed_);
    if (next == nullptr)
        return DAO_REMOVED;
    const int_fast8_t status = daoShmDuplicate(next->image.get(), image);
    if (status == DAO_SUCCESS)
        followed_ = next->number;
    return status;
}

uint64_t ShownCopies::make_room()
{
    const std::lock_guard lock(mutex_);
    uint64_t frames = 0;
    images_.make_room([&](KeptImages::Kept &oldest) {
        if (oldest.number > followed_)
            frames += daoShmGetCounter(oldest.image.get());
    });
    return frames;
}

void ShownCopies::show(IMAGE *copy)
{
    const std::lock_guard lock(mutex_);
    images_.add(copy);
    // Nobody opens them: they were opened in turn, or nobody opens in turn.
    images_.forget_before(followed_ == 0 ? images_.newest().number : followed_ + 1);
}

void ShownCopies::tell()
{
    const std::lock_guard lock(mutex_);
    const uint8_t news = 1;
    (void)daoShmSetData(news_.get(), &news, 1);
}

}
