// Headers of one frame after the other are the same text but for some numbers at its end. Both sides make use of that: a
// parser costs more than all else that is done for a small frame.
#pragma once

#include "wire/frame.hpp"

#include <optional>

namespace dao::net::wire
{

// What write_frame_part() writes, quickly when the last header differed in numbers alone.
class FramePartWriter
{
  public:
    std::string write(const FrameHeader &header);

  private:
    FrameConstants known_;
    std::string lasting_; // the text of these
};

// Knows the last header again when only its numbers have changed, and the text is as write_frame_part() and complete() write
// it. All else is for the parser, which comes to the same result.
class HeaderReader
{
  public:
    // The header of a frame of `data_bytes`, or null.
    const FrameHeader *recognise(std::string_view text, uint64_t data_bytes);
    // What the parser made of a text.
    void learn(std::string_view text, const FrameHeader &header, uint64_t data_bytes);

  private:
    FrameHeader known_;
    std::string lasting_; // empty: nothing is known
    uint64_t data_bytes_ = 0;
};

}
