#include "platform/thread_cancellation.hpp"

#include <pthread.h>

namespace dao::platform
{

Uncancelled::Uncancelled() noexcept
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_);
}

Uncancelled::~Uncancelled()
{
    int state;
    pthread_setcancelstate(before_, &state);
}

void end_if_cancelled()
{
    pthread_testcancel();
}

}
