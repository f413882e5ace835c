// Which segment an image is: the same for all that publish it or subscribe to it, of whatever process.
#pragma once

#include "dao.h"

#include <bit>
#include <cstring>
#include <string_view>

namespace dao::net
{

// 0 where nothing tells it from others. Segments that DAO made have no id of their own: what stands for it is their name and when
// they were made.
inline uint64_t identity_of(const DAO_SEGMENT_INFO &info, const IMAGE_METADATA &metadata)
{
    const auto made = std::bit_cast<uint64_t>(metadata.creation_time);
    if (info.segment_id != 0 || made == 0)
        return info.segment_id;
    constexpr uint64_t prime = 0x100000001b3; // FNV-1a
    uint64_t hash = 0xcbf29ce484222325;
    for (unsigned shift = 0; shift < 64; shift += 8)
        hash = (hash ^ (made >> shift & 0xff)) * prime;
    for (const char character : std::string_view(metadata.name, strnlen(metadata.name, sizeof metadata.name)))
        hash = (hash ^ static_cast<unsigned char>(character)) * prime;
    return hash;
}

}
