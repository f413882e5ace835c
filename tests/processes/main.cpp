// Runs the tests, or, as `--role name arguments...`, one role of a test.
#include "role.hpp"

#include <exception>
#include <gtest/gtest.h>
#include <iostream>
#include <map>

namespace test
{

namespace
{

std::map<std::string, std::function<int(const Arguments &)>> &roles()
{
    static std::map<std::string, std::function<int(const Arguments &)>> known;
    return known;
}

}

Role::Role(const char *name, std::function<int(const Arguments &)> action)
{
    roles()[name] = std::move(action);
}

int play(const std::string &name, const Arguments &arguments)
{
    try
    {
        const int result = roles().at(name)(arguments);
        return ::testing::Test::HasFailure() ? 98 : result;
    }
    catch (const std::exception &error)
    {
        std::cerr << "role " << name << ": " << error.what() << std::endl;
        return 99;
    }
}

void say(const std::string &line)
{
    std::cout << line << std::endl;
}

}

int main(int argc, char **argv)
{
    if (argc >= 3 && std::string(argv[1]) == "--role")
        return test::play(argv[2], test::Arguments(argv + 3, argv + argc));
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
