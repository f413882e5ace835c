// Where memory goes from one thread to another through libzmq, whose order the thread sanitizer does not see.
#pragma once

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace dao::net
{

inline void hand_over(void *memory)
{
#if defined(__SANITIZE_THREAD__)
    __tsan_release(memory);
#endif
    (void)memory;
}

inline void take_over(void *memory)
{
#if defined(__SANITIZE_THREAD__)
    __tsan_acquire(memory);
#endif
    (void)memory;
}

}
