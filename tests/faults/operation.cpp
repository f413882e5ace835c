#include "operation.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <sys/stat.h>

namespace faults
{
namespace
{

size_t fault_count = 0;

class Total : public testing::Environment
{
  public:
    void TearDown() override { std::printf("%zu faults, each in a call of its own\n", fault_count); }
};
[[maybe_unused]] const testing::Environment *const total = testing::AddGlobalTestEnvironment(new Total);

// The causes that may be told for an error of the system.
std::vector<DAO_ERROR_CODE> codes_of(Call call, int error)
{
    switch (error)
    {
    case ENOENT: // somebody else removed it just now
        return {DAO_E_NOT_FOUND, DAO_E_BUSY};
    case EACCES:
    case EPERM:
    case EROFS:
        return {DAO_E_PERMISSION};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return {DAO_E_NO_SPACE};
    case ENOMEM:
        return {DAO_E_NO_MEMORY};
    case EEXIST:
        return {DAO_E_EXISTS};
    case EINTR:
        return {DAO_E_INTERRUPTED, DAO_E_SYSTEM};
    default:
        return {call == Call::map && error == EACCES ? DAO_E_PERMISSION : DAO_E_SYSTEM};
    }
}

// Whether a system that begins to fail so may go on failing. Not where no system fails indefinitely, nor for a lock of
// another process, which is waited for.
bool can_persist(Call call, int error)
{
    return error > 0 && error != EINTR && error != EEXIST && error != EAGAIN && call != Call::lock &&
           call != Call::sleep && call != Call::futex_wait && call != Call::semaphore_wait;
}

bool is_expected(const Operation &operation, Call call, int error, int_fast8_t status)
{
    if (status == DAO_SUCCESS || status == operation.usual)
        return true;
    if (status == DAO_INTERRUPTED)
        return error == EINTR;
    if (status == DAO_REMOVED)
        return error == ENOENT;
    const std::vector<DAO_ERROR_CODE> codes = codes_of(call, error);
    return status == DAO_ERROR && std::find(codes.begin(), codes.end(), daoLastErrorCode()) != codes.end();
}

std::vector<Call> calls_of(const Operation &operation)
{
    Scene scene;
    operation.prepare(scene);
    std::vector<Call> calls;
    int_fast8_t status = DAO_ERROR;
    {
        Recording recording;
        status = operation.run(scene);
        calls = recording.calls();
    }
    EXPECT_EQ(status, operation.usual) << daoLastErrorMessage();
    operation.check(scene, true);
    return calls;
}

// The operation with a fault; whether a call was there to fail.
void run_with(const Operation &operation, size_t index, int error, bool persists)
{
    Scene scene;
    operation.prepare(scene);
    const Holdings before = Holdings::of(scene);
    int_fast8_t status = DAO_ERROR;
    Call call{};
    bool happened = false;
    {
        Fault fault(index, error, persists);
        status = operation.run(scene);
        happened = fault.happened();
        call = fault.call();
    }
    if (!happened && operation.usual == DAO_TIMEOUT)
        return; // how often a wait looks until its time is up depends on the machine's load
    ASSERT_TRUE(happened);
    EXPECT_TRUE(is_expected(operation, call, error, status))
        << "result " << int{status} << ", code " << daoLastErrorCode() << ": " << daoLastErrorMessage();
    const bool done = status == operation.usual;
    if (!done)
    {
        EXPECT_NE(daoLastErrorMessage()[0], 0);
        if (operation.undoes && call != Call::unlink) // where the cleaning up itself fails, a file stays
        {
            EXPECT_EQ(Holdings::of(scene), before);
        }
    }
    operation.check(scene, done);
    if (done)
        return;
    status = operation.run(scene);
    EXPECT_EQ(status, operation.usual) << "the next call: " << daoLastErrorMessage();
    operation.check(scene, true);
}

}

void fail_every_call(const Operation &operation)
{
    SCOPED_TRACE(operation.name);
    (void)calls_of(operation); // what a process does once is done now
    const std::vector<Call> calls = calls_of(operation);
    if (testing::Test::HasFailure())
        return;
    const size_t descriptors = descriptor_count();
    for (size_t index = 0; index < calls.size(); ++index)
        for (const int error : errors_of(calls[index]))
            for (const bool persists : {false, true})
            {
                if (persists && !can_persist(calls[index], error))
                    continue;
                SCOPED_TRACE("call " + std::to_string(index) + ", " + name_of(calls[index]) + ", fails" +
                             (persists ? " from now on: " : ": ") + error_text(error));
                ++fault_count;
                run_with(operation, index, error, persists);
                EXPECT_EQ(descriptor_count(), descriptors);
                EXPECT_EQ(mapping_count(test::ScratchFolder::prefix), 0u);
            }
}

}
