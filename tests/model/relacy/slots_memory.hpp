// A small segment's words for the slots and the generation under relacy, with frames of two words.
#pragma once

#include "model_word.hpp"
#include "protocol/generation.hpp"
#include "protocol/slots.hpp"

namespace dao::model
{

constexpr unsigned frame_words = 2;

struct Frame
{
    std::array<unsigned, frame_words> words{};

    bool is_whole() const { return words[0] == words[1]; }
    unsigned tag() const { return words[0]; }
    bool operator==(const Frame &) const = default;
};

template <unsigned Depth>
struct SlotsWords
{
    rl::atomic<unsigned> write[Depth];
    rl::atomic<uint64_t> counter[Depth];
    rl::atomic<uint32_t> newest;
    rl::atomic<uint64_t> epoch;
    rl::atomic<uint32_t> generation;
    rl::atomic<uint32_t> resetting;
    rl::atomic<uint64_t> published;
    rl::atomic<unsigned> data[Depth][frame_words];

    // As a segment is when it is made.
    void begin()
    {
        for (unsigned slot = 0; slot < Depth; ++slot)
        {
            write[slot].store(0, rl::mo_relaxed, $);
            counter[slot].store(0, rl::mo_relaxed, $);
            for (rl::atomic<unsigned> &word : data[slot])
                word.store(0, rl::mo_relaxed, $);
        }
        newest.store(Depth - 1, rl::mo_relaxed, $);
        epoch.store(0, rl::mo_relaxed, $);
        generation.store(0, rl::mo_relaxed, $);
        resetting.store(0, rl::mo_relaxed, $);
        published.store(0, rl::mo_relaxed, $);
    }
};

template <unsigned Depth>
class SlotsMemory
{
  public:
    using Fence = ModelFence;

    explicit SlotsMemory(SlotsWords<Depth> &words) : words_(&words) {}

    uint32_t depth() const { return Depth; }
    ModelWord<unsigned> write(uint32_t slot) const { return {&words_->write[slot], "write"}; }
    ModelWord<uint64_t> counter(uint32_t slot) const { return {&words_->counter[slot], "counter"}; }
    ModelWord<uint32_t> newest() const { return {&words_->newest, "newest"}; }
    ModelWord<uint64_t> epoch() const { return {&words_->epoch, "epoch"}; }
    ModelWord<uint32_t> generation() const { return {&words_->generation, "generation"}; }
    ModelWord<uint32_t> resetting() const { return {&words_->resetting, "resetting"}; }
    ModelWord<uint64_t> published() const { return {&words_->published, "published"}; }

    // W2, word by word as memcpy may do it.
    void fill(uint32_t slot, unsigned tag) const
    {
        for (unsigned index = 0; index < frame_words; ++index)
            fill_word(slot, index, tag);
    }
    void fill_word(uint32_t slot, unsigned index, unsigned tag) const
    {
        ModelWord<unsigned>(&words_->data[slot][index], "data").store_relaxed(tag);
    }
    // R2, in either order.
    Frame copy(uint32_t slot) const
    {
        Frame frame;
        const unsigned first = rl::rand(frame_words);
        for (unsigned step = 0; step < frame_words; ++step)
        {
            const unsigned index = (first + step) % frame_words;
            frame.words[index] = ModelWord<unsigned>(&words_->data[slot][index], "data").load_relaxed();
        }
        return frame;
    }

  private:
    SlotsWords<Depth> *words_;
};

// What the slots scenarios have in common.
template <unsigned Depth>
struct SlotsScenario
{
    using Memory = SlotsMemory<Depth>;
    using Slots = protocol::Slots<Memory>;
    using Generation = protocol::Generation<Memory>;

    SlotsWords<Depth> words;
    Mortality deaths;

    void begin()
    {
        words.begin();
        deaths.begin();
        mortality = &deaths;
    }
    // With so many frames, all published long ago: a scenario about what comes next has fewer steps.
    void begin_with(unsigned frames)
    {
        begin();
        for (unsigned frame = frames < Depth ? 1 : frames - Depth + 1; frame <= frames; ++frame)
        {
            const uint32_t slot = (frame - 1) % Depth;
            words.counter[slot].store(frame, rl::mo_relaxed, $);
            for (rl::atomic<unsigned> &word : words.data[slot])
                word.store(frame, rl::mo_relaxed, $);
            words.newest.store(slot, rl::mo_relaxed, $);
        }
        words.published.store(frames, rl::mo_relaxed, $);
    }
    Memory memory() { return Memory(words); }
    Slots slots() { return Slots(memory()); }
    Generation generation() { return Generation(memory()); }

    // W1 to W6.
    uint64_t publish(unsigned tag)
    {
        const Slots to = slots();
        const uint32_t slot = to.next_slot();
        to.begin_write(slot);
        memory().fill(slot, tag);
        return to.commit(slot);
    }

    // With the part of W7 that is for spinning readers.
    void publish_to_all(unsigned tag) { generation().publish(publish(tag)); }

    // R2 and R3 of a snapshot.
    bool read(const protocol::Snapshot &snapshot, Frame &frame)
    {
        if (!snapshot.stable)
            return false;
        frame = memory().copy(snapshot.slot);
        return slots().still_whole(snapshot);
    }

    void reuse()
    {
        generation().begin_anew(slots(), [this](uint32_t slot) { memory().fill(slot, 0); }, [] {});
    }
};

}
