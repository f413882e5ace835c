// What the benchmarks share: settings, samples, interleaved repetitions, and the table with each figure beside its
// limit.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench
{
struct Settings
{
    bool json = false;
    bool short_run = false; // keeps the programs tested in CI; compares no figure with its limit
    int repetitions = 7;
    std::string folder = "/dev/shm";

    /** `full`, or `brief` in a short run. */
    int scaled(int full, int brief) const { return short_run ? brief : full; }
};

inline Settings settings_from(int argc, char **argv)
{
    Settings settings;
    for (int index = 1; index < argc; ++index)
    {
        const std::string argument = argv[index];
        if (argument == "--json")
        {
            settings.json = true;
        }
        else if (argument == "--short")
        {
            settings.short_run = true;
            settings.repetitions = 1;
        }
        else if (argument == "--repetitions" && index + 1 < argc)
        {
            settings.repetitions = std::max(1, std::atoi(argv[++index]));
        }
        else if (argument == "--folder" && index + 1 < argc)
        {
            settings.folder = argv[++index];
        }
        else
        {
            std::fprintf(stderr, "usage: %s [--json] [--short] [--repetitions N] [--folder DIR]\n", argv[0]);
            std::exit(2);
        }
    }
    return settings;
}

/** Keep the compiler from dropping or moving the work on `pointer`'s memory. */
inline void keep(const void *pointer)
{
    asm volatile("" : : "r"(pointer) : "memory");
}

inline int64_t now_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/** Nanoseconds per call. */
using Samples = std::vector<double>;

/** `count` samples, each the mean over `calls` calls. */
template <typename Action>
Samples sample(int count, int calls, Action action)
{
    Samples samples;
    samples.reserve(static_cast<size_t>(count));
    for (int index = 0; index < count; ++index)
    {
        const int64_t start = now_ns();
        for (int call = 0; call < calls; ++call)
        {
            action();
        }
        samples.push_back(static_cast<double>(now_ns() - start) / calls);
    }
    return samples;
}

inline double quantile(Samples samples, double fraction)
{
    if (samples.empty())
    {
        throw std::runtime_error("a contender returned no samples");
    }
    const auto index = static_cast<size_t>(fraction * static_cast<double>(samples.size() - 1) + 0.5);
    std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index), samples.end());
    return samples[index];
}

/** The median of the repetitions' medians; the tails over all samples. */
struct Figure
{
    double median = 0, p99 = 0, p999 = 0;
};

inline Figure figure_of(const std::vector<Samples> &repetitions)
{
    Samples medians, all;
    for (const auto &samples : repetitions)
    {
        medians.push_back(quantile(samples, 0.5));
        all.insert(all.end(), samples.begin(), samples.end());
    }
    return {quantile(medians, 0.5), quantile(all, 0.99), quantile(all, 0.999)};
}

using Contender = std::function<Samples()>;

/** Run all contenders once, then all again, and so on; the first round is thrown away unless there is only one. */
inline std::vector<Figure> interleave(const Settings &settings, const std::vector<Contender> &contenders)
{
    std::vector<std::vector<Samples>> repetitions(contenders.size());
    const int rounds = settings.short_run ? 1 : settings.repetitions + 1;
    for (int round = 0; round < rounds; ++round)
    {
        for (size_t index = 0; index < contenders.size(); ++index)
        {
            auto samples = contenders[index]();
            if (round > 0 || rounds == 1)
            {
                repetitions[index].push_back(std::move(samples));
            }
        }
    }
    std::vector<Figure> figures;
    for (const auto &samples : repetitions)
    {
        figures.push_back(figure_of(samples));
    }
    return figures;
}

/** A table of figures, some with a limit measured in the same run and a bound to keep. */
class Report
{
  public:
    Report(const Settings &settings, std::string title) : settings_(settings), title_(std::move(title)) {}

    /** A figure that is a limit or a peer, or only shown. */
    void show(const std::string &what, const Figure &figure, const std::string &unit = "ns")
    {
        rows_.push_back({what, figure, unit, {}, "", {}, false});
    }
    /** A figure whose median is to be at most `bound` (or at least); `limit` is what its ratio is taken to. */
    void compare(const std::string &what, const Figure &figure, const std::string &unit, double limit, double bound,
                 const std::string &target, bool at_least = false)
    {
        rows_.push_back({what, figure, unit, limit, target, bound, at_least});
    }
    void print() const { settings_.json ? print_json() : print_table(); }

  private:
    struct Row
    {
        std::string what;
        Figure figure;
        std::string unit;
        std::optional<double> limit;
        std::string target;
        std::optional<double> bound;
        bool at_least;

        bool reached() const { return at_least ? figure.median >= *bound : figure.median <= *bound; }
        double ratio() const { return *limit > 0 ? figure.median / *limit : 0; }
    };

    const char *verdict(const Row &row) const
    {
        if (!row.bound)
        {
            return "";
        }
        return settings_.short_run ? "-" : row.reached() ? "pass" : "FAIL";
    }
    void print_table() const
    {
        std::printf("%s%s\n", title_.c_str(), settings_.short_run ? " (short run: not compared)" : "");
        std::printf("%-46s %12s %12s %12s %-5s %7s  %-34s %s\n", "", "median", "p99", "p99.9", "unit", "ratio",
                    "target", "");
        for (const Row &row : rows_)
        {
            std::printf("%-46s %12.2f %12.2f %12.2f %-5s ", row.what.c_str(), row.figure.median, row.figure.p99,
                        row.figure.p999, row.unit.c_str());
            row.limit ? std::printf("%7.3f", row.ratio()) : std::printf("%7s", "");
            std::printf("  %-34s %s\n", row.target.c_str(), verdict(row));
        }
        std::printf("\n");
    }
    void print_json() const
    {
        std::printf("{\"benchmark\": \"%s\", \"short\": %s, \"repetitions\": %d, \"folder\": \"%s\", \"rows\": [",
                    title_.c_str(), settings_.short_run ? "true" : "false", settings_.repetitions,
                    settings_.folder.c_str());
        const char *separator = "";
        for (const Row &row : rows_)
        {
            std::printf("%s\n  {\"what\": \"%s\", \"median\": %.6g, \"p99\": %.6g, \"p99.9\": %.6g, \"unit\": \"%s\"",
                        separator, row.what.c_str(), row.figure.median, row.figure.p99, row.figure.p999,
                        row.unit.c_str());
            if (row.bound)
            {
                std::printf(
                    ", \"limit\": %.6g, \"ratio\": %.4g, \"bound\": %.6g, \"target\": \"%s\", \"verdict\": \"%s\"",
                    *row.limit, row.ratio(), *row.bound, row.target.c_str(), verdict(row));
            }
            std::printf("}");
            separator = ",";
        }
        std::printf("\n]}\n");
    }

    Settings settings_;
    std::string title_;
    std::vector<Row> rows_;
};

/** Run a benchmark's body; what it throws is reported, exit code 1. */
template <typename Body>
int run(int argc, char **argv, Body body)
{
    try
    {
        body(settings_from(argc, argv));
        return 0;
    }
    catch (const std::exception &error)
    {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return 1;
    }
}
} // namespace bench
