/// The running camera: starts and stops it, and lends its buffers one after the other.
#pragma once

#include <atomic>
#include <memory>

#include "camera/aravis.hpp"

namespace daoshm
{

struct TransportCounts
{
    uint64_t underruns = 0;      ///< frames that found no free buffer
    uint64_t packets_lost = 0;   ///< of GigE Vision
    uint64_t packets_resent = 0; ///< of GigE Vision
};

class Acquisition
{
  public:
    /// Start the camera with `buffer_count` buffers of its payload.
    Acquisition(ArvCamera *camera, uint32_t buffer_count);
    ~Acquisition();
    Acquisition(const Acquisition &) = delete;
    Acquisition &operator=(const Acquisition &) = delete;

    /// The next buffer, complete or not, until return_buffer(); null when none came for 0.1 s.
    ArvBuffer *next();
    void return_buffer(ArvBuffer *buffer);
    /// Has the connection to the camera ended?
    bool is_lost() const { return is_lost_; }
    TransportCounts counts() const;

  private:
    static void on_control_lost(ArvDevice *, gpointer acquisition);

    ArvCamera *camera_;
    StreamHandle stream_;
    gulong handler_ = 0;
    std::atomic<bool> is_lost_ = false;
};

/// A camera that is open, and what it sends.
struct Session
{
    CameraHandle camera;
    std::unique_ptr<Acquisition> acquisition; ///< ends before the camera
};

/// Lets a session go, in a thread of its own: Aravis asks a camera that does not answer again and again, for some 13 s. It is left
/// to that, with a note, after 2 s; the process may end meanwhile.
struct EndSession
{
    void operator()(Session *session) const;
};
using SessionHandle = std::unique_ptr<Session, EndSession>;

}
