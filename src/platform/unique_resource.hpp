// Something of the system's that has one owner: whoever moves it away has nothing afterwards, the last owner gives it
// back.
#pragma once

#include <utility>

namespace dao::platform
{

// A `Value` made from nothing stands for none.
template <class Value, void (*release)(Value) noexcept>
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
    void reset(Value value = Value{}) noexcept
    {
        if (is_there())
            release(value_);
        value_ = value;
    }

  private:
    Value value_{};
};

}
