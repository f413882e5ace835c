/// top: all segments, live, on the whole screen.
#include "commands/commands.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "commands/number_option.hpp"
#include "commands/top_model.hpp"
#include "platform/platform.hpp"
#include "segments/survey.hpp"
#include "terminal/style.hpp"
#include "terminal/table.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct TopOptions
{
    std::vector<std::string> folders;
    double interval_s = 1;
    std::string filter;
    std::string sort = "segment";
    bool is_reversed = false;
    bool is_once = false;
};

std::string sort_name(const SegmentColumnInfo &info)
{
    std::string name(info.title);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c == ' ' ? '-' : static_cast<char>(c - 'A' + 'a'); });
    return info.column == SegmentColumn::cnt0 ? "cnt0" : name;
}

struct PlacedColumn
{
    SegmentColumnInfo info;
    int width;
};

/// The columns that there is room for, with at least 20 characters for the segment's name.
std::vector<PlacedColumn> place_columns(int columns)
{
    std::vector<SegmentColumnInfo> chosen = segment_columns();
    const auto width_for_name = [&] {
        int width = columns;
        for (const SegmentColumnInfo &info : chosen)
            width -= info.width + 1;
        return width + 1;
    };
    while (width_for_name() < 20 && chosen.size() > 2)
        chosen.erase(std::min_element(chosen.begin(), chosen.end(),
                                      [](const auto &a, const auto &b) { return a.importance < b.importance; }));
    std::vector<PlacedColumn> placed;
    const int name_width = std::max(width_for_name(), 8);
    for (const SegmentColumnInfo &info : chosen)
        placed.push_back({info, info.width == 0 ? std::min(name_width, 60) : info.width});
    return placed;
}

TopModel model_of(const TopOptions &options)
{
    TopModel model(options.folders);
    model.filter = options.filter;
    model.is_reversed = options.is_reversed;
    for (const SegmentColumnInfo &info : segment_columns())
        if (sort_name(info) == options.sort)
            model.sort = info.column;
    return model;
}

void remove_last_character(std::string &utf8)
{
    while (!utf8.empty() && (static_cast<unsigned char>(utf8.back()) & 0xC0U) == 0x80U)
        utf8.pop_back();
    if (!utf8.empty())
        utf8.pop_back();
}

class TopScreen
{
  public:
    explicit TopScreen(const TopOptions &options) : model_(model_of(options)), interval_s_(options.interval_s) {}

    void run()
    {
        int64_t due_ns = 0;
        while (!is_interrupted() && !wants_end_)
        {
            if (!is_paused_ && steady_ns() >= due_ns)
            {
                // A short first interval, so that rates are soon shown.
                const double wait_s = due_ns == 0 ? std::min(interval_s_, 0.3) : interval_s_;
                model_.sample();
                due_ns = steady_ns() + static_cast<int64_t>(wait_s * 1e9);
            }
            draw();
            const int key = screen_.key(50);
            if (key == FullScreen::closed)
                throw ToolError("top: the terminal was closed; expected it open until q or Ctrl-C");
            if (key != FullScreen::no_key)
                is_editing_filter_ ? edit_filter(key) : handle(key);
        }
    }

  private:
    void handle(int key)
    {
        switch (key)
        {
        case 'q':
        case 'Q':
            wants_end_ = true;
            break;
        case 's':
        case '>':
        case FullScreen::right:
            move_sort(1);
            break;
        case 'S':
        case '<':
        case FullScreen::left:
            move_sort(-1);
            break;
        case 'r':
            model_.is_reversed = !model_.is_reversed;
            break;
        case '/':
        case 'f':
            is_editing_filter_ = true;
            break;
        case FullScreen::escape:
            model_.filter.clear();
            break;
        case 'p':
        case ' ':
            is_paused_ = !is_paused_;
            break;
        case '+':
            interval_s_ = std::min(interval_s_ * 2, 60.0);
            break;
        case '-':
            interval_s_ = std::max(interval_s_ / 2, 0.125);
            break;
        default:
            scroll(key);
        }
    }

    void scroll(int key)
    {
        const int page = std::max(1, screen_.size().rows - 4);
        if (key == FullScreen::down)
            ++first_row_;
        else if (key == FullScreen::up)
            --first_row_;
        else if (key == FullScreen::page_down)
            first_row_ += page;
        else if (key == FullScreen::page_up)
            first_row_ -= page;
    }

    void edit_filter(int key)
    {
        if (key == FullScreen::enter)
            is_editing_filter_ = false;
        else if (key == FullScreen::escape)
        {
            is_editing_filter_ = false;
            model_.filter.clear();
        }
        else if (key == FullScreen::backspace)
            remove_last_character(model_.filter);
        else if (key >= ' ' && key < 256)
            model_.filter += static_cast<char>(key);
    }

    void move_sort(int step)
    {
        const auto &columns = segment_columns();
        const auto count = static_cast<int>(columns.size());
        const auto now = std::find_if(columns.begin(), columns.end(),
                                      [this](const auto &info) { return info.column == model_.sort; });
        const int next = (static_cast<int>(now - columns.begin()) + step + count) % count;
        model_.sort = columns[static_cast<size_t>(next)].column;
    }

    void draw()
    {
        screen_.clear();
        const TerminalSize size = screen_.size();
        const std::vector<SegmentStatus> rows = model_.rows();
        const std::vector<PlacedColumn> columns = place_columns(size.columns);
        draw_title(size, rows.size(), columns);
        draw_header(columns, size);
        const int room = std::max(0, size.rows - 3);
        first_row_ = std::clamp(first_row_, 0, std::max(0, static_cast<int>(rows.size()) - room));
        for (int line = 0; line < room && line + first_row_ < static_cast<int>(rows.size()); ++line)
            draw_row(line + 2, rows[static_cast<size_t>(line) + static_cast<size_t>(first_row_)], columns);
        if (rows.empty())
            screen_.put(3, 2, model_.filter.empty() ? "no segments" : "no segment fits the filter", Style::dim);
        draw_keys(size);
        screen_.show();
    }

    void draw_title(const TerminalSize &size, size_t shown, const std::vector<PlacedColumn> &columns)
    {
        screen_.put(0, 0, "daoshm top", Style::bold);
        std::string text = shown == model_.total()
                               ? count_text(shown, "segment")
                               : fmt::format("{} of {}", shown, count_text(model_.total(), "segment"));
        text += hidden_sort_text(columns);
        if (!model_.folder().empty())
            text += fmt::format(" in {}", printable(model_.folder()));
        text += fmt::format(", every {:.3g} s", interval_s_);
        if (!model_.filter.empty() && !is_editing_filter_)
            text += fmt::format(", filter '{}'", printable(model_.filter));
        const std::string time = time_text(now_ns()).substr(11, 8) + " UTC";
        const int room = size.columns - 13 - static_cast<int>(time.size()) - (is_paused_ ? 9 : 0);
        text = keep_start(text, static_cast<size_t>(std::max(0, room)));
        screen_.put(0, 12, text);
        if (is_paused_)
            screen_.put(0, 13 + static_cast<int>(display_width(text)), " paused ", Style::warning, true);
        if (room >= 0)
            screen_.put(0, size.columns - static_cast<int>(time.size()), time, Style::dim);
    }

    /// By what it is sorted, where no column shows it.
    std::string hidden_sort_text(const std::vector<PlacedColumn> &columns) const
    {
        const auto is_sorted = [this](const auto &column) { return column.info.column == model_.sort; };
        if (std::any_of(columns.begin(), columns.end(), is_sorted))
            return "";
        for (const SegmentColumnInfo &info : segment_columns())
            if (info.column == model_.sort)
                return " by " + sort_name(info) + (model_.is_reversed ? " reversed" : "");
        return "";
    }

    void draw_header(const std::vector<PlacedColumn> &columns, const TerminalSize &size)
    {
        screen_.put(1, 0, std::string(static_cast<size_t>(size.columns), ' '), Style::plain, true);
        int at = 0;
        for (const PlacedColumn &column : columns)
        {
            const bool is_sorted = column.info.column == model_.sort;
            const std::string title =
                column.info.title + std::string(is_sorted ? (model_.is_reversed ? "▲" : "▼") : "");
            put_cell(1, at, {title, is_sorted ? Style::bold : Style::plain}, column, true);
            at += column.width + 1;
        }
    }

    void draw_row(int row, const SegmentStatus &status, const std::vector<PlacedColumn> &columns)
    {
        int at = 0;
        for (const PlacedColumn &column : columns)
        {
            put_cell(row, at, model_.cell(status, column.info.column), column, false);
            at += column.width + 1;
        }
    }

    void put_cell(int row, int at, const Cell &cell, const PlacedColumn &column, bool is_reversed)
    {
        const auto width = static_cast<size_t>(column.width);
        const std::string text = keep_end(printable(cell.text), width);
        const auto space = static_cast<int>(width - std::min(width, display_width(text)));
        screen_.put(row, column.info.align == Align::right ? at + space : at, text, cell.style, is_reversed);
    }

    void draw_keys(const TerminalSize &size)
    {
        const int row = size.rows - 1;
        if (is_editing_filter_)
        {
            const std::string text = "filter: " + printable(model_.filter) + "▏";
            screen_.put(row, 0, text, Style::bold);
            screen_.put(row, 3 + static_cast<int>(display_width(text)), "Enter applies it, Esc clears it", Style::dim);
            return;
        }
        const std::pair<const char *, const char *> keys[] = {
            {"q", "quit"},  {"s S", "sort column"}, {"r", "reverse"}, {"/", "filter"},
            {"p", "pause"}, {"+ -", "interval"},    {"↑ ↓", "scroll"}};
        int at = 0;
        for (const auto &[key, meaning] : keys)
        {
            if (at + static_cast<int>(display_width(key) + display_width(meaning)) + 1 >= size.columns)
                break;
            screen_.put(row, at, key, Style::bold);
            at += static_cast<int>(display_width(key)) + 1;
            screen_.put(row, at, meaning, Style::dim);
            at += static_cast<int>(display_width(meaning)) + 2;
        }
    }

    TopModel model_;
    FullScreen screen_;
    double interval_s_;
    int first_row_ = 0;
    bool is_editing_filter_ = false;
    bool is_paused_ = false;
    bool wants_end_ = false;
};

/// The segments as they are now, in the same order.
int print_once(const TopOptions &options)
{
    TopModel model = model_of(options);
    model.sample();
    sleep_unless_interrupted(static_cast<int64_t>(std::min(options.interval_s, 1.0) * 1e9));
    model.sample();
    print(segment_table(model.rows()));
    return is_interrupted() ? exit_interrupted : exit_success;
}

int run_top(const TopOptions &options)
{
    if (options.is_once)
        return print_once(options);
    const char *missing = !output_is_terminal() ? "output" : !input_is_terminal() ? "input" : nullptr;
    if (missing != nullptr)
        throw ToolError(
            fmt::format("top: standard {} is not a terminal; expected one; --once and 'daoshm ls' print one table",
                        missing),
            exit_usage);
    TopScreen(options).run();
    return exit_success;
}

}

void add_top(Tool &tool)
{
    const auto options = std::make_shared<TopOptions>();
    CLI::App *command = add_command(tool, "top", "All segments, live, on the whole screen", options, run_top);
    add_folder_argument(command, options->folders);
    add_number(command, "--interval", options->interval_s, "Seconds between updates", {0.1, 60})->capture_default_str();
    std::vector<std::string> names;
    for (const SegmentColumnInfo &info : segment_columns())
        names.push_back(sort_name(info));
    command->add_option("--sort", options->sort, "Initial sort column")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    command->add_flag("--reverse", options->is_reversed, "Initially reverse the order");
    command->add_option("--filter", options->filter,
                        "Initial filter: show only segments with this text in path or state");
    command->add_flag("--once", options->is_once, "Print one table instead; needs no terminal");
    command->footer(
        "Segments are opened for reading only and sampled once per interval: no loop is slowed.\n"
        "Keys: q quit, s and S sort column, r reverse, / filter, p pause, + and - interval, arrows scroll.\n"
        "For scripts: daoshm ls --json\n\nExamples:\n  daoshm top\n  daoshm top /dev/shm --sort rate --filter wfs");
}

}
