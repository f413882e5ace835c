#include "platform/platform.hpp"

#include "failure.hpp"

#include <chrono>
#include <cstdlib>
#include <new>
#include <system_error>
#include <windows.h>

namespace dao::net::platform
{

namespace
{

std::string message_of(DWORD error)
{
    return std::system_category().message(static_cast<int>(error));
}

}

uint32_t process_id()
{
    return static_cast<uint32_t>(::GetCurrentProcessId());
}

// The C++ library's clock goes by the tick of 16 ms with some compilers.
int64_t realtime_ns()
{
    constexpr int64_t epoch = 116'444'736'000'000'000; // from 1601, in 100 ns
    FILETIME now;
    ::GetSystemTimePreciseAsFileTime(&now);
    const uint64_t ticks = uint64_t{now.dwHighDateTime} << 32U | now.dwLowDateTime;
    return (static_cast<int64_t>(ticks) - epoch) * 100;
}

int64_t lasting_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string host_name()
{
    wchar_t name[256] = L"";
    DWORD length = 256;
    char text[1024] = "";
    if (::GetComputerNameExW(ComputerNameDnsHostname, name, &length) == 0 || length == 0)
        return "unknown";
    const int bytes =
        ::WideCharToMultiByte(CP_UTF8, 0, name, static_cast<int>(length), text, sizeof text, nullptr, nullptr);
    return bytes > 0 ? std::string(text, static_cast<size_t>(bytes)) : "unknown";
}

// Windows has no signals that a thread could take.
NoSignals::NoSignals()
{
    (void)saved_;
}
NoSignals::~NoSignals() = default;

Uncancelled::Uncancelled() = default;
Uncancelled::~Uncancelled() = default;

void keep_freed_memory() {}

void stay_loaded() noexcept
{
    HMODULE here = nullptr;
    (void)::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                               reinterpret_cast<LPCWSTR>(&stay_loaded), &here);
}

// A file inherits who may read it from its folder: the user's own folders are closed to others.
void write_new_file(const std::filesystem::path &path, std::string_view text, bool)
{
    const HANDLE file =
        ::CreateFileW(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE)
    {
        const DWORD error = ::GetLastError();
        throw Failure(error == ERROR_FILE_EXISTS ? DAO_E_EXISTS : DAO_E_SYSTEM,
                      path.string() + ": cannot make it: " + message_of(error) + "; expected a name that is free");
    }
    DWORD written = 0;
    const BOOL done = ::WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
    const DWORD error = done != 0 ? ERROR_DISK_FULL : ::GetLastError();
    ::CloseHandle(file);
    if (done != 0 && written == text.size())
        return;
    ::DeleteFileW(path.c_str());
    throw Failure(DAO_E_SYSTEM, path.string() + ": cannot write it: " + message_of(error));
}

Exposure exposure_of(const std::filesystem::path &)
{
    return Exposure::none;
}

bool is_of_another(const std::filesystem::path &)
{
    return false;
}

void require_descriptors() {}

SecretMemory::SecretMemory(size_t bytes) : bytes_(bytes)
{
    data_ = static_cast<char *>(::VirtualAlloc(nullptr, bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    if (data_ == nullptr)
        throw std::bad_alloc();
    (void)::VirtualLock(data_, bytes);
}

void SecretMemory::release() noexcept
{
    if (data_ == nullptr)
        return;
    wipe(data_, bytes_);
    ::VirtualFree(data_, 0, MEM_RELEASE);
}

void wipe(void *data, size_t bytes) noexcept
{
    ::SecureZeroMemory(data, bytes);
}

std::filesystem::path state_folder()
{
    const char *wanted = std::getenv("DAO_NET_STATE");
    std::error_code error;
    const std::filesystem::path folder = wanted != nullptr && *wanted != 0
                                             ? std::filesystem::path(wanted)
                                             : std::filesystem::temp_directory_path(error) / "daoNet";
    if (error)
        return {};
    std::filesystem::create_directories(folder, error);
    return error ? std::filesystem::path() : folder;
}

}
