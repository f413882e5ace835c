// The keywords of a mapped segment with an extension, as the journalled table has them.
#pragma once

#include "base/copy.hpp"
#include "base/word.hpp"
#include "format/extension.hpp"

namespace dao::segment
{

class KeywordMemory
{
  public:
    using Entry = IMAGE_KEYWORD;
    using Fence = base::Fence;

    // `keywords` are not aligned after data of odd length: no reference to one. `count` is the segment's when it was
    // opened, not what its metadata says now.
    KeywordMemory(format::Extension *extension, IMAGE_KEYWORD *keywords, uint32_t count) noexcept
        : extension_(extension), keywords_(keywords), count_(count)
    {
    }

    uint32_t entry_count() const noexcept { return count_; }
    base::Word<uint32_t> sequence() const noexcept { return base::Word<uint32_t>(&extension_->keyword_sequence); }
    base::Word<uint32_t> pending() const noexcept { return base::Word<uint32_t>(&journal().pending); }
    base::Word<uint32_t> index() const noexcept { return base::Word<uint32_t>(&journal().index); }

    IMAGE_KEYWORD entry(uint32_t index) const noexcept { return copy_of(keywords_ + index); }
    void set_entry(uint32_t index, const IMAGE_KEYWORD &keyword) const noexcept
    {
        base::copy_shared(keywords_ + index, &keyword, sizeof keyword);
    }
    IMAGE_KEYWORD journal_entry() const noexcept { return copy_of(&journal().keyword); }
    void set_journal_entry(const IMAGE_KEYWORD &keyword) const noexcept
    {
        base::copy_shared(&journal().keyword, &keyword, sizeof keyword);
    }

  private:
    format::KeywordJournal &journal() const noexcept { return extension_->keyword_journal; }

    static IMAGE_KEYWORD copy_of(const void *shared) noexcept
    {
        IMAGE_KEYWORD keyword;
        base::copy_shared(&keyword, shared, sizeof keyword);
        return keyword;
    }

    format::Extension *extension_;
    IMAGE_KEYWORD *keywords_;
    uint32_t count_;
};

}
