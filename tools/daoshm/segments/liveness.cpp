#include "segments/liveness.hpp"

#include <fmt/format.h>

namespace daoshm
{

const char *liveness_text(uint32_t alive)
{
    return alive == DAO_ALIVE ? "yes" : is_gone(alive) ? "no" : "unknown";
}

Json liveness_json(uint32_t alive)
{
    return alive == DAO_ALIVE || is_gone(alive) ? Json(alive == DAO_ALIVE) : Json();
}

std::string process_text(uint32_t pid, uint32_t alive, const std::string &name)
{
    if (alive != DAO_ALIVE)
        return fmt::format("{} ({})", pid, is_gone(alive) ? "gone" : liveness_text(alive));
    return name.empty() ? std::to_string(pid) : fmt::format("{} {}", pid, name);
}

void ReaderCount::add(uint32_t reader_alive)
{
    if (reader_alive == DAO_ALIVE)
        ++alive;
    else if (!is_gone(reader_alive))
        ++unknown;
}

std::string ReaderCount::text() const
{
    return unknown == 0 ? std::to_string(alive) : fmt::format("{}+{}?", alive, unknown);
}

}
