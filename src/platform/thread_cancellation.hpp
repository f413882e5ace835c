// Threads that somebody cancels (pthread_cancel). The C library ends such a thread in the middle of whatever call waits or
// opens next, which here would leave locks and files behind; so it is set aside in those calls, and taken where nothing is
// held but what leaving the functions gives back. Windows knows nothing of the kind.
#pragma once

namespace dao::platform
{

// While one exists, no call ends the thread. Around each of this layer's calls that could.
class Uncancelled
{
  public:
    Uncancelled() noexcept;
    ~Uncancelled();
    Uncancelled(const Uncancelled &) = delete;
    Uncancelled &operator=(const Uncancelled &) = delete;

  private:
    [[maybe_unused]] int before_ = 0;
};

// Ends a thread that is cancelled: unwinds its stack, or, on systems that do not (macOS, musl), drops it. No function
// between this one and the program's may be noexcept.
void end_if_cancelled();

}
