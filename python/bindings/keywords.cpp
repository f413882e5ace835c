// Keywords as Python values: int, float and str.
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

[[noreturn]] void fail(const Handle &handle, const std::string &message)
{
    throw Failure(DAO_E_KEYWORD, handle.name() + ": " + message);
}

// Texts of keywords, which C ends at a zero byte: there must be none.
std::string text(const Handle &handle, nb::handle value, const char *what)
{
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
    if (bytes == nullptr && PyErr_ExceptionMatches(PyExc_UnicodeError))
    {
        PyErr_Clear();
        fail(handle, std::string("keyword's ") + what + " is " + shown(value) +
                         ", with a lone surrogate; expected what UTF-8 can hold");
    }
    if (bytes == nullptr && PyErr_ExceptionMatches(PyExc_TypeError))
    {
        PyErr_Clear();
        fail(handle, std::string("keyword's ") + what + " is " + shown(value) + "; expected a text");
    }
    if (bytes == nullptr)
        throw nb::python_error();
    const std::string found(bytes, static_cast<std::size_t>(size));
    if (const std::size_t zero = found.find('\0'); zero != std::string::npos)
        fail(handle, std::string("keyword's ") + what + " is " + shown(value) + ", with a zero byte after " +
                         std::to_string(zero) + " of its " + std::to_string(size) + " bytes; expected none");
    return found;
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
    const std::string key = text(handle_, name, "name");
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

namespace
{

[[noreturn]] void fail_kind(const Handle &handle, const std::string &name, nb::handle value)
{
    fail(handle, "keyword " + name + " is " + shown(value) +
                     ", which does not fit; expected an integer of 64 bits, a float or a text");
}

void fill(const Handle &handle, char *field, std::size_t room, const std::string &found, const std::string &what)
{
    if (found.size() > room)
        fail(handle, what + " of " + std::to_string(found.size()) + " bytes; expected at most " + std::to_string(room));
    found.copy(field, room);
}

IMAGE_KEYWORD keyword_of(const Handle &handle, nb::handle name, nb::handle value)
{
    IMAGE_KEYWORD keyword{};
    const std::string key = text(handle, name, "name");
    fill(handle, keyword.name, sizeof keyword.name, key, "keyword \"" + key.substr(0, 40) + "\" has a name");
    if (PyUnicode_Check(value.ptr()))
    {
        keyword.type = 'S';
        fill(handle, keyword.value.valstr, sizeof keyword.value.valstr, text(handle, value, "text"),
             "keyword " + key + ": a text");
    }
    else if (PyFloat_Check(value.ptr()))
    {
        keyword.type = 'D';
        keyword.value.numf = nb::cast<double>(value);
    }
    else
    {
        keyword.type = 'L';
        if (!nb::try_cast(value, keyword.value.numl))
            fail_kind(handle, key, value);
    }
    return keyword;
}

} // namespace

void Segment::set_keywords(const nb::list &entries, bool only_these)
{
    std::vector<IMAGE_KEYWORD> keywords;
    for (const nb::handle entry : entries)
        keywords.push_back(keyword_of(handle_, entry[0], entry[1]));
    const uint32_t flags = DAO_KEYWORDS_KEEP_COMMENTS | (only_these ? uint32_t{DAO_KEYWORDS_ONLY_THESE} : 0u);
    call_keywords(handle_, [&](IMAGE *image) {
        return daoShmSetKeywords(image, keywords.data(), static_cast<uint32_t>(keywords.size()), flags);
    });
}

void Segment::set_keyword(nb::handle name, nb::handle value, nb::handle comment)
{
    const std::string key = text(handle_, name, "name");
    const std::string comment_text = comment.is_none() ? std::string() : text(handle_, comment, "comment");
    const char *comment_or_null = comment.is_none() ? nullptr : comment_text.c_str();
    const auto set = [&](auto &&call, auto c_value) {
        call_keywords(handle_, [&](IMAGE *image) { return call(image, key.c_str(), c_value, comment_or_null); });
    };
    int64_t number = 0;
    if (PyUnicode_Check(value.ptr()))
    {
        const std::string value_text = text(handle_, value, "text");
        set(daoShmSetKeywordString, value_text.c_str());
    }
    else if (PyFloat_Check(value.ptr()))
        set(daoShmSetKeywordDouble, nb::cast<double>(value));
    else if (nb::try_cast(value, number))
        set(daoShmSetKeywordLong, number);
    else
        fail_kind(handle_, key, value);
}

void Segment::remove_keyword(nb::handle name)
{
    const std::string key = text(handle_, name, "name");
    call_keywords(handle_, [&](IMAGE *image) { return daoShmRemoveKeyword(image, key.c_str()); });
}

} // namespace daopython
