// The mirror at the end of the loop: reads every command, measures its age since the camera's frame, monitors all stages,
// prints the table and, at the end, the verdict.
//   demo_mirror CAMERA SLOPES MATRIX COMMANDS SECONDS [--live]
// Exit code 1: a frame was torn, repeated or lost.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <daoShm.hpp>
#include <iostream>

#include "check_wait.hpp"
#include "display.hpp"
#include "stage.h"

namespace
{
DEMO_STAGE stage;

class Mirror
{
  public:
    explicit Mirror(char **names)
        : camera_(names[0], "camera       daoshm"), slopes_(names[1], "centroids    C++"),
          monitor_(names[2], "monitor      Python"), commands_(names[3], "reconstruct  C, BLAS"), input_(names[3])
    {
    }

    int run(double seconds, bool live)
    {
        demo::Screen screen(live);
        Dao::NextOptions how;
        how.order = DAO_NEXT_IN_ORDER;
        how.timeout = std::chrono::seconds(1);
        screen.show(table());
        const int64_t give_up_ns = demo_now_ns() + static_cast<int64_t>((seconds + 30) * 1e9);
        while (!demo_is_stopped() && elapsed_s() < seconds && demo_now_ns() < give_up_ns)
        {
            if (const Dao::ReadResult result = input_.next(command_, how))
            {
                take(result.missed);
            }
            else
            {
                demo::check_wait(result.status);
            }
            if (screen.is_due())
            {
                screen.show(table());
            }
        }
        screen.show(table());
        return verdict();
    }

  private:
    void take(uint64_t missed)
    {
        const auto frame = input_.last_frame();
        if (stage.frames == 0)
        {
            started_ns_ = demo_now_ns();
            first_id_ = demo_frame_id(frame->cnt2);
            first_atime_ns_ = frame->atime_ns;
        }
        last_atime_ns_ = frame->atime_ns;
        const auto count = static_cast<uint32_t>(command_.size());
        demo_count(&stage, &*frame, missed, demo_is_sealed(command_.data(), count, frame->cnt2));
    }

    double elapsed_s() const { return stage.frames == 0 ? 0 : static_cast<double>(demo_now_ns() - started_ns_) / 1e9; }

    double rate_hz() const
    {
        const auto span_ns = static_cast<double>(last_atime_ns_ - first_atime_ns_);
        return span_ns > 0 ? static_cast<double>(stage.last_id - first_id_) * 1e9 / span_ns : 0;
    }

    std::vector<std::string> table()
    {
        char monitor[160];
        std::snprintf(monitor, sizeof monitor, "%s: slopes rms %.3f pixels, commands rms %.3f, brightest pixel %.0f",
                      "monitor      Python", monitor_.number("SLOPERMS"), monitor_.number("CMDRMS"),
                      monitor_.number("BRIGHT"));
        return {demo::header(),
                demo::text_of(camera_.line()),
                demo::text_of(slopes_.line()),
                demo::text_of(commands_.line()),
                demo::text_of(demo::line_of("mirror       C++", stage, rate_hz())),
                monitor,
                ""};
    }

    /** A frame lost or repeated is so for all stages that come after; a torn one is torn for the stage that reads it.
     */
    int verdict()
    {
        uint64_t lost = std::max(stage.skipped, camera_.count("FRAMELOST"));
        uint64_t torn = stage.torn, repeated = stage.repeated;
        for (const demo::Watched *watched : {&slopes_, &commands_})
        {
            lost = std::max(lost, watched->count("SKIPPED"));
            torn += watched->count("TORN");
            repeated = std::max(repeated, watched->count("REPEATED"));
        }
        const bool is_clean = stage.frames > 0 && lost == 0 && torn == 0 && repeated == 0;
        std::printf("%s: %llu frames at %.1f Hz, lost %llu, torn %llu, repeated %llu\n", is_clean ? "PASSED" : "FAILED",
                    static_cast<unsigned long long>(stage.frames), rate_hz(), static_cast<unsigned long long>(lost),
                    static_cast<unsigned long long>(torn), static_cast<unsigned long long>(repeated));
        std::printf("from the camera's time stamp to the mirror's command: median %.0f us, 99 %% %.0f us, "
                    "99.9 %% %.0f us\n",
                    demo_latency_us(&stage, 0.5), demo_latency_us(&stage, 0.99), demo_latency_us(&stage, 0.999));
        return is_clean ? 0 : 1;
    }

    demo::Watched camera_, slopes_, monitor_, commands_;
    Dao::Shm<float> input_;
    std::vector<float> command_;
    uint32_t first_id_ = 0;
    int64_t started_ns_ = 0, first_atime_ns_ = 0, last_atime_ns_ = 0;
};
} // namespace

int main(int argc, char **argv)
{
    const bool live = argc == 7 && std::string(argv[6]) == "--live";
    if (argc != 6 && !live)
    {
        std::cerr << "usage: demo_mirror CAMERA SLOPES MATRIX COMMANDS SECONDS [--live]\n";
        return 2;
    }
    demo_catch_signals();
    try
    {
        for (int i = 1; i <= 4; ++i)
        {
            Dao::check(demo_wait_for_segment(argv[i]));
        }
        return Mirror(argv + 1).run(std::strtod(argv[5], nullptr), live);
    }
    catch (const std::exception &error)
    {
        std::cerr << "mirror: " << error.what() << '\n';
        return 1;
    }
}
