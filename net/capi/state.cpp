#include "capi/guard.hpp"

#include <cstring>
#include <filesystem>

using namespace dao::net;
using namespace dao::net::capi;

namespace
{

std::vector<DAO_NET_INFO> all_infos()
{
    std::vector<DAO_NET_INFO> infos;
    for (const Shown &shown : read_records())
        infos.push_back(shown.info);
    return infos;
}

Shown publisher_at(uint32_t pid, const char *endpoint)
{
    check_pointer(endpoint, "the endpoint");
    for (Shown &shown : read_records())
        if (shown.info.role == DAO_NET_PUBLISHER && shown.info.pid == pid &&
            std::strcmp(shown.info.endpoint, endpoint) == 0)
            return std::move(shown);
    throw Failure(DAO_E_NOT_FOUND, std::string(endpoint) + ": no publisher of process " + std::to_string(pid) +
                                       " shows itself there; expected one of daoNetList()");
}

}

int_fast8_t daoNetGetInfo(DAO_NET *net, DAO_NET_INFO *info)
{
    return guarded([&] {
        checked(net);
        check_size(info, "DAO_NET_INFO");
        *info = net->publisher != nullptr ? net->publisher->describe() : net->subscriber->describe();
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetList(DAO_NET_INFO *infos, uint32_t capacity, uint32_t *count)
{
    return guarded([&] {
        give_list(all_infos(), infos, capacity, count, "DAO_NET_INFO", [](const DAO_NET_INFO &info) { return info; });
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetListPeers(uint32_t pid, const char *endpoint, DAO_NET_PEER *peers, uint32_t capacity, uint32_t *count)
{
    return guarded([&] {
        give_list(publisher_at(pid, endpoint).peers, peers, capacity, count, "DAO_NET_PEER",
                  [](const DAO_NET_PEER &peer) { return peer; });
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetListRefused(uint32_t pid, const char *endpoint, char (*keys)[DAO_NET_KEY_SIZE], uint32_t capacity,
                              uint32_t *count)
{
    return guarded([&] {
        give_keys(publisher_at(pid, endpoint).refused, keys, capacity, count);
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetFind(const char *name, DAO_NET_INFO *info)
{
    return guarded([&] {
        check_pointer(name, "the segment's name");
        check_size(info, "DAO_NET_INFO");
        std::error_code ignored;
        for (const DAO_NET_INFO &one : all_infos())
            if (one.role == DAO_NET_SUBSCRIBER && one.name[0] != 0 &&
                (std::strcmp(one.name, name) == 0 || std::filesystem::equivalent(one.name, name, ignored)))
            {
                *info = one;
                return DAO_SUCCESS;
            }
        throw Failure(DAO_E_NOT_FOUND,
                      std::string(name) + ": no subscriber of this user writes it; expected one of daoNetList()");
    });
}

int_fast8_t daoNetClose(DAO_NET *net)
{
    return guarded([&] {
        if (net != nullptr && is_of_this_process(*net))
            delete net;
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetMakeKeys(const char *path)
{
    return guarded([&] {
        check_pointer(path, "the path");
        write_key_pair(path);
        return DAO_SUCCESS;
    });
}

int_fast8_t daoNetReadPublicKey(const char *path, char *public_key)
{
    return guarded([&] {
        check_pointer(path, "the path");
        check_pointer(public_key, "the place for the key");
        const std::string key = read_public_key(path);
        std::memcpy(public_key, key.c_str(), key.size() + 1);
        return DAO_SUCCESS;
    });
}

int daoNetHasEncryption(void)
{
    return has_encryption() ? 1 : 0;
}
