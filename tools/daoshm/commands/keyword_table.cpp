#include "commands/keyword_table.hpp"

#include "frame/keyword.hpp"
#include "platform/platform.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

std::string keyword_table(const std::vector<Dao::Keyword> &keywords)
{
    Table table({{"NAME", Align::left, 100},
                 {"TYPE", Align::left, 20},
                 {"VALUE", Align::right, 90},
                 {"COMMENT", Align::left, 50, Cut::end}});
    for (const Dao::Keyword &keyword : keywords)
        table.add(
            {{keyword.name, Style::accent}, {keyword_type(keyword)}, {keyword_value_text(keyword)}, {keyword.comment}});
    return table.text();
}

}
