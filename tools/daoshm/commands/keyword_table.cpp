#include "commands/keyword_table.hpp"

#include "frame/keyword.hpp"
#include "platform/platform.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

std::string keyword_table(const std::vector<Dao::Keyword> &keywords)
{
    Table table({{"NAME"}, {"TYPE"}, {"VALUE", Align::right}, {"COMMENT"}});
    for (const Dao::Keyword &keyword : keywords)
        table.add(
            {{keyword.name, Style::accent}, {keyword_type(keyword)}, {keyword_value_text(keyword)}, {keyword.comment}});
    return table.text();
}

}
