#include "state/record.hpp"

#include "failure.hpp"
#include "platform/platform.hpp"
#include "wire/text.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>

namespace dao::net
{

namespace
{

constexpr uint32_t peer_limit = 64;
constexpr const char *ending = ".net.im.shm";

// The bytes of a record; of this build of the library, as the sizes in the structs say.
struct Bytes
{
    uint32_t peer_count = 0;
    uint32_t refused_count = 0;
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    DAO_NET_PEER peers[peer_limit] = {};
    char refused[refused_limit][DAO_NET_KEY_SIZE] = {};
};
static_assert(std::is_trivially_copyable_v<Bytes>);

bool read_record(const std::string &name, Shown &shown)
{
    Image image;
    if (daoShmOpenReadOnly(name.c_str(), image.get()) != DAO_SUCCESS)
        return false;
    DAO_SEGMENT_INFO segment = DAO_SEGMENT_INFO_INIT;
    const auto bytes = std::make_unique<Bytes>();
    if (daoShmGetInfo(image.get(), &segment) == DAO_SUCCESS && segment.writer_alive == DAO_DEAD)
    {
        daoShmRemove(name.c_str());
        return false;
    }
    uint64_t counter = 0;
    if (image->md->nelement != sizeof *bytes || image->md->atype != _DATATYPE_UINT8 ||
        daoShmReadNewest(image.get(), bytes.get(), sizeof *bytes, &counter, nullptr) != DAO_SUCCESS || counter == 0 ||
        bytes->info.size != sizeof bytes->info)
        return false;
    shown.info = bytes->info;
    shown.peers.assign(bytes->peers, bytes->peers + std::min(bytes->peer_count, peer_limit));
    for (uint32_t index = 0; index < std::min(bytes->refused_count, refused_limit); ++index)
        shown.refused.emplace_back(bytes->refused[index], strnlen(bytes->refused[index], DAO_NET_KEY_SIZE - 1));
    return true;
}

}

StateRecord::~StateRecord()
{
    if (!image_.is_open())
        return;
    image_.close();
    daoShmRemove(name_.c_str());
}

bool StateRecord::create()
{
    const std::filesystem::path folder = platform::state_folder();
    if (folder.empty())
        return false;
    const std::string file = std::to_string(platform::process_id()) + "-" + wire::random_id().substr(0, 12) + ending;
    name_ = (folder / file).string();
    const uint32_t size[] = {sizeof(Bytes)};
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.depth = 2;
    options.file_mode = 0600;
    options.compatibility = -1;
    return daoShmImageCreateWith(image_.get(), name_.c_str(), 1, size, _DATATYPE_UINT8, &options) == DAO_SUCCESS;
}

void StateRecord::write(const DAO_NET_INFO &info, const std::vector<DAO_NET_PEER> &peers,
                        const std::vector<std::string> &refused) noexcept
{
    try
    {
        if (!image_.is_open() && !create())
            return;
        const auto bytes = std::make_unique<Bytes>();
        bytes->info = info;
        bytes->peer_count = static_cast<uint32_t>(std::min<size_t>(peers.size(), peer_limit));
        std::copy_n(peers.begin(), bytes->peer_count, bytes->peers);
        bytes->refused_count = static_cast<uint32_t>(std::min<size_t>(refused.size(), refused_limit));
        for (uint32_t index = 0; index < bytes->refused_count; ++index)
            wire::fill(bytes->refused[index], refused[index]);
        if (daoShmSetData(image_.get(), bytes.get(), sizeof *bytes) != DAO_SUCCESS)
            image_.close(); // somebody removed it, as who clears temporary folders does: the next time there is another
    }
    catch (const std::exception &) // shown another time
    {
    }
}

std::vector<Shown> read_records()
{
    std::vector<Shown> all;
    const std::filesystem::path folder = platform::state_folder();
    if (folder.empty())
        throw Failure(DAO_E_PERMISSION,
                      "the folder where network handles show themselves (DAO_NET_STATE, or daoNet-USER in /tmp) "
                      "cannot be used: it is another user's, or open to others; expected one of this user alone");
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(folder, error))
    {
        const std::string name = entry.path().string();
        const std::string_view end = ending;
        Shown shown;
        if (name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0 &&
            read_record(name, shown))
            all.push_back(std::move(shown));
    }
    std::sort(all.begin(), all.end(),
              [](const Shown &one, const Shown &other) { return one.info.started_ns < other.info.started_ns; });
    return all;
}

}
