/// create: create a segment.
#include "commands/commands.hpp"

#include <charconv>
#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "frame/element_types.hpp"
#include "frame/geometry.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

struct CreateOptions
{
    std::string segment;
    std::string shape;
    std::string type = daoTypeName(Dtype);
    uint32_t depth = 1;
    uint32_t keywords = usual_keyword_room;
    std::string mode;
    bool compatible = false;
    bool exclusive = false;
    bool json = false;
};

// 0 without one: what the library does by default.
uint32_t parse_mode(const std::string &text)
{
    if (text.empty())
        return 0;
    uint32_t mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || end != text.data() + text.size() || mode == 0 || mode > 0777)
        throw ToolError(fmt::format("--mode: '{}'; expected octal digits from 1 to 777, such as 600 or 660", text),
                        exit_usage);
    return mode;
}

int run_create(const CreateOptions &options)
{
    const uint8_t atype = type_from_name(options.type);
    const Dao::Shape shape = parse_shape(options.shape);
    Dao::CreateOptions create;
    create.depth = options.depth;
    create.keywords = options.keywords;
    create.file_mode = parse_mode(options.mode);
    create.compatibility = options.compatible ? 1 : 0;
    create.exclusive = options.exclusive ? 1 : 0;
    const Dao::Image segment(new_path_here(options.segment), shape, atype, create);
    const Geometry geometry = geometry_of(segment);
    const uint64_t file_bytes = segment.info().mapped_bytes;
    if (options.json)
        print_json({{"segment", absolute_path(segment.name())},
                    {"type", options.type},
                    {"shape", geometry.shape},
                    {"depth", options.depth},
                    {"file_bytes", file_bytes}});
    else
        print(fmt::format("{}: {}, depth {}, {}\n", printable(segment.name()), geometry.text(), options.depth,
                          bytes_text(static_cast<double>(file_bytes))));
    return exit_success;
}

}

void add_create(Tool &tool)
{
    const auto options = std::make_shared<CreateOptions>();
    CLI::App *command = add_command(tool, "create", "Create a segment, or clear an existing one", options, run_create);
    command
        ->add_option("segment", options->segment,
                     "Segment to create; a bare name becomes NAME.im.shm in the temporary folder")
        ->required()
        ->type_name(segment_argument);
    command->add_option("shape", options->shape, "One to three sizes, slow axis first: 512x512 or 512,512")
        ->required()
        ->type_name("SHAPE");
    command->add_option("type", options->type, "Element type, by its NumPy name")
        ->check(CLI::IsMember(type_names()))
        ->capture_default_str();
    add_number(command, "--depth", options->depth, "Slots: with 1, only the newest frame is stored", depth_bounds)
        ->capture_default_str();
    add_number(command, "--keywords", options->keywords, "Number of keywords that it has room for", {0, 65535})
        ->capture_default_str();
    command->add_option("--mode", options->mode, "File mode, octal [600, or that of the segment it replaces]")
        ->type_name("MODE");
    command->add_flag("--dao-semaphores", options->compatible,
                      "Also create DAO's named semaphores, so that DAO programs can wait for frames");
    command->add_flag("--exclusive", options->exclusive, "Fail when anything has the name already");
    add_json_flag(command, options->json);
    command->footer(
        "A segment of the same name, shape, type, depth and room for keywords is cleared, its keywords too, and its\n"
        "counters restart; its readers continue.\n"
        "Any other segment of that name is replaced; its readers keep their memory and are notified.\n"
        "With --exclusive both are errors, and nothing is changed: of several that create it, exactly one succeeds.\n"
        "With a depth of 2 or more, readers can copy whole frames while a fast writer goes on; 4 to 8 is a good "
        "choice.\n\n"
        "Examples:\n  daoshm create wfs 128x128 uint16 --depth 8\n"
        "  daoshm create /dev/shm/slopes.im.shm 1600 float32 --mode 660");
}

}
