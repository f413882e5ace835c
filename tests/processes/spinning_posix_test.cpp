// What a spinning wait reads. Each line of the cache that it takes from a writer between two frames makes the next frame later.
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace
{

using namespace test;

/** Nobody may touch the page at `place` as long as this lives. */
class ForbiddenPage
{
  public:
    explicit ForbiddenPage(void *place) : place_(place) { protect(PROT_NONE); }
    ForbiddenPage(const ForbiddenPage &) = delete;
    ForbiddenPage &operator=(const ForbiddenPage &) = delete;
    ~ForbiddenPage() { protect(PROT_READ | PROT_WRITE); }

  private:
    void protect(int access) { EXPECT_EQ(mprotect(place_, static_cast<size_t>(sysconf(_SC_PAGESIZE)), access), 0); }

    void *place_;
};

// A frame of a page and more, so that the metadata, which a writer changes first, lie in another page than what is read here.
TEST(SpinningWait, SeesTheNextFrameWithoutWhatAWriterChangesFirst)
{
    const SegmentName name;
    Image writer, reader;
    const auto elements = static_cast<uint32_t>(sysconf(_SC_PAGESIZE));
    std::vector<float> frame(elements);
    writer.create(name.text(), {elements}, _DATATYPE_FLOAT);
    reader.open(name.text());
    const auto publish = [&] { require(daoShmImage2Shm(frame.data(), elements, writer), "publish"); };
    publish();
    ASSERT_EQ(daoShmWaitForFrameSpin(reader, 0, second_ns), DAO_SUCCESS);
    publish();
    {
        const ForbiddenPage metadata(reader->md);
        EXPECT_EQ(daoShmWaitForFrameSpin(reader, 1, second_ns), DAO_SUCCESS);
    }
    EXPECT_EQ(daoShmWaitForFrameSpin(reader, 2, 0), DAO_TIMEOUT);
}

}
