// Something of the system's that has one owner: whoever moves it away has nothing afterwards, the last owner gives it
// back.
#pragma once

#include <utility>

namespace dao::platform
{

// A `Value` made from nothing stands for none.
template <class Value, void (*give_back)(Value) noexcept>
class UniqueResource
{
  public:
    UniqueResource() noexcept = default;
    ~UniqueResource() { reset(); }
    UniqueResource(UniqueResource &&other) noexcept : value_(std::exchange(other.value_, Value{})) {}
    UniqueResource &operator=(UniqueResource &&other) noexcept
    {
        reset(std::exchange(other.value_, Value{}));
        return *this;
    }

    bool is_there() const noexcept { return !(value_ == Value{}); }
    const Value &get() const noexcept { return value_; }
    // For whoever gives it back from now on.
    Value release() noexcept { return std::exchange(value_, Value{}); }
    void reset(Value value = Value{}) noexcept
    {
        if (is_there())
            give_back(value_);
        value_ = value;
    }

  private:
    Value value_{};
};

}
