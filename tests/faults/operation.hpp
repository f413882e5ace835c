// A call of the library in which each call of the system fails, with each error, once or from then on.
#pragma once

#include "scene.hpp"
#include "seam.hpp"

#include <functional>

namespace faults
{

struct Operation
{
    std::string name;
    std::function<void(Scene &)> prepare;
    std::function<int_fast8_t(Scene &)> run; // can be done again after it failed
    // What must be true after it, `done` or not. Without a fault it is done.
    std::function<void(Scene &, bool done)> check;
    int_fast8_t usual = DAO_SUCCESS; // its result without a fault
    bool undoes = false;             // failed, it leaves no more than there was before, descriptors included
};

void fail_every_call(const Operation &operation);

}
