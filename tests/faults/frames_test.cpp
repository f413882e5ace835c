// Publish, read, wait, keywords, and the readers' table.
#include "operation.hpp"

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <sys/wait.h>

namespace faults
{
namespace
{

constexpr int64_t short_wait_ns = 3'000'000;

uint32_t frame_of_ones[Scene::elements];
uint32_t destination[2 * Scene::elements];

void prepare_frame()
{
    std::fill(std::begin(frame_of_ones), std::end(frame_of_ones), 1u);
}

// A segment that has a frame of zeros, 5, and that this process has not written nor read with the handle `image`.
void prepare_segment(Scene &scene)
{
    prepare_frame();
    scene.create(scene.other);
    Scene::publish(scene.other, 5);
    daoShmCloseShm(scene.other); // with it goes this process's proof that it lives
    scene.image.open(scene.name);
    scene.other.open(scene.name);
}

void expect_published_or_not(Scene &scene, bool done)
{
    EXPECT_EQ(daoShmGetCounter(scene.other), done ? 2u : 1u);
    Scene::expect_newest(scene.other, done ? 1 : 5);
}

TEST(Faults, AFrameIsPublishedWholeOrNotAtAll)
{
    fail_every_call({"publish", prepare_segment,
                     [](Scene &scene) { return daoShmImage2Shm(frame_of_ones, Scene::elements, scene.image); },
                     expect_published_or_not});
    fail_every_call({"write a loan", prepare_segment,
                     [](Scene &scene) {
                         void *slot = nullptr;
                         const int_fast8_t status = daoShmLoanBegin(scene.image, &slot);
                         if (status != DAO_SUCCESS)
                             return status;
                         std::copy_n(frame_of_ones, Scene::elements, static_cast<uint32_t *>(slot));
                         return daoShmLoanCommit(scene.image);
                     },
                     expect_published_or_not});
    fail_every_call({"write in packets", prepare_segment,
                     [](Scene &scene) {
                         const int_fast8_t status = daoShmImagePart2Shm(reinterpret_cast<char *>(frame_of_ones),
                                                                        Scene::elements, scene.image, 0, 0, 1, 2);
                         return status == DAO_SUCCESS ? daoShmImagePart2ShmFinalize(scene.image) : status;
                     },
                     expect_published_or_not});
    fail_every_call({"sum", prepare_segment,
                     [](Scene &scene) {
                         IMAGE *inputs[1] = {scene.other};
                         return daoShmCombineShm2Shm(inputs, scene.image, 1, static_cast<int>(Scene::elements));
                     },
                     [](Scene &scene, bool done) {
                         EXPECT_EQ(daoShmGetCounter(scene.other), done ? 2u : 1u);
                         Scene::expect_newest(scene.other, 5);
                     }});
}

TEST(Faults, AFrameIsPublishedWhereThereAreNeitherLocksNorProc)
{
    const Lack lock(Call::lock, EINVAL), query(Call::query_lock, EINVAL);
    const NoProc no_proc;
    fail_every_call({"publish", prepare_segment,
                     [](Scene &scene) { return daoShmImage2Shm(frame_of_ones, Scene::elements, scene.image); },
                     expect_published_or_not});
}

TEST(Faults, TheLockOfADeadWriterIsTakenOver)
{
    fail_every_call({"publish after a death",
                     [](Scene &scene) {
                         prepare_segment(scene);
                         const pid_t child = fork();
                         if (child == 0)
                         {
                             Image writer;
                             void *slot = nullptr;
                             _exit(writer.try_open(scene.name) + daoShmLoanBegin(writer, &slot));
                         }
                         int ended = -1;
                         waitpid(child, &ended, 0);
                         ASSERT_EQ(ended, 0);
                     },
                     [](Scene &scene) { return daoShmImage2Shm(frame_of_ones, Scene::elements, scene.image); },
                     expect_published_or_not});
}

TEST(Faults, AChildOfAForkWritesWhateverItCanFindOutOfItself)
{
    for (const int error : {ENOENT, EACCES, EMFILE})
        for (size_t index = 0; index < 12; ++index)
        {
            Scene scene;
            prepare_segment(scene);
            Scene::publish(scene.image, 6);
            pid_t child = -1;
            {
                const Fault fault(index, error, true); // what it inherits: it looks at itself first of all
                child = fork();
                if (child == 0)
                    _exit(daoShmImage2Shm(frame_of_ones, Scene::elements, scene.image));
            }
            int ended = -1;
            waitpid(child, &ended, 0);
            // Once in 0.1 s a writer asks for the name, after its frame: here it may find that there is none.
            const bool has_written = WIFEXITED(ended) && (WEXITSTATUS(ended) == 0 || WEXITSTATUS(ended) == DAO_REMOVED);
            Scene::publish(scene.image, 8);
            EXPECT_EQ(daoShmGetCounter(scene.image), has_written ? 4u : 3u);
            Scene::expect_newest(scene.other, 8);
        }
}

TEST(Faults, AReadIsWholeOrTold)
{
    const auto check = [](Scene &scene, bool done) {
        const uint64_t sum = std::accumulate(destination, destination + Scene::elements, uint64_t{0});
        EXPECT_TRUE(!done || sum == 5u * Scene::elements);
        Scene::expect_newest(scene.other, 5);
        std::fill(std::begin(destination), std::end(destination), 0u);
    };
    fail_every_call(
        {"read the newest", prepare_segment,
         [](Scene &scene) { return daoShmReadNewest(scene.image, destination, Scene::elements, nullptr, nullptr); },
         check});
    fail_every_call({"read in order",
                     [](Scene &scene) {
                         prepare_segment(scene);
                         std::vector<uint32_t> first(Scene::elements);
                         // In order begins with the frame that is newest when the handle is opened.
                         require(daoShmResetTail(scene.image, nullptr, nullptr), "reset");
                         Scene::publish(scene.other, 5);
                     },
                     [](Scene &scene) {
                         return daoShmReadNext(scene.image, destination, Scene::elements, nullptr, nullptr, nullptr);
                     },
                     check});
    fail_every_call({"read the last", prepare_segment,
                     [](Scene &scene) { return daoShmReadLast(scene.image, destination, 1, nullptr); }, check});
}

// Also where frames were missed, which a reader that waits for the newest may read later, in order.
TEST(Faults, NothingIsAllocatedInAFramesWay)
{
    constexpr uint32_t depth = 5;
    Scene scene;
    prepare_frame();
    scene.create(scene.other, depth);
    scene.image.open(scene.name);
    std::vector<uint32_t> frames(depth * Scene::elements);
    void *slot = nullptr;
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    const std::vector<std::function<int_fast8_t()>> reads = {
        [&] { return daoShmReadNewest(scene.image, frames.data(), Scene::elements, nullptr, nullptr); },
        [&] { return daoShmReadNext(scene.image, frames.data(), Scene::elements, nullptr, nullptr, nullptr); },
        [&] { return daoShmReadLast(scene.image, frames.data(), depth, nullptr); },
        [&] { return daoShmNext(scene.image, &how, frames.data(), Scene::elements, nullptr, nullptr); },
        [&] { return daoShmGetNewestSegment(scene.image, &slot, nullptr, nullptr); },
        [&] { return daoShmGetNextSegment(scene.image, &slot, nullptr, nullptr); },
    };
    // The first one makes the proof that its writer lives.
    require(daoShmImage2Shm(frame_of_ones, Scene::elements, scene.other), "publish");
    const Recording recording;
    for (size_t round = 0; round < 3 * reads.size(); ++round)
    {
        for (uint32_t count = 0; count < depth + round % 3; ++count)
            require(daoShmImage2Shm(frame_of_ones, Scene::elements, scene.other), "publish");
        const int_fast8_t status = reads[round % reads.size()]();
        EXPECT_TRUE(status == DAO_SUCCESS || status == DAO_OVERWRITE) << round;
    }
    EXPECT_GT(daoShmGetMissed(scene.image), 0u);
    EXPECT_EQ(std::count(recording.calls().begin(), recording.calls().end(), Call::memory), 0);
}

TEST(Faults, AWaitEndsWithWhatHappened)
{
    const auto still_reads = [](Scene &scene, bool) { Scene::expect_newest(scene.image, 5); };
    const auto wait_in_vain = [&](const char *name, int_fast8_t (*wait)(IMAGE *, uint64_t, int64_t)) {
        fail_every_call({name, prepare_segment, [wait](Scene &scene) { return wait(scene.image, 1, short_wait_ns); },
                         still_reads, DAO_TIMEOUT});
    };
    wait_in_vain("wait asleep", daoShmWaitForFrame);
    wait_in_vain("wait adaptively", daoShmWaitForFrameAdaptive);
    wait_in_vain("spin", daoShmWaitForFrameSpin);
    fail_every_call({"wait for a semaphore",
                     [](Scene &scene) {
                         prepare_segment(scene);
                         require(daoShmWaitForSemaphore(scene.image, 3), "take the post");
                     },
                     [](Scene &scene) {
                         timespec until = {};
                         clock_gettime(CLOCK_REALTIME, &until);
                         until.tv_nsec += short_wait_ns;
                         if (until.tv_nsec >= 1'000'000'000)
                             ++until.tv_sec, until.tv_nsec -= 1'000'000'000;
                         return daoShmWaitForSemaphoreTimeout(scene.image, 3, &until);
                     },
                     still_reads, DAO_TIMEOUT});
}

TEST(Faults, AFrameThatIsThereIsWaitedForAndRead)
{
    fail_every_call({"next", prepare_segment,
                     [](Scene &scene) {
                         DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
                         how.timeout_ns = short_wait_ns;
                         return daoShmNext(scene.image, &how, destination, Scene::elements, nullptr, nullptr);
                     },
                     [](Scene &scene, bool) { Scene::expect_newest(scene.image, 5); }, DAO_TIMEOUT});
}

TEST(Faults, AReaderThatFollowsKeepsASegment)
{
    fail_every_call({"follow a replaced segment",
                     [](Scene &scene) {
                         prepare_segment(scene);
                         Image third;
                         scene.create(third, 1, Scene::side);
                         Scene::publish(third, 9);
                     },
                     [](Scene &scene) {
                         DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
                         how.timeout_ns = 200'000'000;
                         how.follow = 1;
                         return daoShmNext(scene.image, &how, destination, Scene::elements, nullptr, nullptr);
                     },
                     [](Scene &, bool done) {
                         EXPECT_TRUE(!done || destination[Scene::elements - 1] == 9);
                         destination[Scene::elements - 1] = 0;
                     }});
}

TEST(Faults, AKeywordIsSetWholeOrNotAtAll)
{
    const auto prepare = [](Scene &scene) {
        prepare_segment(scene);
        require(daoShmSetKeywordLong(scene.other, "gain", 1, "before"), "keyword");
        daoShmCloseShm(scene.other);
        scene.other.open(scene.name);
    };
    const auto check = [](Scene &scene, bool done) {
        IMAGE_KEYWORD keyword = {};
        ASSERT_EQ(daoShmGetKeyword(scene.other, "gain", &keyword), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(keyword.value.numl, done ? 2 : 1);
        EXPECT_STREQ(keyword.comment, done ? "after" : "before");
    };
    fail_every_call({"set a keyword", prepare,
                     [](Scene &scene) { return daoShmSetKeywordLong(scene.image, "gain", 2, "after"); }, check});
    fail_every_call({"read a keyword", prepare,
                     [](Scene &scene) {
                         IMAGE_KEYWORD keyword = {};
                         return daoShmGetKeyword(scene.image, "gain", &keyword);
                     },
                     [&](Scene &scene, bool) { check(scene, false); }});
    fail_every_call({"remove a keyword", prepare, [](Scene &scene) { return daoShmRemoveKeyword(scene.image, "gain"); },
                     [](Scene &scene, bool done) {
                         IMAGE_KEYWORD keyword = {};
                         EXPECT_EQ(daoShmGetKeyword(scene.other, "gain", &keyword), done ? DAO_ERROR : DAO_SUCCESS);
                     }});
}

TEST(Faults, WhatIsAskedIsAnsweredOrTold)
{
    const auto still_reads = [](Scene &scene, bool) { Scene::expect_newest(scene.image, 5); };
    fail_every_call({"information", prepare_segment,
                     [](Scene &scene) {
                         DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
                         return daoShmGetInfo(scene.image, &info);
                     },
                     still_reads});
    fail_every_call({"readers",
                     [](Scene &scene) {
                         prepare_segment(scene);
                         Scene::expect_newest(scene.other, 5);
                     },
                     [](Scene &scene) {
                         DAO_READER readers[1] = {DAO_READER_INIT};
                         uint32_t count = 0;
                         return daoShmGetReaders(scene.image, readers, 1, &count);
                     },
                     still_reads});
    fail_every_call(
        {"unlock by hand", prepare_segment, [](Scene &scene) { return daoShmUnlock(scene.image, 0); }, still_reads});
}

}
}
