// Printing for programs. The library itself never calls these.
#include "dao.h"
#include "platform/platform.hpp"
#include "platform/thread_cancellation.hpp"
#include "segment/semaphore_names.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstring>

int daoLogLevel = DAO_WARNING;

namespace
{

const char *level_name(int log_level) noexcept
{
    switch (log_level)
    {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_DEBUG:
        return "debug";
    case LOG_LEVEL_TRACE:
        return "trace";
    default:
        return nullptr;
    }
}

// One line at a time, whatever other threads print. `place` is empty or ends with a space.
void print(int log_level, const char *place, const char *format, va_list arguments) noexcept
{
    if (log_level > LOG_LEVEL_ERROR && log_level - 1 > daoLogLevel)
        return;
    const dao::platform::Uncancelled uncancelled;
    char text[2048];
    std::vsnprintf(text, sizeof text, format != nullptr ? format : "?\n", arguments);
    const char *name = level_name(log_level);
    std::FILE *stream = log_level == LOG_LEVEL_ERROR ? stderr : stdout;
    if (name == nullptr)
        std::fprintf(stream, "%s%s", place, text);
    else
        std::fprintf(stream, "%s [%s] %s%s", daoBaseGetTimeStamp(), name, place, text);
}

}

void daoSetLogLevel(int level)
{
    daoLogLevel = level;
}

int daoGetLogLevel(void)
{
    return daoLogLevel;
}

void daoLogSetLevel(int log_level)
{
    daoLogLevel = log_level - 1;
}

void daoLogAt(int log_level, const char *file, const char *function, int line, const char *format, ...)
{
    const char *base = dao::segment::base_name(file != nullptr ? file : "?");
    char place[256];
    std::snprintf(place, sizeof place, "%s:%s:%d: ", base, function != nullptr ? function : "?", line);
    va_list arguments;
    va_start(arguments, format);
    print(log_level, place, format, arguments);
    va_end(arguments);
}

#define DAO_DEFINE_LOG(function, log_level)      \
    void function(const char *format, ...)       \
    {                                            \
        va_list arguments;                       \
        va_start(arguments, format);             \
        print(log_level, "", format, arguments); \
        va_end(arguments);                       \
    }
DAO_DEFINE_LOG(daoLogError, LOG_LEVEL_ERROR)
DAO_DEFINE_LOG(daoLogPrint, LOG_LEVEL_INFO)
DAO_DEFINE_LOG(daoLogWarning, LOG_LEVEL_WARNING)
DAO_DEFINE_LOG(daoLogInfo, LOG_LEVEL_INFO)
DAO_DEFINE_LOG(daoLogDebug, LOG_LEVEL_DEBUG)
DAO_DEFINE_LOG(daoLogTrace, LOG_LEVEL_TRACE)

void daoLog(int log_level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(log_level, "", format, arguments);
    va_end(arguments);
}

char *daoBaseGetTimeStamp(void)
{
    static thread_local char text[64];
    const int64_t now_ns = dao::platform::realtime_ns();
    char seconds[32];
    dao::platform::format_local_time(now_ns, seconds, sizeof seconds);
    std::snprintf(text, sizeof text, "%s:%06" PRId64, seconds, now_ns / 1000 % 1'000'000);
    return text;
}
