// A segment seen from C++: the same commands as segment_tool.c.
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "daoShm.hpp"

namespace
{

constexpr std::size_t rows = 2;
constexpr std::size_t columns = 3;

std::vector<float> frame_from(float base)
{
    std::vector<float> frame(rows * columns);
    std::iota(frame.begin(), frame.end(), base);
    return frame;
}

int create(const std::string &name)
{
    std::vector<float> frame = frame_from(10.0f);
    Dao::Shm<float> shm(name, {rows, columns}, frame.data(), 3);
    return 0;
}

int reply(const std::string &name, float expected_base)
{
    Dao::Shm<float> shm(name);
    if (shm.get_shape() != Dao::Shape{rows, columns})
        return 1;
    const float *newest = shm.get_frame();
    if (std::vector<float>(newest, newest + rows * columns) != frame_from(expected_base))
        return 1;
    shm.set_frame(frame_from(20.0f).data());
    return 0;
}

} // namespace

int main(int count, char **arguments)
try
{
    const std::string command = count > 1 ? arguments[1] : "";
    if (count == 3 && command == "create")
        return create(arguments[2]);
    if (count == 4 && command == "reply")
        return reply(arguments[2], std::strtof(arguments[3], nullptr));
    std::cerr << "usage: segment_tool create name | reply name base\n";
    return 2;
}
catch (const std::exception &error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
