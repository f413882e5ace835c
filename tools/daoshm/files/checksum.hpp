/// CRC-32 as zlib, gzip and PNG have it, so that anyone can compare: in Python zlib.crc32(frame.tobytes()).
#pragma once

#include <cstdint>

namespace daoshm
{

uint32_t crc32(const void *data, uint64_t size_bytes);

}
