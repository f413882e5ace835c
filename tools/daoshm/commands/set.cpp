/// set: publish a frame from a file.
#include "commands/commands.hpp"

#include <cstdio>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "commands/file_notes.hpp"
#include "commands/number_option.hpp"
#include "files/frame_file.hpp"
#include "frame/element_types.hpp"
#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/segment_name.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

struct SetOptions
{
    std::string segment;
    std::string file;
    std::string image;
    std::optional<uint64_t> frame;
    uint32_t depth = 1;
    bool create = false;
    bool cast = false;
};

/// The first element of the frame in the file; throws when the shapes do not match.
uint64_t first_element(const Geometry &file, const Geometry &segment, const SetOptions &options)
{
    const uint64_t frame = options.frame.value_or(0);
    if (is_frame_of(file.shape, segment.shape))
    {
        if (frame != 0)
            throw ToolError(fmt::format("--frame: {}; expected 0: {} is one frame of the segment's shape, {}", frame,
                                        options.file, shape_text(segment.shape)));
        return 0;
    }
    const bool is_cube = !file.shape.empty() && is_frame_of({file.shape.begin() + 1, file.shape.end()}, segment.shape);
    if (!is_cube)
        throw ToolError(fmt::format("{}: shape {}; expected that of {}: {}", options.file, shape_text(file.shape),
                                    options.segment, shape_text(segment.shape)));
    if (frame >= file.shape[0])
        throw ToolError(fmt::format("--frame: {}; expected less than {}, the number of frames in {}", frame,
                                    file.shape[0], options.file));
    return frame * segment.element_count();
}

/// One frame of the file, converted to the type `wanted`.
std::vector<std::byte> read_frame(FrameReader &file, const Geometry &wanted, const SetOptions &options)
{
    const Geometry &found = file.header().geometry;
    if (!is_safe_cast(found.atype, wanted.atype) && !options.cast)
        throw ToolError(
            fmt::format("{}: elements of type {}; expected a type of which {} ({}) holds every value; --cast "
                        "converts, unless a value does not fit",
                        options.file, daoTypeName(found.atype), options.segment, daoTypeName(wanted.atype)));
    const uint64_t first = first_element(found, wanted, options);
    std::vector<std::byte> frame(wanted.element_count() * daoTypeSize(found.atype));
    file.read(first, wanted.element_count(), frame.data());
    if (found.atype != wanted.atype)
        frame = convert_elements(found.atype, frame.data(), wanted.element_count(), wanted.atype);
    return frame;
}

int run_set(const SetOptions &options)
{
    const std::unique_ptr<FrameReader> file = open_frames(options.file, options.image);
    print_notes(*file);
    const bool is_new = options.create && !existing_segment(options.segment);
    if (!is_new)
    {
        Dao::Image segment = open_writer(options.segment);
        publish(segment, read_frame(*file, geometry_of(segment), options).data());
        return exit_success;
    }
    Geometry wanted = file->header().geometry;
    if ((!file->records().empty() || options.frame) && !wanted.shape.empty()) // frames along the first axis
        wanted.shape.erase(wanted.shape.begin());
    wanted.shape = without_unit_axes(wanted.shape);
    check_shape(options.file, wanted); // before it is read
    const std::vector<std::byte> frame = read_frame(*file, wanted, options);
    print_left_out(*file, options.file);
    Dao::Image segment = create_segment(new_path_here(options.segment), wanted, options.depth, file->header().keywords);
    publish(segment, frame.data());
    return exit_success;
}

}

void add_set(Tool &tool)
{
    const auto options = std::make_shared<SetOptions>();
    CLI::App *command = add_command(tool, "set", "Publish a frame from a .npy or FITS file", options, run_set);
    add_segment_argument(command, options->segment);
    command->add_option("file", options->file, "File: .npy or FITS, also compressed (.gz, .fz)")
        ->required()
        ->type_name("FILE");
    add_image_option(command, options->image);
    add_number(command, "--frame", options->frame, "Frame of a file with several, from 0; default: the first",
               any_count);
    command->add_flag("--create", options->create,
                      "Create the segment, with the file's shape, type and keywords, when it does not exist");
    add_number(command, "--depth", options->depth, "Slots of a segment that is created", depth_bounds)
        ->capture_default_str();
    command->add_flag("--cast", options->cast,
                      "Convert to the segment's type; reals are rounded to the nearest integer");
    command->footer("Shapes must be equal, but for axes of length 1 that only the file has. Without --cast, only types "
                    "that the segment's type holds unchanged are converted.\n\n"
                    "Examples:\n  daoshm set flat flat.npy\n  daoshm set reference reference.fits --create\n"
                    "  daoshm set wfs night.fits --frame 17 --cast");
}

}
