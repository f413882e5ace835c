#include "format/layout.hpp"

#include "base/error.hpp"
#include "format/element_type.hpp"
#include "format/extension.hpp"

#include <cinttypes>
#include <cstring>

namespace dao::format
{

using base::add;
using base::align_up;
using base::Checked;
using base::fail;
using base::multiply;

// The bytes, pinned: docs/format.md has the table.
static_assert(sizeof(IMAGE_METADATA) == 4304 && sizeof(IMAGE_KEYWORD) == 120 && sizeof(TIMESPECFIXED) == 16);
static_assert(offsetof(IMAGE_METADATA, name) == 0 && offsetof(IMAGE_KEYWORD, name) == 0);
static_assert(offsetof(IMAGE_METADATA, naxis) == 80 && offsetof(IMAGE_METADATA, size) == 84);
static_assert(offsetof(IMAGE_METADATA, nelement) == 96 && offsetof(IMAGE_METADATA, atype) == 104);
static_assert(offsetof(IMAGE_METADATA, creation_time) == 112 && offsetof(IMAGE_METADATA, last_access) == 120);
static_assert(offsetof(IMAGE_METADATA, atime) == 128 && offsetof(IMAGE_METADATA, shared) == 144);
static_assert(offsetof(IMAGE_METADATA, status) == 145 && offsetof(IMAGE_METADATA, logflag) == 146);
static_assert(offsetof(IMAGE_METADATA, sem) == 148 && offsetof(IMAGE_METADATA, cnt0) == 152);
static_assert(offsetof(IMAGE_METADATA, cnt1) == 160 && offsetof(IMAGE_METADATA, cnt2) == 168);
static_assert(offsetof(IMAGE_METADATA, write) == 176 && offsetof(IMAGE_METADATA, NBkw) == 178);
static_assert(offsetof(IMAGE_METADATA, lastPos) == 180 && offsetof(IMAGE_METADATA, lastNb) == 184);
static_assert(offsetof(IMAGE_METADATA, packetNb) == 188 && offsetof(IMAGE_METADATA, packetTotal) == 192);
static_assert(offsetof(IMAGE_METADATA, lastNbArray) == 200 && offsetof(IMAGE_METADATA, fifo_size) == 4296);
static_assert(offsetof(IMAGE_METADATA, fifo_last_written) == 4300);
static_assert(offsetof(IMAGE_KEYWORD, type) == 16 && offsetof(IMAGE_KEYWORD, value) == 24);
static_assert(offsetof(IMAGE_KEYWORD, comment) == 40);
// Of the extension, what its header does not pin.
static_assert(offsetof(Extension, magic) == 0 && offsetof(Extension, version) == 8 && offsetof(Extension, size) == 12);
static_assert(offsetof(Extension, segment_id) == 16 && offsetof(Extension, process_domain) == 24);
static_assert(offsetof(Extension, flags) == 32 && offsetof(Extension, reader_capacity) == 36);
static_assert(offsetof(Extension, data_offset) == 40 && offsetof(Extension, slot_stride) == 48);
static_assert(offsetof(Extension, resetting) == 144 && offsetof(Extension, last_writer) == 264);
static_assert(offsetof(Extension, takeovers) == 272 && offsetof(Extension, has_slice) == 280);
static_assert(offsetof(Extension, keyword_sequence) == 648);
static_assert(sizeof(IMAGE) == 168 && offsetof(IMAGE, used) == 80 && offsetof(IMAGE, shmfd) == 84);
static_assert(offsetof(IMAGE, memsize) == 88 && offsetof(IMAGE, semlog) == 96 && offsetof(IMAGE, md) == 104);
static_assert(offsetof(IMAGE, array) == 112 && offsetof(IMAGE, semptr) == 120 && offsetof(IMAGE, kw) == 128);
static_assert(offsetof(IMAGE, semReadPID) == 136 && offsetof(IMAGE, semWritePID) == 144);
static_assert(offsetof(IMAGE, fifo_last_read) == 152 && offsetof(IMAGE, fifo_last_read_cnt0) == 160);

namespace
{

Checked count_elements(const Geometry &geometry) noexcept
{
    Checked count = 1;
    for (unsigned axis = 0; axis < geometry.naxis; ++axis)
        count = multiply(count, geometry.size[axis]);
    return count;
}

// The parts that DAO has too; `file_bytes` ends with the keywords. False on overflow.
bool lay_out(const Geometry &geometry, uint64_t metadata_size, Layout &layout) noexcept
{
    const Checked elements = count_elements(geometry);
    const Checked slot = multiply(elements, element_size(geometry.atype));
    const Checked data = multiply(geometry.depth, metadata_size);
    const Checked keywords = add(data, multiply(geometry.depth, slot));
    const Checked end = add(keywords, multiply(geometry.keywords, sizeof(IMAGE_KEYWORD)));
    if (!end || *end > static_cast<uint64_t>(INT64_MAX))
        return false;
    layout.geometry = geometry;
    layout.element_count = *elements;
    layout.slot_bytes = *slot;
    layout.slot_stride = *slot;
    layout.data_offset = *data;
    layout.keywords_offset = *keywords;
    layout.file_bytes = *end;
    layout.extension_offset = 0;
    layout.has_fifo_fields = metadata_size == metadata_bytes;
    return true;
}

Status check_geometry(const char *name, const Geometry &geometry) noexcept
{
    if (geometry.naxis < 1 || geometry.naxis > 3)
        return fail(DAO_E_SHAPE, "%s: number of axes is %u; expected 1 to 3", name, geometry.naxis);
    for (unsigned axis = 0; axis < geometry.naxis; ++axis)
        if (geometry.size[axis] == 0)
            return fail(DAO_E_SHAPE, "%s: axis %u has 0 elements; expected at least 1", name, axis);
    if (element_size(geometry.atype) == 0)
        return fail(DAO_E_TYPE, "%s: unknown element type %u; expected 1 (%s) to %u (%s)", name, geometry.atype,
                    element_name(1), element_type_count, element_name(element_type_count));
    if (geometry.depth == 0)
        return fail(DAO_E_SHAPE, "%s: depth is 0; expected at least 1", name);
    return Status::success;
}

// Names the file when it belongs to another system.
const char *foreign_kind(const unsigned char *bytes, uint64_t count) noexcept
{
    if (count >= 4 && std::memcmp(bytes, "DSHM", 4) == 0)
        return "a segment of a newer DAO (it begins with DSHM)";
    // ImageStreamIO begins with its version, digits and dots, zero-terminated.
    uint64_t length = 0;
    unsigned dots = 0;
    while (length < count && length < 16 && (bytes[length] == '.' || (bytes[length] >= '0' && bytes[length] <= '9')))
        dots += bytes[length++] == '.';
    if (length >= 3 && length < count && dots >= 1 && bytes[0] != '.' && bytes[length] == 0)
        return "an ImageStreamIO segment (it begins with a version number)";
    return nullptr;
}

enum class ExtensionFound
{
    ours,
    other_version,
    none
};

ExtensionFound find_extension(const unsigned char *contents, uint64_t bytes, Layout &layout, uint32_t &version) noexcept
{
    constexpr uint64_t least_bytes = offsetof(Extension, epoch); // of any version
    const Checked offset = align_up(layout.file_bytes, extension_alignment);
    const Checked end = add(offset, least_bytes);
    if (!end || bytes < *end)
        return ExtensionFound::none;
    Extension found;
    std::memcpy(static_cast<void *>(&found), contents + *offset, least_bytes);
    if (found.magic != extension_magic || found.data_offset != layout.data_offset ||
        found.slot_stride != layout.slot_stride)
        return ExtensionFound::none;
    version = found.version;
    if (found.version != extension_version)
        return ExtensionFound::other_version;
    if (found.size < sizeof(Extension) || found.size > bytes - *offset || found.reader_capacity != reader_table_size)
        return ExtensionFound::none;
    layout.extension_offset = *offset;
    layout.file_bytes = *offset + found.size;
    return ExtensionFound::ours;
}

Geometry read_geometry(const unsigned char *contents) noexcept
{
    Geometry geometry;
    std::memcpy(&geometry.naxis, contents + offsetof(IMAGE_METADATA, naxis), sizeof geometry.naxis);
    std::memcpy(geometry.size, contents + offsetof(IMAGE_METADATA, size), sizeof geometry.size);
    std::memcpy(&geometry.atype, contents + offsetof(IMAGE_METADATA, atype), sizeof geometry.atype);
    uint16_t keywords = 0;
    std::memcpy(&keywords, contents + offsetof(IMAGE_METADATA, NBkw), sizeof keywords);
    geometry.keywords = keywords;
    geometry.depth = 1;
    for (unsigned axis = geometry.naxis; axis < 3; ++axis)
        geometry.size[axis] = 0; // DAO leaves what was there
    return geometry;
}

Status fail_too_large(const char *name, const Geometry &geometry) noexcept
{
    return fail(
        DAO_E_SHAPE,
        "%s: a segment of %u axes (%u, %u, %u), type %s and depth %u has more bytes than a file can have; expected "
        "at most %" PRId64,
        name, geometry.naxis, geometry.size[0], geometry.size[1], geometry.size[2], element_name(geometry.atype),
        geometry.depth, INT64_MAX);
}

}

Status plan(const char *name, const Geometry &geometry, Layout &layout) noexcept
{
    if (Status status = check_geometry(name, geometry); status != Status::success)
        return status;
    if (geometry.keywords > keyword_limit)
        return fail(DAO_E_KEYWORD, "%s: room for %u keywords; expected 0 to %u", name, geometry.keywords,
                    keyword_limit);
    if (!lay_out(geometry, metadata_bytes, layout))
        return fail_too_large(name, geometry);
    const Checked offset = align_up(layout.file_bytes, extension_alignment);
    const Checked end = add(offset, sizeof(Extension));
    if (!end || *end > static_cast<uint64_t>(INT64_MAX))
        return fail_too_large(name, geometry);
    layout.extension_offset = *offset;
    layout.file_bytes = *end;
    return Status::success;
}

namespace
{

Status recognise(const char *name, const unsigned char *raw, uint64_t bytes, Layout &layout) noexcept
{
    if (bytes < legacy_metadata_bytes)
        return fail(DAO_E_FORMAT, "%s: not a segment: the file has %" PRIu64 " bytes; expected at least %" PRIu64, name,
                    bytes, legacy_metadata_bytes);

    Geometry geometry = read_geometry(raw);
    if (check_geometry(name, geometry) != Status::success)
    {
        char reason[256];
        std::strncpy(reason, base::last_error_message(), sizeof reason - 1);
        reason[sizeof reason - 1] = 0;
        return fail(DAO_E_FORMAT, "%s: not a segment: %s", name, reason + std::strlen(name) + 2);
    }
    uint64_t stated_elements = 0;
    std::memcpy(&stated_elements, raw + offsetof(IMAGE_METADATA, nelement), sizeof stated_elements);
    const Checked elements = count_elements(geometry);
    if (elements != stated_elements)
        return fail(DAO_E_FORMAT,
                    "%s: not a segment: it says %" PRIu64 " elements; expected %" PRIu64 ", the product of its axes",
                    name, stated_elements, elements.value_or(0));

    uint64_t expected = 0;
    if (bytes >= metadata_bytes)
    {
        uint32_t depth = 0;
        uint32_t newest = 0;
        std::memcpy(&depth, raw + offsetof(IMAGE_METADATA, fifo_size), sizeof depth);
        std::memcpy(&newest, raw + offsetof(IMAGE_METADATA, fifo_last_written), sizeof newest);
        Geometry with_depth = geometry;
        with_depth.depth = depth;
        if (depth > 0 && newest < depth && lay_out(with_depth, metadata_bytes, layout))
        {
            if (bytes == layout.file_bytes)
                return Status::success;
            uint32_t version = 0;
            const ExtensionFound found = find_extension(raw, bytes, layout, version);
            if (found == ExtensionFound::ours)
                return Status::success;
            if (found == ExtensionFound::other_version)
                return fail(DAO_E_VERSION,
                            "%s: made by another version of this library: extension version %u; expected %u: make the "
                            "segment again to replace it",
                            name, version, extension_version);
            expected = layout.file_bytes;
        }
    }
    if (lay_out(geometry, legacy_metadata_bytes, layout) && bytes == layout.file_bytes)
        return Status::success;
    return fail(DAO_E_FORMAT,
                "%s: not a segment, or a damaged one: the file has %" PRIu64 " bytes; expected %" PRIu64
                " and this library's extension, or %" PRIu64 " in the layout before the FIFO",
                name, bytes, expected, layout.file_bytes);
}

}

Status inspect(const char *name, const void *contents, uint64_t bytes, Layout &layout) noexcept
{
    const auto *raw = static_cast<const unsigned char *>(contents);
    if (recognise(name, raw, bytes, layout) == Status::success)
        return Status::success;
    // Only now: a segment begins with its name, which may be what files of another kind begin with.
    const char *kind = base::last_error_code() == DAO_E_VERSION ? nullptr : foreign_kind(raw, bytes);
    if (kind != nullptr)
        return fail(DAO_E_FOREIGN, "%s: cannot open it: %s; expected one of this library or of DAO", name, kind);
    return Status::error;
}

}
