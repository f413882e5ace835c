/// Test patterns to fill frames with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "frame/geometry.hpp"

namespace daoshm
{

class Pattern
{
  public:
    /// @param name    "ramp", "noise", "spot", "wave" or a number (complex numbers as "1.5+2j")
    /// @param values  lowest and highest value, of noise, spot and wave
    Pattern(const std::string &name, const Geometry &geometry, double lowest, double highest);
    /// Frame number `index` of the pattern; the same bytes until the next call.
    const std::vector<std::byte> &frame(uint64_t index);

    static const std::vector<std::string> &names();

  private:
    double value_at(uint64_t element, uint64_t index) const;
    void fill_number(const std::string &text);

    std::string name_;
    Geometry geometry_;
    double lowest_;
    double highest_;
    std::vector<std::byte> frame_;
};

}
