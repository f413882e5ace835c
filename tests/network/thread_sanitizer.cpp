// The system's libzmq, and libsodium under it, are not built for the thread sanitizer: what their threads do to messages is
// passed over. This library's own code is watched, also where libzmq calls it (net/handover.hpp).
extern "C" const char *__tsan_default_suppressions()
{
    return "called_from_lib:libzmq.so\n"
           "called_from_lib:libsodium.so\n"
           // A text of libzmq's, which its thread makes by code of the standard library that is compiled here.
           "race:dao::net::user_of\n";
}
