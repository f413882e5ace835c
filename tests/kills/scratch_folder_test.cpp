// The tests' own folders: what a killed run left goes with the next one, and nobody else's.
#include "../scratch_folder.hpp"
#include "shared.hpp"

#include <csignal>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace kills
{
namespace
{

// A process that has made a folder and waits.
class Maker
{
  public:
    Maker() : id_(fork())
    {
        if (id_ == 0)
        {
            const test::ScratchFolder folder;
            std::ofstream(folder.path() / "file") << "left";
            std::strcpy(*path_, folder.path().c_str());
            for (;;)
                pause();
        }
        while (**path_ == 0)
            usleep(1000);
    }
    ~Maker() { end(); }
    Maker(const Maker &) = delete;
    Maker &operator=(const Maker &) = delete;
    void end()
    {
        if (id_ > 0 && ::kill(id_, SIGKILL) == 0)
            waitpid(id_, nullptr, 0);
        id_ = -1;
    }
    std::filesystem::path folder() const { return *path_; }

  private:
    using Path = char[256];
    Shared<Path> path_;
    pid_t id_;
};

TEST(ScratchFolder, OfAKilledProcessGoesAndOneOfALivingStays)
{
    Maker killed, living;
    killed.end();
    ASSERT_TRUE(std::filesystem::exists(killed.folder() / "file"));
    test::ScratchFolder::sweep();
    EXPECT_FALSE(std::filesystem::exists(killed.folder()));
    EXPECT_TRUE(std::filesystem::exists(living.folder() / "file"));
    living.end();
    test::ScratchFolder::sweep();
    EXPECT_FALSE(std::filesystem::exists(living.folder()));
}

}
}
