#include "kept_images.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

uint64_t bytes_of(const IMAGE_METADATA &metadata)
{
    return metadata.nelement * daoTypeSize(metadata.atype) * std::max<uint32_t>(metadata.fifo_size, 1);
}

}

void KeptImages::add(IMAGE *image)
{
    kept_.emplace_back();
    Kept &newest = kept_.back();
    try
    {
        newest.image.duplicate(image);
    }
    catch (...)
    {
        kept_.pop_back();
        throw;
    }
    newest.number = ++added_;
    newest.bytes = bytes_of(*newest.image->md);
    bytes_ += newest.bytes;
}

void KeptImages::make_room(const std::function<void(Kept &)> &given_up)
{
    while (kept_.size() > 1 && (bytes_ > most_bytes || kept_.size() >= most_images))
    {
        given_up(kept_.front());
        forget_oldest();
    }
}

void KeptImages::forget_before(uint32_t number) noexcept
{
    while (kept_.size() > 1 && kept_.front().number < number)
        forget_oldest();
}

void KeptImages::forget_oldest() noexcept
{
    bytes_ -= kept_.front().bytes;
    kept_.pop_front();
}

KeptImages::Kept *KeptImages::find_after(uint32_t number) noexcept
{
    const auto found = std::find_if(kept_.begin(), kept_.end(), [=](const Kept &kept) { return kept.number > number; });
    return found != kept_.end() ? &*found : nullptr;
}

uint32_t KeptImages::number_of(const Image &image) const noexcept
{
    const auto found =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept &kept) { return kept.image->md == image->md; });
    return found != kept_.end() ? found->number : 0;
}

}
