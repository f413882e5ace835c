// Keywords as Python values: int, float and str.
#include <cstring>

#include "lock_wait.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

nb::object value_of(const IMAGE_KEYWORD &keyword)
{
    if (keyword.type == 'L')
        return nb::int_(keyword.value.numl);
    if (keyword.type == 'D')
        return nb::float_(keyword.value.numf);
    return text_of(keyword.value.valstr);
}

nb::tuple entry(const IMAGE_KEYWORD &keyword)
{
    return nb::make_tuple(text_of(keyword.name), value_of(keyword), text_of(keyword.comment));
}

// The text as C takes it, which ends it at a zero byte.
const char *c_text(const std::string &text, const char *what)
{
    const std::size_t length = std::strlen(text.c_str());
    if (length != text.size())
        throw Failure(DAO_E_KEYWORD, std::string(text.c_str()) + ": the keyword's " + what + " has a zero byte after " +
                                         std::to_string(length) + " of its " + std::to_string(text.size()) +
                                         " bytes; expected none");
    return text.c_str();
}

std::string utf8(nb::handle value)
{
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
    if (bytes == nullptr && PyErr_ExceptionMatches(PyExc_UnicodeError))
    {
        PyErr_Clear();
        throw Failure(DAO_E_KEYWORD, std::string(nb::repr(value).c_str()) +
                                         ": the keyword's text has a lone surrogate; expected what UTF-8 can hold");
    }
    if (bytes == nullptr)
        throw nb::python_error();
    return {bytes, static_cast<std::size_t>(size)};
}

std::string keyword_name(nb::handle name)
{
    if (!PyUnicode_Check(name.ptr()))
        throw Failure(DAO_E_KEYWORD,
                      std::string("name of a keyword is ") + nb::repr(name).c_str() + "; expected a text");
    std::string text = utf8(name);
    c_text(text, "name");
    return text;
}

/// Call on the segment that has the name now.
template <class Call>
void call_keywords(Handle &handle, Call &&call)
{
    Handle::Use use(handle);
    require(use.following([&] { return with_lock(use, [&] { return call(use.image()); }); }));
}

} // namespace

nb::tuple Segment::keyword(nb::handle name)
{
    const std::string key = keyword_name(name);
    IMAGE_KEYWORD keyword{};
    call_keywords(handle_, [&](IMAGE *image) { return daoShmGetKeyword(image, key.c_str(), &keyword); });
    return entry(keyword);
}

nb::tuple Segment::keyword_at(uint32_t index)
{
    IMAGE_KEYWORD keyword{};
    call_keywords(handle_, [&](IMAGE *image) { return daoShmGetKeywordAt(image, index, &keyword); });
    return entry(keyword);
}

uint32_t Segment::keyword_count()
{
    uint32_t count = 0;
    call_keywords(handle_, [&](IMAGE *image) { return daoShmCountKeywords(image, &count); });
    return count;
}

void Segment::set_keyword(nb::handle name, nb::handle value, nb::handle comment)
{
    const std::string key = keyword_name(name);
    const std::string comment_text = comment.is_none() ? std::string() : utf8(comment);
    const char *comment_or_null = comment.is_none() ? nullptr : c_text(comment_text, "comment");
    const auto set = [&](auto &&call, auto c_value) {
        call_keywords(handle_, [&](IMAGE *image) { return call(image, key.c_str(), c_value, comment_or_null); });
    };
    int64_t number = 0;
    if (PyUnicode_Check(value.ptr()))
    {
        const std::string value_text = utf8(value);
        set(daoShmSetKeywordString, c_text(value_text, "text"));
    }
    else if (PyFloat_Check(value.ptr()))
        set(daoShmSetKeywordDouble, nb::cast<double>(value));
    else if (nb::try_cast(value, number))
        set(daoShmSetKeywordLong, number);
    else
        throw Failure(DAO_E_KEYWORD, "keyword " + key + ": " + nb::repr(value).c_str() +
                                         " does not fit; expected an integer of 64 bits, a float or a text");
}

void Segment::remove_keyword(nb::handle name)
{
    const std::string key = keyword_name(name);
    call_keywords(handle_, [&](IMAGE *image) { return daoShmRemoveKeyword(image, key.c_str()); });
}

} // namespace daopython
