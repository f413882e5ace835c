// The element-wise sum of segments.
#include "frames/writer.hpp"

#include "base/error.hpp"
#include "format/element_type.hpp"
#include "frames/too_many.hpp"

#include <algorithm>
#include <new>
#include <type_traits>

namespace dao::frames
{

using base::fail;
using segment::Segment;

namespace
{

template <class T>
void add(T &sum, const T &operand) noexcept
{
    if constexpr (std::is_floating_point_v<T>)
        sum += operand;
    else if constexpr (std::is_integral_v<T>)
        // Unsigned, and at least as wide as int: wrapping is defined.
        sum = static_cast<T>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(operand));
    else
    {
        sum.re += operand.re;
        sum.im += operand.im;
    }
}

void add_all(uint8_t atype, unsigned char *sum, const unsigned char *operand, uint64_t count) noexcept
{
    format::with_element_type(atype, [&]<class T>(T *) {
        auto *to = reinterpret_cast<T *>(sum);
        auto *from = reinterpret_cast<const T *>(operand);
        for (uint64_t index = 0; index < count; ++index)
            add(to[index], from[index]);
    });
}

Status check_inputs(Reader *const *inputs, uint32_t input_count, const Writer &output, uint64_t count) noexcept
{
    const Segment &sum = *output.segment;
    for (uint32_t index = 0; index < input_count; ++index)
    {
        const Segment &input = *inputs[index]->segment;
        const uint8_t found = input.layout().geometry.atype;
        const uint8_t expected = sum.layout().geometry.atype;
        if (found != expected)
            return fail(DAO_E_TYPE, "%s: its elements are %s; expected %s, those of %s", input.name(),
                        format::element_name(found), format::element_name(expected), sum.name());
        if (count > input.element_count())
            return fail_too_many(input, count, "add", "frame", input.element_count());
    }
    return Status::success;
}

bool make_room(Writer &output, size_t bytes) noexcept
{
    try
    {
        const size_t room = std::max<size_t>(bytes, 1); // also without elements there is an address to pass on
        output.operand.resize(room);
        output.sum.assign(room, 0);
        return true;
    }
    catch (const std::bad_alloc &)
    {
        return false;
    }
}

}

Status publish_sum(Reader *const *inputs, uint32_t input_count, Writer &output, uint64_t count) noexcept
{
    Segment &segment = *output.segment;
    if (count > segment.element_count())
        return fail_too_many(segment, count, "add up", "frame", segment.element_count());
    if (Status status = check_inputs(inputs, input_count, output, count); status != Status::success)
        return status;
    if (!make_room(output, count * segment.element_bytes()))
        return base::fail_no_memory(segment.name(), "sum");
    for (uint32_t index = 0; index < input_count; ++index)
    {
        if (Status status = read_newest(*inputs[index], output.operand.data(), count); status != Status::success)
            return status;
        add_all(segment.layout().geometry.atype, output.sum.data(), output.operand.data(), count);
    }
    return publish(output, output.sum.data(), count);
}

}
