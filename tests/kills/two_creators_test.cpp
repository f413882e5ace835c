// Two that make the same segment, one of which goes on after the other at each of its calls of the system: both have the one
// that is there in the end.
#include "scene.hpp"
#include "shared.hpp"
#include "steps.hpp"

namespace kills
{
namespace
{

uint64_t id_of(Image &image)
{
    return image.info().segment_id;
}

// The second one is told that the name is busy while the first one has its lock.
bool create_beside(const std::string &name, Image &image)
{
    const int64_t former_ns = daoShmSetLockLimit(0);
    const int_fast8_t status = image.try_create(name, {4, 6}, _DATATYPE_UINT32, 2, 3);
    if (status != DAO_SUCCESS)
    {
        EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY) << daoLastErrorMessage();
    }
    daoShmSetLockLimit(former_ns);
    return status == DAO_SUCCESS;
}

// `prepare` puts something under the name first.
void create_at_each_step(const std::function<void(const Place &)> &prepare)
{
    bool has_ended = false;
    size_t step = 0, made_beside = 0;
    for (; !has_ended && !testing::Test::HasFailure(); ++step)
    {
        SCOPED_TRACE("beside system call step " + std::to_string(step));
        Place place;
        prepare(place);
        Shared<uint64_t> made;
        SteppedProcess process([] {},
                               [&] {
                                   Image image;
                                   place.create(image, 2);
                                   *made = id_of(image);
                               });
        for (size_t done = 0; done < step && !has_ended; ++done)
            has_ended = !process.step(Step::system_call);
        Image beside;
        const bool is_made = create_beside(place.name, beside);
        EXPECT_TRUE(process.finish());
        made_beside += is_made;
        if (is_made)
        {
            EXPECT_EQ(id_of(beside), *made);
            EXPECT_EQ(beside.info().state, 0u);
        }
    }
    std::printf("%zu steps, made by both at %zu\n", step, made_beside);
    EXPECT_GT(made_beside, 0u);
}

TEST(TwoCreators, HaveTheSameSegmentWhereThereWasNothing)
{
    create_at_each_step([](const Place &) {});
}

TEST(TwoCreators, HaveTheSameSegmentWhereThereWasAnEmptyFile)
{
    create_at_each_step([](const Place &place) { std::ofstream(place.name).close(); });
}

TEST(TwoCreators, HaveTheSameSegmentWhereThereWasAnotherOne)
{
    create_at_each_step([](const Place &place) {
        Image image;
        image.create(place.name, {5, 6}, _DATATYPE_UINT32, 2, 3);
    });
}

}
}
