// What do opening, closing and creating a segment cost, beside the bare system calls, and does anything remain?
#include "harness.hpp"
#include "processes.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace bench;

namespace
{
/** What it takes the system alone to open, map, unmap and close the file. */
void open_bare(const char *name)
{
    const int file = ::open(name, O_RDWR | O_CLOEXEC);
    struct stat status{};
    if (file < 0 || fstat(file, &status) != 0)
    {
        throw std::runtime_error("cannot open the segment's file");
    }
    const auto bytes = static_cast<size_t>(status.st_size);
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    keep(memory);
    munmap(memory, bytes);
    ::close(file);
}

/** What it takes the system alone to make such a file, reserve its space and map it, and to touch its pages. */
void create_bare(const std::string &name, size_t bytes)
{
    const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || posix_fallocate(file, 0, static_cast<off_t>(bytes)) != 0)
    {
        throw std::runtime_error("cannot create " + name);
    }
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    std::memset(memory, 0, bytes);
    munmap(memory, bytes);
    ::close(file);
}

size_t open_files()
{
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(files), end(files)));
}

size_t mappings()
{
    std::ifstream maps("/proc/self/maps");
    std::string line;
    size_t count = 0;
    while (std::getline(maps, line))
    {
        ++count;
    }
    return count;
}

size_t files_in(const std::string &folder)
{
    const std::filesystem::directory_iterator files(folder);
    return static_cast<size_t>(std::distance(begin(files), end(files)));
}

/** Time `action` alone; `before` and `after` are not counted. */
template <typename Before, typename Action, typename After>
Samples timed(int count, Before before, Action action, After after)
{
    Samples samples;
    for (int index = 0; index < count; ++index)
    {
        before();
        const int64_t start_ns = now_ns();
        action();
        samples.push_back(1e-3 * static_cast<double>(now_ns() - start_ns));
        after();
    }
    return samples;
}

void open_and_close(const SegmentName &name)
{
    IMAGE image;
    Dao::check(daoShmShm2Img(name.c_str(), &image));
    Dao::check(daoShmCloseShm(&image));
}

void leaks(const Settings &settings, Report &report, const SegmentName &name)
{
    const int count = settings.scaled(10'000, 100);
    open_and_close(name);
    const size_t files = open_files(), maps = mappings(), entries = files_in(settings.folder);
    for (int index = 0; index < count; ++index)
    {
        open_and_close(name);
    }
    const auto left = static_cast<double>(open_files() - files + mappings() - maps);
    const auto left_files = static_cast<double>(files_in(settings.folder)) - static_cast<double>(entries);
    report.compare("descriptors and mappings remaining of " + std::to_string(count), {left, left, left}, "", 0, 0, "0");
    report.show("files remaining (other programs' included)", {left_files, left_files, left_files}, "");
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const SegmentName name(settings.folder, "life"), fresh(settings.folder, "fresh");
        const std::string bare = std::string(fresh) + ".bare";
        const Dao::Shm<float> shm(name, {10, 10});
        const size_t bytes = shm.info().mapped_bytes;
        uint32_t size[] = {10, 10};
        IMAGE image;
        const int count = settings.scaled(2000, 20);
        const auto nothing = [] {};
        pin_to_core(0);
        const auto figures = interleave(
            settings,
            {[&] { return timed(count, nothing, [&] { open_and_close(name); }, nothing); },
             [&] { return timed(count, nothing, [&] { open_bare(name.c_str()); }, nothing); },
             [&] {
                 return timed(
                     count, nothing,
                     [&] { Dao::check(daoShmImageCreate(&image, fresh.c_str(), 2, size, _DATATYPE_FLOAT, 1, 0)); },
                     [&] {
                         daoShmCloseShm(&image);
                         daoShmRemove(fresh.c_str());
                     });
             },
             [&] { return timed(count, nothing, [&] { create_bare(bare, bytes); }, [&] { unlink(bare.c_str()); }); }});
        Report report(settings, "open, close, create");
        report.compare("open + close", figures[0], "us", figures[1].median, 15, "<= 15 us");
        report.show("bare open, fstat, mmap, munmap, close", figures[1], "us");
        report.compare("create 10x10", figures[2], "us", figures[3].median, 25, "<= 25 us");
        report.show("bare create, fallocate, mmap, clear, close", figures[3], "us");
        leaks(settings, report, name);
        report.print();
    });
}
