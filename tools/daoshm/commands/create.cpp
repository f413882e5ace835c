/// create: make a segment.
#include "commands/commands.hpp"

#include <charconv>
#include <cstdio>

#include <fmt/format.h>

#include "frame/element_types.hpp"
#include "frame/geometry.hpp"
#include "segments/segment.hpp"
#include "segments/segment_name.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"

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
    std::string mode = "600";
    bool compatible = false;
    bool json = false;
};

uint32_t parse_mode(const std::string &text)
{
    uint32_t mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || end != text.data() + text.size() || mode == 0 || mode > 0777)
        throw ToolError(fmt::format("'{}' is not a file mode; expected octal digits such as 600 or 660", text),
                        exit_usage);
    return mode;
}

int run_create(const CreateOptions &options)
{
    const uint8_t atype = type_from_name(options.type);
    const std::vector<uint32_t> shape = parse_shape(options.shape);
    DAO_CREATE_OPTIONS create{};
    create.depth = options.depth;
    create.keywords = options.keywords;
    create.file_mode = parse_mode(options.mode);
    create.compatibility = options.compatible ? 1 : 0;
    const Segment segment = Segment::create(new_segment_path(options.segment), shape, atype, create);
    const Geometry geometry = segment.geometry();
    if (options.json)
        print_json({{"path", segment.path()},
                    {"type", options.type},
                    {"shape", geometry.shape},
                    {"depth", options.depth},
                    {"file_bytes", segment.get()->memsize}});
    else
        std::fputs(fmt::format("{}: {}, depth {}, {}\n", segment.path(), geometry.text(), options.depth,
                               bytes_text(static_cast<double>(segment.get()->memsize)))
                       .c_str(),
                   stdout);
    return exit_success;
}

}

void add_create(Tool &tool)
{
    const auto options = std::make_shared<CreateOptions>();
    CLI::App *command = add_command(tool, "create", "Make a segment, or clear the one there is", options, run_create);
    command
        ->add_option("segment", options->segment,
                     "Path of the new segment; a bare name goes into the temporary folder as NAME.im.shm")
        ->required()
        ->type_name(segment_argument);
    command->add_option("shape", options->shape, "One to three sizes, slow axis first: 512x512 or 512,512")
        ->required()
        ->type_name("SHAPE");
    command->add_option("type", options->type, "Element type, as NumPy says it")
        ->check(CLI::IsMember(type_names()))
        ->capture_default_str();
    command->add_option("--depth", options->depth, "Slots: 1 keeps the newest frame only")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--keywords", options->keywords, "Room for so many keywords")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    command->add_option("--mode", options->mode, "File mode, octal")->type_name("MODE")->capture_default_str();
    command->add_flag("--dao-semaphores", options->compatible,
                      "Also make DAO's named semaphores, so that DAO programs can wait on it");
    add_json_flag(command, options->json);
    command->footer(
        "A segment of the same name and geometry is cleared and its counters start again; its readers go on.\n"
        "One of another geometry is replaced; its readers keep their memory and are told.\n"
        "A depth of 2 or more lets readers copy frames whole from a fast writer; 4 to 8 is a good choice.\n\n"
        "Examples:\n  daoshm create wfs 128x128 uint16 --depth 8\n"
        "  daoshm create /dev/shm/slopes.im.shm 1600 float32 --mode 660");
}

}
