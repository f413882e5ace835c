// What Windows does its own way: Ctrl-C, and files that are still mapped.
#include <dao.h>

#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <windows.h>

namespace
{

namespace fs = std::filesystem;

constexpr int64_t second_ns = 1'000'000'000;

class Windows : public ::testing::Test
{
  protected:
    Windows()
    {
        folder = fs::temp_directory_path() / ("dao_windows_" + std::to_string(GetCurrentProcessId()));
        fs::create_directory(folder);
        name = (folder / "x.im.shm").string();
    }
    ~Windows() override
    {
        daoShmRemove(name.c_str());
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }

    void create(IMAGE &image, uint32_t elements)
    {
        ASSERT_EQ(daoShmImageCreate(&image, name.c_str(), 1, &elements, _DATATYPE_FLOAT, 1, 0), DAO_SUCCESS)
            << daoLastErrorMessage();
    }

    size_t files_left() const
    {
        const fs::directory_iterator files(folder);
        return static_cast<size_t>(std::distance(begin(files), end(files)));
    }

    fs::path folder;
    std::string name;
};

std::atomic<int> seen_by_program{0};

BOOL WINAPI programs_own_handler(DWORD)
{
    ++seen_by_program;
    return TRUE; // else the process ends
}

// Where there is no console: begins what Windows begins in a process whose user presses Ctrl-C.
bool press_control_c()
{
    if (GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) != 0)
        return true;
    const auto routine = reinterpret_cast<LPTHREAD_START_ROUTINE>(
        reinterpret_cast<void *>(GetProcAddress(GetModuleHandleA("kernel32.dll"), "CtrlRoutine")));
    if (routine == nullptr)
        return false;
    HANDLE thread = CreateThread(nullptr, 0, routine, nullptr, 0, nullptr); // a null pointer: CTRL_C_EVENT
    CloseHandle(thread);
    return true;
}

using Wait = int_fast8_t (*)(IMAGE *, uint64_t, int64_t);

TEST_F(Windows, ControlCEndsEachWaitAndReachesTheProgram)
{
    IMAGE image;
    create(image, 4);
    SetConsoleCtrlHandler(programs_own_handler, TRUE);
    for (const Wait wait : {daoShmWaitForFrame, daoShmWaitForFrameSpin, daoShmWaitForFrameAdaptive})
    {
        const int seen_before = seen_by_program;
        std::thread typist([] {
            ::Sleep(300);
            EXPECT_TRUE(press_control_c());
        });
        const ULONGLONG begin_ms = GetTickCount64();
        EXPECT_EQ(wait(&image, 0, 20 * second_ns), DAO_INTERRUPTED);
        EXPECT_LT(GetTickCount64() - begin_ms, 10'000u);
        typist.join();
        for (int tries = 0; tries < 100 && seen_by_program == seen_before; ++tries)
            ::Sleep(10);
        EXPECT_EQ(seen_by_program, seen_before + 1);
        EXPECT_EQ(wait(&image, 0, second_ns / 100), DAO_TIMEOUT) << "later waits are not ended";
    }
    SetConsoleCtrlHandler(programs_own_handler, FALSE);
    daoShmCloseShm(&image);
}

TEST_F(Windows, ReplacedAndRemovedFilesGoWithTheirLastUser)
{
    IMAGE first, second;
    create(first, 4);
    create(second, 5);
    EXPECT_EQ(daoShmCheckReplaced(&first), DAO_REPLACED);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    EXPECT_EQ(daoShmCheckReplaced(&second), DAO_REMOVED);
    EXPECT_FALSE(fs::exists(name));
    daoShmCloseShm(&first);
    daoShmCloseShm(&second);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_ERROR);
    create(first, 6); // removes what would remain of a killed process
    daoShmCloseShm(&first);
    EXPECT_EQ(files_left(), 1u);
}

TEST_F(Windows, NameInTmpLiesInTheTemporaryDirectory)
{
    const std::string base = "dao_windows_" + std::to_string(GetCurrentProcessId()) + ".im.shm";
    const std::string in_tmp = "/tmp/" + base;
    IMAGE image;
    uint32_t elements = 4;
    ASSERT_EQ(daoShmImageCreate(&image, in_tmp.c_str(), 1, &elements, _DATATYPE_FLOAT, 1, 0), DAO_SUCCESS);
    EXPECT_STREQ(image.md->name, in_tmp.c_str());
    EXPECT_TRUE(fs::exists(fs::temp_directory_path() / base));
    daoShmCloseShm(&image);
    EXPECT_EQ(daoShmRemove(in_tmp.c_str()), DAO_SUCCESS);
    EXPECT_FALSE(fs::exists(fs::temp_directory_path() / base));
}

// Kernel objects that remain after a thousand waits and notifications.
TEST_F(Windows, WaitsLeaveNoHandleBehind)
{
    IMAGE image;
    create(image, 4);
    float frame[4] = {};
    const auto once = [&] {
        EXPECT_EQ(daoShmWaitForFrame(&image, daoShmGetCounter(&image), second_ns / 10'000), DAO_TIMEOUT);
        EXPECT_EQ(daoShmImage2Shm(frame, 4, &image), DAO_SUCCESS);
    };
    once();
    DWORD before = 0, after = 0;
    GetProcessHandleCount(GetCurrentProcess(), &before);
    for (int round = 0; round < 1000; ++round)
        once();
    GetProcessHandleCount(GetCurrentProcess(), &after);
    EXPECT_LE(after, before + 2);
    daoShmCloseShm(&image);
}

}
