// The output of the demonstration: a line for each stage, and the verdict.
#pragma once

#include <chrono>
#include <daoShm.hpp>
#include <optional>

#include "stage.h"

namespace demo
{
/** One line of the table. Times are in microseconds; nothing where a stage does not measure it. */
struct Line
{
    std::string stage;
    uint64_t frames = 0;
    double rate_hz = 0;
    uint64_t lost = 0;
    uint64_t torn = 0;
    uint64_t repeated = 0;
    std::optional<double> median_us = {};
    std::optional<double> most_us = {};
};

std::string header();
std::string text_of(const Line &line);
/** The line of a stage that counts for itself. */
Line line_of(const std::string &name, const DEMO_STAGE &stage, double rate_hz);

/** A segment observed from outside, without changing it: what its writer says in keywords, and how fast it is. */
class Watched
{
  public:
    Watched(const std::string &segment, std::string stage);
    /** @return what the stage that writes the segment counted */
    Line line();
    /** @return the keyword, 0 when there is none */
    double number(const std::string &keyword) const;
    uint64_t count(const std::string &keyword) const { return static_cast<uint64_t>(number(keyword)); }

  private:
    Dao::Image image_; // of any element type
    std::string stage_;
    uint64_t last_counter_;
    std::chrono::steady_clock::time_point last_look_;
};

/** Prints a table again and again: in place on a terminal, else as plain lines. */
class Screen
{
  public:
    explicit Screen(bool is_live) : is_live_(is_live) {}
    bool is_due() const;
    void show(const std::vector<std::string> &lines);

  private:
    bool is_live_;
    size_t shown_ = 0;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};
} // namespace demo
