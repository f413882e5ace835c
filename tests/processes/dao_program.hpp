// A process of DAO's, simulated: it maps the structs, makes a segment in place, writes by plain stores, and waits and posts by
// named semaphores. Uses nothing of the library's.
#pragma once

#include "dao_semaphores.hpp"
#include "frames.hpp"
#include "harm_posix.hpp"
#include "system_posix.hpp"
#include "timing.hpp"

#include <array>
#include <atomic>
#include <fcntl.h>
#include <semaphore.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace test
{

/** Its frames are of uint32, of any shape. */
class DaoProgram
{
  public:
    /** Opens the segment; its semaphores are made where they are missing. */
    explicit DaoProgram(const std::string &segment) : name_(segment) { map(); }
    DaoProgram(const DaoProgram &) = delete;
    DaoProgram &operator=(const DaoProgram &) = delete;
    ~DaoProgram() { unmap(); }

    /** Makes the segment again in place, whoever has it open, and goes on with that. */
    void make_again(const DaoSegment &segment)
    {
        unmap();
        test::make_again(name_, segment);
        map();
    }

    void publish(uint32_t number)
    {
        const uint32_t last = metadata_->fifo_last_written;
        const uint32_t slot = (last + 1) % metadata_->fifo_size;
        std::atomic_ref<uint8_t>(metadata_[slot].write).exchange(1); // what follows stays behind it
        fill(data(slot), size(), number);
        metadata_[slot].atime.tsfixed.secondlong = number;
        std::atomic_ref<uint64_t>(metadata_[slot].cnt0).store(metadata_[last].cnt0 + 1);
        std::atomic_ref<uint32_t>(metadata_->fifo_last_written).store(slot);
        std::atomic_ref<uint8_t>(metadata_[slot].write).store(0);
        for (sem_t *semaphore : semaphores_)
            if (semaphore_value(semaphore) < SEMAPHORE_MAXVAL)
                sem_post(semaphore);
    }

    bool wait(size_t number) { return take_semaphore(semaphores_[number], 60 * second_ns); }
    /** Looks at the counter again and again. */
    bool spin_until(uint64_t counter)
    {
        return eventually([&] { return newest_counter() >= counter; }, std::chrono::seconds(20));
    }
    int value(size_t number) { return semaphore_value(semaphores_[number]); }

    uint64_t newest_counter() const
    {
        const uint32_t newest = std::atomic_ref<uint32_t>(metadata_->fifo_last_written).load();
        return std::atomic_ref<uint64_t>(metadata_[newest].cnt0).load();
    }
    bool newest_is(uint32_t number) const { return is_frame(data(metadata_->fifo_last_written), size(), number); }

  private:
    void map()
    {
        const int file = open(name_.c_str(), O_RDWR);
        struct stat found = {};
        fstat(file, &found);
        bytes_ = static_cast<size_t>(found.st_size);
        map_ = static_cast<unsigned char *>(mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
        close(file);
        metadata_ = reinterpret_cast<IMAGE_METADATA *>(map_);
        for (size_t index = 0; index < which_semaphores.size(); ++index)
            semaphores_[index] = sem_open(semaphore_name(name_, which_semaphores[index]).c_str(), O_CREAT, 0600, 0);
    }
    void unmap()
    {
        for (sem_t *semaphore : semaphores_)
            sem_close(semaphore);
        munmap(map_, bytes_);
    }
    uint64_t size() const { return metadata_->nelement; }
    uint32_t *data(uint32_t slot) const
    {
        return reinterpret_cast<uint32_t *>(map_ + metadata_->fifo_size * sizeof(IMAGE_METADATA)) + slot * size();
    }

    std::string name_;
    size_t bytes_ = 0;
    unsigned char *map_ = nullptr;
    IMAGE_METADATA *metadata_ = nullptr;
    std::array<sem_t *, 11> semaphores_{};
};

}
