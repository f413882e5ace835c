// libzmq 4.3.4 forgets the parts that it has of a message whose rest is under way, where the socket is closed meanwhile and its
// session hears of the end in the queue before it gets the command (pipe_t::process_pipe_term() removes no incomplete
// message; process_delimiter() does). What this library forgets to close holds descriptors and threads, which the tests count.
extern "C" const char *__lsan_default_suppressions();

extern "C" const char *__lsan_default_suppressions()
{
    return "leak:libzmq.so\n";
}
