// Every place in the protocol's templates that asks for a memory order or a fence, as the model meets it, and the one
// that is weakened to see whether a scenario notices.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <source_location>
#include <string>
#include <string_view>
#include <tuple>

namespace dao::model
{

// A place: function of the template, word, method of the word, and its number when the function has several alike.
struct Site
{
    std::string function;
    std::string word;
    std::string method;
    unsigned number = 1;

    auto operator<=>(const Site &) const = default;

    std::string text() const { return function + ' ' + word + ' ' + method + ' ' + std::to_string(number); }
};

class Sites
{
  public:
    // Whether the order at this place is to be kept.
    bool keeps(const std::source_location &where, const char *word, const char *method)
    {
        if (phase_ == Phase::unchanged)
            return true;
        if (phase_ == Phase::collecting)
        {
            if (std::string_view(where.file_name()).find("/src/") != std::string_view::npos)
                lines_[{function_of(where), word, method}].insert(where.line());
            return true;
        }
        return where.line() != weak_line_ || word != weak_.word || method != weak_.method ||
               function_of(where) != weak_.function;
    }

    void collect() { phase_ = Phase::collecting; }
    void change_nothing() { phase_ = Phase::unchanged; }

    std::set<Site> found() const
    {
        std::set<Site> sites;
        for (const auto &[key, lines] : lines_)
            for (unsigned number = 1; number <= lines.size(); ++number)
                sites.insert({std::get<0>(key), std::get<1>(key), std::get<2>(key), number});
        return sites;
    }

    // False when no scenario met such a place.
    bool weaken(const Site &site)
    {
        const auto lines = lines_.find({site.function, site.word, site.method});
        if (lines == lines_.end() || site.number == 0 || site.number > lines->second.size())
            return false;
        weak_ = site;
        weak_line_ = *std::next(lines->second.begin(), site.number - 1);
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

    // "void ring::Ring<Memory>::announce(uint32_t) const [with ...]": announce.
    static std::string function_of(const std::source_location &where)
    {
        const std::string_view whole = where.function_name();
        const std::string_view before = whole.substr(0, whole.find('('));
        return std::string(before.substr(before.rfind(':') + 1));
    }

    Phase phase_ = Phase::unchanged;
    std::map<std::tuple<std::string, std::string, std::string>, std::set<uint_least32_t>> lines_;
    Site weak_;
    uint_least32_t weak_line_ = 0;
};

inline Sites sites;

}
