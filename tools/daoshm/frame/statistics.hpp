/// Statistics of numbers: of a frame's elements, and of a distribution of times.
#pragma once

#include <cstddef>
#include <vector>

namespace daoshm
{

/// Of the finite values only; all zero when there is none.
struct Moments
{
    size_t count = 0; ///< finite values
    double minimum = 0;
    double mean = 0;
    double maximum = 0;
    double rms = 0;       ///< root of the mean square
    double deviation = 0; ///< standard deviation
};

Moments moments(const std::vector<double> &values);

/// Where `value` lies between two finite limits, of which the second is the larger: from 0 to 1, however far apart they are.
double position_between(double value, double lowest, double highest);

/// Percentiles by nearest rank, of values sorted once.
class Percentiles
{
  public:
    explicit Percentiles(std::vector<double> values);
    /// `percent` from 0 to 100; 0 when there are no values.
    double at(double percent) const;
    size_t count() const { return sorted_.size(); }

  private:
    std::vector<double> sorted_;
};

}
