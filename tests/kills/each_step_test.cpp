// A process is killed after every step of a call, and the others go on: the next writer writes at once, the next reader
// reads, no frame is torn, no counter stands for two frames, nothing is left of a file.
//
// DAO_KILLS_STRIDE: only each so many instructions is tried, from one that differs with DAO_KILLS_SEED; 1: each one.
#include "scene.hpp"
#include "steps.hpp"

#include <numeric>

namespace kills
{
namespace
{

// The others go on.
void expect_all_goes_on(Place &place, Witness &witness, Image &writer, uint32_t tag)
{
    witness.read_on();
    EXPECT_LT(punctual_ns([&] { publish(writer, tag); }), 1'000'000'000) << "the next writer waited";
    witness.read_on();
    EXPECT_EQ(witness.tag(), tag);
    EXPECT_EQ(witness.last(), daoShmGetCounter(writer));
    Frame frame = frame_of(0);
    require(daoShmReadNewest(witness.image(), frame.data(), elements, nullptr, nullptr), "read the newest");
    EXPECT_EQ(frame, frame_of(tag));
    EXPECT_EQ(place.file_count(), 1u);
}

// `call` in a process that has written before, killed after each instruction; then the others go on.
void kill_writer_at_each_instruction(uint32_t depth, const std::function<void(IMAGE *)> &call)
{
    const size_t stride = number_from("DAO_KILLS_STRIDE", 23);
    size_t step = number_from("DAO_KILLS_SEED", 1) % stride;
    Place place;
    Image writer;
    place.create(writer, depth);
    Witness witness(place.name);
    publish(writer, 1);
    witness.read_on();
    Image victim;
    const auto prepare = [&] {
        victim.open(place.name);
        publish(victim, 2);
    };
    const auto call_it = [&] { call(victim); };
    Trail trail;
    size_t kills = 0;
    for (bool has_ended = false; !has_ended && !testing::Test::HasFailure(); step += stride)
    {
        SCOPED_TRACE("killed after instruction " + std::to_string(step));
        has_ended = kill_after(step, trail, prepare, call_it);
        expect_all_goes_on(place, witness, writer, 10 + static_cast<uint32_t>(kills++));
    }
    std::printf("%zu kills\n", kills);
}

constexpr uint32_t victims_tag = 3;

TEST(KilledAtEachStep, OfAPublish)
{
    for (const uint32_t depth : {1u, 2u, 3u})
        kill_writer_at_each_instruction(depth, [](IMAGE *image) { publish(image, victims_tag); });
}

TEST(KilledAtEachStep, OfALoan)
{
    kill_writer_at_each_instruction(2, [](IMAGE *image) {
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin a loan");
        const Frame frame = frame_of(victims_tag);
        std::memcpy(slot, frame.data(), sizeof frame);
        require(daoShmLoanCommit(image), "commit");
    });
}

TEST(KilledAtEachStep, OfAFrameInPackets)
{
    kill_writer_at_each_instruction(2, [](IMAGE *image) {
        Frame frame = frame_of(victims_tag);
        for (uint16_t packet = 0; packet < 2; ++packet)
            require(daoShmImagePart2Shm(reinterpret_cast<char *>(frame.data()), elements / 2, image,
                                        packet * elements / 2, packet, 2, 1),
                    "packet");
        require(daoShmImagePart2ShmFinalize(image), "finalise");
    });
}

TEST(KilledAtEachStep, OfAQuietWrite)
{
    kill_writer_at_each_instruction(1, [](IMAGE *image) {
        Frame frame = frame_of(victims_tag);
        require(daoShmImage2ShmQuiet(frame.data(), elements, image), "write quietly");
    });
}

TEST(KilledAtEachStep, OfAReaderThatReads)
{
    kill_writer_at_each_instruction(2, [](IMAGE *image) {
        Frame frame;
        require(daoShmReadNewest(image, frame.data(), elements, nullptr, nullptr), "read");
    });
}

TEST(KilledAtEachStep, OfAReaderThatFallsAsleep)
{
    kill_writer_at_each_instruction(
        2, [](IMAGE *image) { (void)daoShmWaitForFrame(image, daoShmGetCounter(image), 1'000'000); });
}

TEST(KilledAtEachStep, OfAKeyword)
{
    const size_t stride = number_from("DAO_KILLS_STRIDE", 23);
    size_t step = number_from("DAO_KILLS_SEED", 1) % stride;
    Place place;
    Image other;
    place.create(other, 1);
    Image victim;
    const auto prepare = [&] {
        victim.open(place.name);
        require(daoShmSetKeywordString(victim, "state", "open", "the first"), "keyword");
    };
    const auto call = [&] { require(daoShmSetKeywordString(victim, "state", "closed", "the second"), "keyword"); };
    Trail trail;
    for (bool has_ended = false; !has_ended && !HasFailure(); step += stride)
    {
        SCOPED_TRACE("killed after instruction " + std::to_string(step));
        has_ended = kill_after(step, trail, prepare, call);
        IMAGE_KEYWORD keyword = {};
        require(daoShmGetKeyword(other, "state", &keyword), "read the keyword");
        const std::string both = std::string(keyword.value.valstr) + ", " + keyword.comment;
        EXPECT_TRUE(both == "open, the first" || both == "closed, the second") << both;
        const auto write = [&] { require(daoShmSetKeywordString(other, "state", "open", "the first"), "keyword"); };
        EXPECT_LT(punctual_ns(write), 1'000'000'000);
    }
}

TEST(KilledAtEachStep, OfAReuse)
{
    const size_t stride = 5 * number_from("DAO_KILLS_STRIDE", 23);
    size_t step = number_from("DAO_KILLS_SEED", 1) % stride;
    Trail trail;
    for (bool has_ended = false; !has_ended && !HasFailure(); step += stride)
    {
        SCOPED_TRACE("killed after instruction " + std::to_string(step));
        Place place;
        Image writer, victim;
        place.create(writer, 2);
        publish(writer, 1);
        Witness witness(place.name);
        const auto prepare = [&] { victim.open(place.name); };
        const auto call = [&] { place.create(victim, 2); };
        has_ended = kill_after(step, trail, prepare, call);
        publish(writer, 4);
        Frame frame = frame_of(0);
        uint64_t counter = 0;
        require(daoShmReadNewest(witness.image(), frame.data(), elements, &counter, nullptr), "read");
        EXPECT_EQ(frame, frame_of(4));
        EXPECT_TRUE(counter == 1 || counter == 2) << counter;
        EXPECT_EQ(place.file_count(), 1u);
    }
}

// What changes names of files: between two calls of the system nothing of it changes.
void kill_at_each_system_call(const std::function<void(Place &)> &prepare, const std::function<void(Place &)> &call,
                              const std::function<void(Place &)> &check)
{
    bool has_ended = false;
    size_t step = 0;
    for (; !has_ended && !testing::Test::HasFailure(); ++step)
    {
        SCOPED_TRACE("killed at system call step " + std::to_string(step));
        Place place;
        prepare(place);
        has_ended = kill_after_system_calls(step, [] {}, [&] { call(place); });
        check(place);
    }
    std::printf("%zu kills\n", step);
}

// There is none or a whole one; it can be made again, written and removed, and then nothing is left.
void expect_none_or_a_whole_one(Place &place)
{
    {
        Image found, made;
        if (std::filesystem::exists(place.name))
            found.open(place.name);
        place.create(made, 2);
        Witness witness(place.name);
        publish(made, 1);
        witness.read_on();
        publish(made, 2);
        witness.read_on();
        EXPECT_EQ(witness.tag(), 2u);
    }
    require(daoShmRemove(place.name.c_str()), "remove");
    EXPECT_EQ(place.file_count(), 0u);
}

TEST(KilledAtEachStep, OfACreate)
{
    kill_at_each_system_call([](Place &) {},
                             [](Place &place) {
                                 Image image;
                                 place.create(image, 2);
                             },
                             expect_none_or_a_whole_one);
}

TEST(KilledAtEachStep, OfAReplacement)
{
    kill_at_each_system_call(
        [](Place &place) {
            Image image;
            image.create(place.name, {2, 2}, _DATATYPE_UINT8);
        },
        [](Place &place) {
            Image image;
            place.create(image, 2);
        },
        [](Place &place) {
            EXPECT_TRUE(std::filesystem::exists(place.name));
            expect_none_or_a_whole_one(place);
        });
}

TEST(KilledAtEachStep, OfARemoval)
{
    kill_at_each_system_call(
        [](Place &place) {
            Image image;
            place.create(image, 2);
        },
        [](Place &place) { (void)daoShmRemove(place.name.c_str()); }, expect_none_or_a_whole_one);
}

}
}
