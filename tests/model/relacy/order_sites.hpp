// Every place that asks for a memory order or a fence, in the protocol's templates and in the few steps around them, as
// the model meets it; and the one that is weakened to see whether a scenario notices.
#pragma once

#include "watched.hpp"

namespace dao::model
{

// A place: function of the template, word, method of the word, and its number when the function has several alike.
struct OrderSite
{
    std::string function;
    std::string word;
    std::string method;
    unsigned number = 1;

    auto operator<=>(const OrderSite &) const = default;

    std::string text() const { return function + ' ' + word + ' ' + method + ' ' + std::to_string(number); }
};

// A place as the source has it.
struct Met
{
    std::source_location where;
    const char *word;
    const char *method;

    bool is_at(const std::source_location &other, const char *other_word, const char *other_method) const
    {
        return where.line() == other.line() && std::strcmp(word, other_word) == 0 &&
               std::strcmp(method, other_method) == 0 && std::strcmp(where.file_name(), other.file_name()) == 0;
    }

    // "void protocol::Slots<Memory>::begin_write(uint32_t) const [with ...]": begin_write.
    std::string function() const
    {
        const std::string_view whole = where.function_name();
        const std::string_view before = whole.substr(0, whole.find('('));
        return std::string(before.substr(before.rfind(':') + 1));
    }
};

// Allocates nothing while a scenario runs: relacy takes the memory of a scenario's own back.
class OrderSites
{
  public:
    // Whether the order at this place is to be used.
    bool keeps(const std::source_location &where, const char *word, const char *method)
    {
        if (phase_ == Phase::unchanged)
            return true;
        if (phase_ == Phase::weakened)
            return !weak_.is_at(where, word, method);
        note(where, word, method);
        return true;
    }

    void collect() { phase_ = Phase::collecting; }
    void change_nothing() { phase_ = Phase::unchanged; }

    // All places met, with their numbers.
    std::map<OrderSite, Met> found() const
    {
        using Line = std::pair<std::string, uint_least32_t>; // of its file
        std::map<std::tuple<std::string, std::string, std::string>, std::map<Line, Met>> alike;
        for (size_t index = 0; index < met_count_; ++index)
        {
            const Met &met = met_[index];
            alike[{met.function(), met.word, met.method}].emplace(Line(met.where.file_name(), met.where.line()), met);
        }
        std::map<OrderSite, Met> all;
        for (const auto &[key, lines] : alike)
        {
            unsigned number = 0;
            for (const auto &[line, met] : lines)
                all.emplace(OrderSite{std::get<0>(key), std::get<1>(key), std::get<2>(key), ++number}, met);
        }
        return all;
    }

    // False when no scenario met such a place.
    bool weaken(const OrderSite &site)
    {
        const std::map<OrderSite, Met> all = found();
        const auto place = all.find(site);
        if (place == all.end())
            return false;
        weak_ = place->second;
        phase_ = Phase::weakened;
        return true;
    }

  private:
    enum class Phase
    {
        unchanged,
        collecting,
        weakened
    };

    void note(const std::source_location &where, const char *word, const char *method)
    {
        for (size_t index = 0; index < met_count_; ++index)
            if (met_[index].is_at(where, word, method))
                return;
        if (met_count_ == met_.size())
            std::abort();
        met_[met_count_++] = {where, word, method};
    }

    Phase phase_ = Phase::unchanged;
    std::array<Met, 200> met_{};
    size_t met_count_ = 0;
    Met weak_{};
};

inline OrderSites order_sites;
}
