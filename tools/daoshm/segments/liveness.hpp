/// Whether a process lives (DAO_LIVENESS), in the tool's words.
#pragma once

#include <daoShm.hpp>

#include <cstdint>
#include <string>

#include "text/json.hpp"

namespace daoshm
{

/// Is it certain that the process is gone? One of which nothing is known may be in the middle of its work.
inline bool is_gone(uint32_t alive)
{
    return alive == DAO_DEAD;
}

/// "yes", "no" or "unknown"
const char *liveness_text(uint32_t alive);
/// true, false or null
Json liveness_json(uint32_t alive);
/// "4711 fill" while it lives, "4711 (gone)", "4711 (unknown)"
std::string process_text(uint32_t pid, uint32_t alive, const std::string &name);

/// The readers of a segment, by what is known of them.
struct ReaderCount
{
    uint32_t alive = 0;
    uint32_t unknown = 0;

    void add(uint32_t reader_alive);
    bool is_none() const { return alive + unknown == 0; }
    /// "2", or "2+1?" with one of which it is unknown whether it lives
    std::string text() const;
};

}
