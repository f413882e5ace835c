#include "handle.hpp"

#include "lock_wait.hpp"

#include <nanobind/nanobind.h>
#include <new>
#include <thread>
#include <unordered_map>

namespace daopython
{

namespace
{

constexpr auto copy_limit = std::chrono::seconds(1);
constexpr auto close_interval = std::chrono::milliseconds(10);
constexpr auto close_limit_at_the_end = std::chrono::seconds(1);

std::atomic<uint64_t> handles{0};

// Guards root_ and places_ of all objects, briefly and with the interpreter held, so that it is free when Python forks.
alignas(std::mutex) unsigned char registry_mutex_place[sizeof(std::mutex)];
std::mutex *registry_mutex = new (registry_mutex_place) std::mutex;

using Registry = std::lock_guard<std::mutex>;

// The places of one thread, by the number of the object. They close with the thread.
struct ThreadPlaces
{
    uint64_t last_handle = 0;
    Place *last = nullptr;
    std::unordered_map<uint64_t, std::shared_ptr<Place>> by_handle;
    std::size_t tidy_at = 64;

    void add(uint64_t handle, std::shared_ptr<Place> place)
    {
        last_handle = 0; // its place may go
        if (by_handle.size() >= tidy_at)
        {
            // Those of objects that are gone; nobody else refers to them.
            std::erase_if(by_handle, [](const auto &entry) { return entry.second->is_closed(); });
            tidy_at = 2 * by_handle.size() + 64;
        }
        by_handle[handle] = std::move(place);
    }
    void drop(uint64_t handle)
    {
        last_handle = 0;
        by_handle.erase(handle);
    }
};

thread_local ThreadPlaces thread_places;

} // namespace

Handle::Handle() : number_(++handles) {}

Handle::~Handle()
{
    close();
    thread_places.drop(number_);
}

Failure Handle::closed_failure() const
{
    if (supply_ && supply_->is_supplying())
        return {DAO_E_NOT_READY, name_ + ": no frame has come yet, and so it has no shape; wait() waits for the first"};
    if (supply_ && supply_->has_begun())
        return {DAO_E_CLOSED, name_ + ": closed: subscribing ended before a frame came; expected an open segment"};
    if (supply_)
    {
        const std::string found = is_shared_ ? name_ + ": no such file" : "this shm has neither name nor data";
        return {DAO_E_CLOSED,
                found + ", and subscribing has not begun: it has no shape yet; expected subThread.start()"};
    }
    return {DAO_E_CLOSED, name_.empty() ? "this shm has neither name nor data: it has no shape yet"
                                        : name_ + ": closed; expected an open segment"};
}

Failure Handle::ended_failure() const
{
    return {DAO_E_REMOVED, name_ + ": the subscription that fills it has ended; expected one that goes on"};
}

void Handle::adopt(const std::string &name, bool is_shared)
{
    name_ = name;
    is_shared_ = can_be_replaced_ = is_shared;
    root_geometry_ = geometry_of(*root_);
    closed_.store(false);
    enter_this_thread();
}

void Handle::await(const std::string &name, std::shared_ptr<Supply> supply)
{
    close();
    Registry lock(*registry_mutex);
    name_ = name.empty() ? "private" : name;
    is_shared_ = !name.empty();
    supply_ = std::move(supply);
}

CopyOpener Handle::copy_opener()
{
    std::shared_ptr<Supply> supply;
    {
        Registry lock(*registry_mutex);
        supply = supply_;
    }
    return supply ? supply->opener() : CopyOpener();
}

bool Handle::is_awaiting()
{
    if (!is_closed())
        return false;
    Registry lock(*registry_mutex);
    return supply_ && supply_->is_supplying();
}

bool Handle::is_open_by_now()
{
    if (is_awaiting())
        open_awaited(0);
    return !is_closed();
}

bool Handle::open_awaited(int64_t timeout_ns)
{
    CopyOpener opener = copy_opener();
    if (!opener)
        throw closed_failure();
    std::optional<Dao::Image> opened;
    {
        Released released;
        opened = Dao::Image::open_by([&](IMAGE *image) { return opener(image, timeout_ns); });
        opener = nullptr;
    }
    {
        Registry lock(*registry_mutex);
        if (!supply_ || !opened)
            return false;
        if (is_closed()) // else another thread was first
        {
            root_ = std::move(opened);
            root_geometry_ = geometry_of(*root_);
            can_be_replaced_ = true;
            closed_.store(false);
        }
    }
    enter_this_thread(true);
    return true;
}

void Handle::open(const std::string &name, bool read_only)
{
    close();
    root_ = read_only ? Dao::Image::open_read_only(name) : Dao::Image(name);
    adopt(name, true);
}

void Handle::create(const std::string &name, const FrameShape &shape, const DAO_CREATE_OPTIONS &options)
{
    Dao::Shape size;
    for (int axis = 0; axis < shape.axes; ++axis)
    {
        if (shape.size[axis] > static_cast<Py_intptr_t>(UINT32_MAX))
            throw Failure(DAO_E_SHAPE, name + ": axis " + std::to_string(axis) + " has " +
                                           std::to_string(shape.size[axis]) + " elements; expected at most 4294967295");
        size.push_back(static_cast<uint32_t>(shape.size[axis]));
    }
    close();
    const bool is_shared = !name.empty();
    uint64_t bytes = options.depth * daoTypeSize(shape.type);
    for (const uint32_t elements : size)
        bytes *= elements;
    root_ = with_lock(bytes > short_copy_bytes, [&] {
        return is_shared ? Dao::Image(name, size, shape.type, options)
                         : Dao::Image::make_private("private", size, shape.type, options.depth,
                                                    static_cast<int>(options.keywords));
    });
    adopt(is_shared ? name : "private", is_shared);
}

void Handle::close()
{
    std::vector<std::shared_ptr<Place>> open_places;
    std::shared_ptr<Supply> supply;
    {
        Registry lock(*registry_mutex);
        supply = std::move(supply_);
        if (closed_.exchange(true))
            return;
        for (const std::weak_ptr<Place> &weak : places_)
            if (std::shared_ptr<Place> place = weak.lock())
                open_places.push_back(std::move(place));
        places_.clear();
        root_.reset();
    }
    for (const std::shared_ptr<Place> &place : open_places)
        // A thread that was left behind by a fork may hold its own indefinitely.
        if (place->forks == fork_count() || place->thread == this_thread())
            close_place(*place, open_places);
    thread_places.drop(number_);
}

// `others`: one of them may wait on behalf of this one, as the place does with which get_history() counts.
void Handle::close_place(Place &place, const std::vector<std::shared_ptr<Place>> &others)
{
    const auto begin = std::chrono::steady_clock::now();
    bool is_locked = place.mutex.try_lock();
    while (!is_locked)
    {
        for (const std::shared_ptr<Place> &other : others)
            other->interrupt();
        Released released;
        is_locked = place.mutex.try_lock_for(close_interval);
        // Threads of an interpreter that ends do not come back; the process is about to go.
        if (!is_locked && is_interpreter_ending() && std::chrono::steady_clock::now() - begin > close_limit_at_the_end)
            return;
    }
    place.close();
    place.mutex.unlock();
}

void Handle::reopen(Place &place)
{
    if (is_shared_)
        return place.reopen();
    const auto give_up = std::chrono::steady_clock::now() + copy_limit;
    for (;;)
    {
        CopyOpener opener = copy_opener();
        if (!opener)
            throw ended_failure();
        std::optional<Dao::Image> opened;
        {
            Released released;
            opened = Dao::Image::open_by([&](IMAGE *image) { return opener(image, 0); });
            opener = nullptr;
            // The old one is retired before the new one has its first frame.
            if (opened && opened->image()->md == place.image()->md)
                opened.reset();
            if (!opened)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (opened)
            place.change_to(std::move(*opened));
        else if (std::chrono::steady_clock::now() < give_up)
            continue;
        else
            throw Failure(DAO_E_REPLACED,
                          name_ +
                              ": cannot follow: replaced, and no frame of the new shape came within 1 s; expected one");
        Registry lock(*registry_mutex);
        root_ = place.duplicate();
        root_geometry_ = geometry_of(*root_);
        return;
    }
}

void Handle::reopen()
{
    {
        Registry lock(*registry_mutex);
        if (is_closed())
            throw closed_failure();
        if (!is_shared_)
            return;
        root_->reopen();
        root_geometry_ = geometry_of(*root_);
        reopened_.fetch_add(1);
    }
    Use use(*this);
}

std::shared_ptr<Place> Handle::make_place(bool from_first)
{
    Registry lock(*registry_mutex);
    if (is_closed())
        throw closed_failure();
    // Where opening it again fails, the place's first call says so.
    if (is_shared_ && follow.load() && root_->replaced() == DAO_REPLACED && daoShmReopen(root_->image()) == DAO_SUCCESS)
        root_geometry_ = geometry_of(*root_);
    auto place = std::make_shared<Place>(root_->duplicate(), root_geometry_);
    if (from_first)
        require(daoShmRewind(place->image()));
    else
        place->saw(daoShmGetCounter(place->image()));
    place->reopened = reopened_.load();
    place->forks = fork_count();
    add(place);
    return place;
}

void Handle::add(const std::shared_ptr<Place> &place)
{
    std::erase_if(places_, [](const std::weak_ptr<Place> &weak) { return weak.expired(); });
    places_.push_back(place);
}

void Handle::enter(const std::shared_ptr<Place> &place)
{
    Registry lock(*registry_mutex);
    if (is_closed())
        throw closed_failure();
    add(place);
}

std::shared_ptr<Place> Handle::enter_this_thread(bool from_first)
{
    std::shared_ptr<Place> place = make_place(from_first);
    place->thread = this_thread();
    thread_places.add(number_, place);
    return place;
}

std::shared_ptr<Place> Handle::shared_place_of_this_thread()
{
    const auto found = thread_places.by_handle.find(number_);
    if (found != thread_places.by_handle.end())
        return found->second;
    if (is_awaiting() && open_awaited(0)) // which enters it
        return thread_places.by_handle.at(number_);
    return enter_this_thread();
}

Place &Handle::place_of_this_thread()
{
    ThreadPlaces &mine = thread_places;
    if (mine.last_handle != number_)
    {
        mine.last = shared_place_of_this_thread().get();
        mine.last_handle = number_;
    }
    return *mine.last;
}

void repair_after_fork()
{
    note_fork();
    registry_mutex = new (registry_mutex_place) std::mutex;
}

} // namespace daopython
