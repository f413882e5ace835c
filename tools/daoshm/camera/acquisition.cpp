#include "camera/acquisition.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <system_error>
#include <thread>

#include "text/exit_code.hpp"
#include "text/output.hpp"

namespace daoshm
{

namespace
{

constexpr guint64 poll_interval_us = 100'000;
/// The requested receive buffer of the socket; the system's limit may grant less.
constexpr gint socket_buffer_bytes = 32 << 20;

}

Acquisition::Acquisition(ArvCamera *camera, uint32_t buffer_count) : camera_(camera)
{
    stream_.reset(call_aravis("stream", arv_camera_create_stream, camera, nullptr, nullptr));
    if (stream_ == nullptr)
        throw ToolError("stream: the camera opened none; expected one");
    if (gv_stream(stream_.get()) != nullptr)
        g_object_set(stream_.get(), "socket-buffer", ARV_GV_STREAM_SOCKET_BUFFER_FIXED, "socket-buffer-size",
                     socket_buffer_bytes, nullptr);
    const guint payload_bytes = call_aravis("payload", arv_camera_get_payload, camera);
    for (uint32_t i = 0; i < buffer_count; ++i)
        arv_stream_push_buffer(stream_.get(), arv_buffer_new_allocate(payload_bytes));
    handler_ = g_signal_connect(arv_camera_get_device(camera), "control-lost", G_CALLBACK(on_control_lost), this);
    try
    {
        call_aravis("start", arv_camera_start_acquisition, camera);
    }
    catch (...)
    {
        g_signal_handler_disconnect(arv_camera_get_device(camera), handler_);
        throw;
    }
}

Acquisition::~Acquisition()
{
    GError *error = nullptr;
    if (!is_lost_)
        arv_camera_stop_acquisition(camera_, &error);
    const ErrorHandle ignored(error); // releasing the stream stops it in any case
    g_signal_handler_disconnect(arv_camera_get_device(camera_), handler_);
}

void Acquisition::on_control_lost(ArvDevice *, gpointer acquisition)
{
    static_cast<Acquisition *>(acquisition)->is_lost_ = true;
}

ArvBuffer *Acquisition::next()
{
    return arv_stream_timeout_pop_buffer(stream_.get(), poll_interval_us);
}

void Acquisition::return_buffer(ArvBuffer *buffer)
{
    arv_stream_push_buffer(stream_.get(), buffer);
}

TransportCounts Acquisition::counts() const
{
    TransportCounts counts;
    guint64 completed = 0;
    guint64 failures = 0;
    guint64 underruns = 0;
    arv_stream_get_statistics(stream_.get(), &completed, &failures, &underruns);
    counts.underruns = underruns;
    if (ArvGvStream *const stream = gv_stream(stream_.get()); stream != nullptr)
    {
        guint64 resent = 0;
        guint64 missing = 0;
        arv_gv_stream_get_statistics(stream, &resent, &missing);
        counts.packets_resent = resent;
        counts.packets_lost = missing;
    }
    return counts;
}

void EndSession::operator()(Session *session) const
{
    constexpr std::chrono::seconds patience(2);
    const auto ended = std::make_shared<std::promise<void>>();
    const std::future<void> end = ended->get_future();
    try
    {
        std::thread([session, ended] {
            delete session;
            ended->set_value();
        }).detach();
    }
    catch (const std::system_error &) // no more threads
    {
        delete session;
        return;
    }
    if (end.wait_for(patience) != std::future_status::ready)
        print_note("camera: does not answer: not stopped; it stops by itself when it hears nothing of this program");
}

}
