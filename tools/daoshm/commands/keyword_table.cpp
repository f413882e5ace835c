#include "commands/keyword_table.hpp"

#include "frame/keyword.hpp"
#include "platform/platform.hpp"
#include "terminal/table.hpp"

namespace daoshm
{

std::string keyword_table(const std::vector<IMAGE_KEYWORD> &keywords)
{
    Table table({{"NAME"}, {"TYPE"}, {"VALUE", Align::right}, {"COMMENT"}});
    for (const IMAGE_KEYWORD &keyword : keywords)
        table.add({{keyword_name(keyword), Style::accent},
                   {keyword_type(keyword)},
                   {keyword_value_text(keyword)},
                   {keyword_comment(keyword)}});
    return table.text();
}

}
