#include "platform/thread_cancellation.hpp"

namespace dao::platform
{

Uncancelled::Uncancelled() noexcept = default;

Uncancelled::~Uncancelled() = default;

void end_if_cancelled() {}

}
