#include "text/json.hpp"

#include <cmath>

#include <fmt/format.h>

#include "text/output.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

/// JSON has no numbers for not-a-number and the infinities.
void write_as_text(Json &value)
{
    const double number = value.is_number_float() ? value.get<double>() : 0;
    if (!std::isfinite(number))
        value = std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
    else if (value.is_structured())
        for (Json &part : value)
            write_as_text(part);
}

/// Control characters that JSON allows within text are escaped, too: a terminal obeys them.
std::string dumped(Json document, int indent)
{
    write_as_text(document);
    return with_escapes(document.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n", "\n",
                        [](uint32_t code, bool) {
                            if (code < 0x10000)
                                return fmt::format("\\u{:04x}", code);
                            return fmt::format("\\u{:04x}\\u{:04x}", 0xD7C0 + (code >> 10U), 0xDC00 + (code & 0x3FFU));
                        });
}

}

void print_json(const Json &document)
{
    print(dumped(document, 2));
}

void print_json_line(const Json &document)
{
    print_now(dumped(document, -1));
}

}
