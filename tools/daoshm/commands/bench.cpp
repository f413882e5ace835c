/// bench: a short benchmark of this machine, with advice.
#include "commands/commands.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "commands/bench_advice.hpp"
#include "commands/bench_segments.hpp"
#include "commands/folder_option.hpp"
#include "commands/number_option.hpp"
#include "frame/statistics.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"
#include "timing/pace.hpp"

namespace daoshm
{

namespace
{

struct BenchOptions
{
    std::string folder;
    double time_s = 1;
    bool json = false;
};

constexpr const char *publish_large = "publish 4 MiB";
constexpr const char *one_way_spin = "one way, spin";
constexpr const char *one_way_blocked = "one way, blocked";
constexpr const char *one_way_adaptive = "one way, adaptive";

struct Result
{
    std::string what;
    std::string advice;
    Percentiles times_ns;
};

/// A temporary segment of the benchmark, removed at the end, or by the next one.
class Scratch
{
  public:
    Scratch(const std::string &folder, const Dao::Shape &shape)
        : path_((path_of(folder) / fmt::format("{}{}-{}.im.shm", bench_prefix, steady_ns(), shape[0])).string()),
          segment_(path_, shape, options())
    {
        const std::vector<float> frame(segment_.get_element_count());
        segment_.set_frame(frame); // from then on it has a writer that is alive, or is not
    }
    ~Scratch() { daoShmRemove(path_.c_str()); }
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;
    Dao::Shm<float> &segment() { return segment_; }

    static constexpr uint32_t depth = 4;

  private:
    static Dao::CreateOptions options()
    {
        Dao::CreateOptions options;
        options.depth = depth;
        options.compatibility = -1;
        return options;
    }

    std::string path_;
    Dao::Shm<float> segment_;
};

/// Times of single calls, or of `batch` calls divided by their number when one call is too short for the clock.
template <typename Call>
Percentiles timed(double time_s, int batch, Call call)
{
    std::vector<double> times;
    const int64_t end_ns = steady_ns() + static_cast<int64_t>(time_s * 1e9);
    while (steady_ns() < end_ns && !is_interrupted())
    {
        const int64_t begin_ns = steady_ns();
        for (int i = 0; i < batch; ++i)
            call();
        times.push_back(static_cast<double>(steady_ns() - begin_ns) / batch);
    }
    return Percentiles(std::move(times));
}

Percentiles publish_times(const BenchOptions &options, const Dao::Shape &shape, int batch)
{
    Scratch scratch(options.folder, shape);
    const std::vector<float> frame(scratch.segment().get_element_count(), 1.0F);
    const auto publish = [&] { scratch.segment().set_frame(frame); };
    for (int i = 0; i < 8; ++i)
        publish();
    return timed(options.time_s, batch, publish);
}

Percentiles copy_times(const BenchOptions &options, const Dao::Shape &shape)
{
    Scratch scratch(options.folder, shape);
    const size_t elements = scratch.segment().get_element_count();
    const std::vector<float> frame(elements, 1.0F);
    float *slots = scratch.segment().image()->array.F;
    size_t slot = 0;
    const auto copy = [&] {
        std::memcpy(slots + slot * elements, frame.data(), elements * sizeof(float));
        slot = (slot + 1) % Scratch::depth;
    };
    for (int i = 0; i < 8; ++i)
        copy();
    return timed(options.time_s, 1, copy);
}

/// One way between two threads, each with its own handle: the frame contains the time just before it was published.
Percentiles one_way_times(const BenchOptions &options, DAO_WAIT_MODE mode)
{
    Scratch scratch(options.folder, {16, 1});
    Dao::Image reader(scratch.segment().name());
    std::atomic<bool> is_over{false};
    std::vector<double> times;
    std::thread waiting([&] {
        Dao::NextOptions how;
        how.wait = mode;
        while (!is_over)
        {
            if (!reader.next(nullptr, 0, how))
                continue;
            const int64_t woken_ns = steady_ns();
            std::array<int64_t, 8> frame{};
            if (reader.read(frame.data(), 16) && frame[0] < woken_ns)
                times.push_back(static_cast<double>(woken_ns - frame[0]));
        }
    });
    const int64_t started_ns = steady_ns();
    const auto count = static_cast<int64_t>(options.time_s * 1000);
    for (int64_t i = 1; i <= count && wait_until(started_ns + i * 1'000'000); ++i)
    {
        std::array<int64_t, 8> frame{steady_ns()};
        publish(scratch.segment(), frame.data());
    }
    is_over = true;
    daoShmInterrupt();
    waiting.join();
    return Percentiles(std::move(times));
}

std::string advice_text(const std::optional<Advice> &advice, const char *fine)
{
    return advice ? fmt::format("{}: {}", advice->what, advice->remedy) : fine;
}

/// The lines whose advice follows from the figures of several.
constexpr std::pair<const char *, std::string (*)(const BenchMedians &)> advisers[] = {
    {publish_large, publish_advice},
    {one_way_spin, spin_advice},
    {one_way_blocked, blocked_advice},
    {one_way_adaptive, adaptive_advice}};

std::vector<Result> run_all(const BenchOptions &options)
{
    const Dao::Shape small{10, 10};
    const Dao::Shape large{1024, 1024};
    std::vector<Result> results;
    BenchMedians medians;
    const auto add = [&](const char *what, const std::string &advice, const Percentiles &times) {
        if (!is_interrupted())
            results.push_back({what, advice, times});
        return !is_interrupted() && times.count() > 0 ? std::optional(times.at(50)) : std::nullopt;
    };
    add("publish 10x10 float32", advice_text(power_advice(), ""), publish_times(options, small, 16));
    medians.copy = add("copy 4 MiB to the segment (memcpy)",
                       advice_text(storage_advice(options.folder), storage_is_fine), copy_times(options, large));
    medians.publish = add(publish_large, "", publish_times(options, large, 1));
    if (std::thread::hardware_concurrency() > 1)
        medians.spin = add(one_way_spin, "", one_way_times(options, DAO_WAIT_SPIN));
    medians.blocked = add(one_way_blocked, "", one_way_times(options, DAO_WAIT_SLEEP));
    medians.adaptive = add(one_way_adaptive, "", one_way_times(options, DAO_WAIT_ADAPTIVE));
    for (Result &result : results)
        for (const auto &[what, advice] : advisers)
            if (result.what == what)
                result.advice = advice(medians);
    return results;
}

Json result_json(const Result &result)
{
    const bool is_known = result.times_ns.count() > 0;
    return {{"what", result.what},
            {"count", result.times_ns.count()},
            {"p50_ns", json_if(is_known, result.times_ns.at(50))},
            {"p99_ns", json_if(is_known, result.times_ns.at(99))},
            {"p99_9_ns", json_if(is_known, result.times_ns.at(99.9))},
            {"advice", json_text(result.advice)}};
}

int run_bench(const BenchOptions &given)
{
    BenchOptions options = given;
    if (options.folder.empty())
        options.folder = temporary_folder();
    else
        require_folder("--folder", options.folder);
    remove_left_by_bench(options.folder);
    const std::vector<Result> results = run_all(options);
    if (options.json)
    {
        Json list = Json::array();
        for (const Result &result : results)
            list.push_back(result_json(result));
        print_json({{"folder", options.folder}, {"cores", std::thread::hardware_concurrency()}, {"results", list}});
        return is_interrupted() ? exit_interrupted : exit_success;
    }
    Table table({{"WHAT", Align::left, 100, Cut::end},
                 {"MEDIAN", Align::right, 90},
                 {"P99", Align::right, 60},
                 {"P99.9", Align::right, 40},
                 {"COUNT", Align::right, 10}});
    const size_t columns = output_columns();
    std::string advice;
    for (const Result &result : results)
    {
        const auto time = [&](double percent) {
            return result.times_ns.count() > 0 ? duration_text(result.times_ns.at(percent)) : "-";
        };
        table.add({{result.what},
                   {time(50), Style::bold},
                   {time(99)},
                   {time(99.9)},
                   {std::to_string(result.times_ns.count()), Style::dim}});
        if (!result.advice.empty())
            advice += wrapped(fmt::format("{}: {}", result.what, result.advice), columns, 2);
    }
    print(table.text(columns) + printable(advice, "\n"));
    print(wrapped(fmt::format("segments in {}, {}; a busy machine raises P99 and P99.9", printable(options.folder),
                              count_text(std::thread::hardware_concurrency(), "core")),
                  columns, 2));
    return is_interrupted() ? exit_interrupted : exit_success;
}

}

void add_bench(Tool &tool)
{
    const auto options = std::make_shared<BenchOptions>();
    CLI::App *command =
        add_command(tool, "bench", "A short benchmark of this machine, with advice", options, run_bench);
    command
        ->add_option("--folder", options->folder, "Folder for the benchmark's segments; default: the temporary folder")
        ->type_name("FOLDER");
    add_number(command, "--time", options->time_s, "Seconds for each line", {0.05, 60})->capture_default_str();
    add_json_flag(command, options->json);
    command->footer("One way: from just before publishing in one thread until another thread is awake, at 1000 frames "
                    "per second.\n\n"
                    "Examples:\n  daoshm bench\n  daoshm bench --folder /dev/shm --time 5");
}

}
