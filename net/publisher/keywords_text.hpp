// The keywords of a segment as they travel.
#pragma once

#include "dao.h"

#include <cstdint>
#include <string>

namespace dao::net
{

class KeywordsText
{
  public:
    // Read again when the last time is a while ago, or belongs to another segment.
    const std::string &of(IMAGE *image, uint32_t room);
    // The next ones are another segment's.
    void expire() { due_ns_ = 0; }
    // How often they changed.
    uint64_t changes() const { return changes_; }

  private:
    void read(IMAGE *image);

    std::string text_ = "[]";
    uint64_t changes_ = 1;
    int64_t due_ns_ = 0; // 0: not read yet
};

}
