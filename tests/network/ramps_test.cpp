// A publisher for the test of docs/wire.md, which is written in Python.
#include "camera.hpp"

#include "../processes/role.hpp"

#include <iostream>

using namespace test;

namespace
{

// Publishes frames of six floats, frame n beginning with n, until its input ends.
const Role ramps_role("publish ramps", [](const Arguments &arguments) {
    Image image;
    image.create(arguments.at(0), {2, 3}, _DATATYPE_FLOAT, 4, 4);
    require(daoShmSetKeywordLong(image, "GAIN", 3, "of the ramp"), "keyword");
    Publisher publisher;
    publisher.publish(arguments.at(0));
    say(std::to_string(publisher.port()));
    std::atomic<bool> stops{false};
    std::thread ramps([&] {
        while (!stops)
        {
            const auto first = static_cast<float>(daoShmGetCounter(image) + 1);
            write(image, {first, first + 1, first + 2, first + 3, first + 4, first + 5});
            std::this_thread::sleep_for(5ms);
        }
    });
    for (std::string line; std::getline(std::cin, line);)
        ;
    stops = true;
    ramps.join();
    publisher.close();
    return daoShmRemove(arguments.at(0).c_str()) == DAO_SUCCESS ? 0 : 1;
});

}
