/// The whole contract of the tool with the operating system. Nothing outside this folder includes a system header or
/// asks which system it is on: posix/ and windows/ implement this header, portable.cpp what is the same on both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daoshm
{

// ------------------------------------------------------------------------------------------------------ clocks

int64_t now_ns();    ///< nanoseconds since the epoch, the clock of acquisition times
int64_t steady_ns(); ///< nanoseconds on the monotonic clock
void sleep_ns(int64_t duration_ns);

/// Let this thread, which must not be late and does little, come before others where this user may ask for that.
void hasten_this_thread();
/// The same, before all threads that are not of a real-time class: only for one that waits for none of these but asleep.
void put_this_thread_first();

// -------------------------------------------------------------------------------------------------- interrupts

/// From now on Ctrl-C and its equivalents (SIGTERM; Ctrl-\, SIGHUP and closing a Windows console, unless nohup keeps them
/// off; the end of the processor time allowed, and what batch systems send before it) call `handler` instead of ending
/// the process: in a signal handler, or in a thread of the system's.
void on_interrupt(void (*handler)());
/// From now on Ctrl-Z calls `handler`, in a signal handler, instead of stopping the process; null: it stops it again.
void on_suspension(void (*handler)());
/// Stop as Ctrl-Z would have; returns when the process is continued. Not while there is a handler.
void suspend();
/// Ends the sleep_until_woken() under way, or the next one. For one thread that sleeps; may be called by the handlers above.
void wake_sleeper();
void sleep_until_woken(int64_t duration_ms);
/// Until standard input has something to read, or has ended. @return false when it was woken before
bool wait_for_input();

enum class OutputStream
{
    output,
    errors
};
/// After an interrupt: whether some hundred bytes are taken within a second. Who reads the pipe may have stopped, and a terminal
/// be paused: a process that is to end does not wait for them. Before an interrupt always true.
bool is_taken(OutputStream stream);
/// What standard output has not taken is lost, and what is written from now on.
void give_up_output();

/// From now on a write beyond the largest file size allowed fails like one to a full disk, and does not end the process.
void report_file_size_limit();

// ------------------------------------------------------------------------------------------- files and folders

/// Names are UTF-8 everywhere; how a std::string becomes a path differs between C++ libraries on Windows.
inline std::filesystem::path path_of(const std::string &name)
{
    return std::u8string(name.begin(), name.end());
}

/// The whole path, from the root, without "." and "..".
std::string absolute_path(const std::string &path);
/// TMPDIR, else /tmp, whether it exists or not. On Windows it throws when the environment names a folder that does not exist.
std::string temporary_folder();
/// Where segments are looked for: the temporary folder and, where it exists, /dev/shm.
std::vector<std::string> usual_folders();
/// The folder that a name means: on Windows /tmp is the temporary folder, as in the names of segments.
std::string folder_path(const std::string &folder);
/// Why the name of a machine leads to no address, as the system says; empty when it does. It may take many seconds.
std::string host_name_problem(const std::string &host);
/// Permissions as four octal digits; "-" where the system has no file modes.
std::string mode_text(const std::string &path);

/// May this user follow the symbolic link? Not one that somebody else made in a folder where anybody may make them.
bool may_follow_link(const std::string &path);

/// What became of the name that a file was opened by.
enum class NameState
{
    kept,
    moved,  ///< the file has another name now
    removed ///< it has none, and is gone when it is closed
};

/// A call on a file that failed: the file, what failed, and why.
class FileError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

/// A file being written, locked against a second writer until it is closed or the process ends. One thread may write
/// while another calls sync(). All calls throw FileError.
class OutputFile
{
  public:
    OutputFile() = default; ///< no file
    /// Make a file; whatever has the name already is an error.
    static OutputFile create(const std::string &path);
    static OutputFile open(const std::string &path);
    ~OutputFile() { close(); }
    OutputFile(OutputFile &&other) noexcept : path_(std::move(other.path_)), handle_(std::exchange(other.handle_, -1))
    {
    }
    OutputFile &operator=(OutputFile &&other) noexcept
    {
        close();
        path_ = std::move(other.path_);
        handle_ = std::exchange(other.handle_, -1);
        return *this;
    }

    bool is_open() const { return handle_ != -1; }
    const std::string &path() const { return path_; }
    NameState name_state() const;
    uint64_t size_bytes() const;
    void read(uint64_t offset, void *data, uint64_t size_bytes) const;
    void write(uint64_t offset, const void *data, uint64_t size_bytes);
    /// Make it at least that long, with its space allocated, so that writing there cannot find the disk full. Where the
    /// file system cannot promise this it only becomes longer. Unchanged when it fails.
    void reserve(uint64_t size_bytes);
    void resize(uint64_t size_bytes);
    /// What was written survives a power cut from now on.
    void sync();
    /// Give it that name, in place of a file that has it.
    void rename(const std::string &path);
    void close() noexcept;

  private:
    OutputFile(std::string path, intptr_t handle) : path_(std::move(path)), handle_(handle) {}
    void lock() const;

    std::string path_;
    intptr_t handle_ = -1;
};

/// Is it open as an OutputFile, in whatever process?
bool is_being_written(const std::string &path);

/// The names in the folder of `path`, those of new, renamed and removed files, survive a power cut from now on.
void sync_folder_of(const std::string &path);

// ---------------------------------------------------------------------------------------------------- terminal

struct TerminalSize
{
    int columns;
    int rows;
};

enum class ColourDepth
{
    none,
    indexed, ///< 256 colours
    direct   ///< 24 bits
};

enum class Style
{
    plain,
    bold,
    dim,
    good,
    warning,
    bad,
    accent
};

/// Why the last call of the C library failed.
std::string last_error_text();
/// Whether it failed as an interrupt came.
bool was_call_interrupted();
/// An environment variable; empty when it is not set.
std::string environment(const char *name);

/// Called first of all: output is UTF-8, and bytes are written as they are. A standard stream that is closed stays so:
/// no file that is opened takes its place. Writing to a pipe that nobody reads is an error, not the end of the process.
void start_terminal();
bool input_is_terminal();
bool output_is_terminal();
bool errors_are_terminal();
/// Draws on the terminal that standard error is, as far as it takes that at once: one that is paused, or far away, is not
/// waited for.
void draw_on_errors(const std::string &text);
/// Columns of the terminal that standard error is.
int error_columns();
/// How many a character takes there; 1 where that is not known.
int columns_of(uint32_t character);
/// 80 x 24 where standard output is not a terminal.
TerminalSize terminal_size();
/// `none` where standard output is not a terminal or does not know control sequences, and wherever NO_COLOR is set.
ColourDepth terminal_colours();

/// The full-screen view of top, over curses or the Windows console: begin, put coloured text, read keys, end. One at a
/// time, and only where output_is_terminal(). The constructor throws std::runtime_error when the terminal is not
/// usable.
class FullScreen
{
  public:
    FullScreen();
    ~FullScreen();
    FullScreen(const FullScreen &) = delete;
    FullScreen &operator=(const FullScreen &) = delete;

    TerminalSize size() const;
    void clear();
    /// Put text at a position, cut at the right edge.
    void put(int row, int column, const std::string &text, Style style = Style::plain, bool is_reversed = false);
    void show();

    static constexpr int no_key = -1;
    static constexpr int up = 1000;
    static constexpr int down = 1001;
    static constexpr int left = 1002;
    static constexpr int right = 1003;
    static constexpr int page_up = 1004;
    static constexpr int page_down = 1005;
    static constexpr int backspace = 1006;
    static constexpr int enter = 1007;
    static constexpr int escape = 1008;
    static constexpr int resized = 1009;
    static constexpr int closed = 1010; ///< there will be no more keys
    /// A character or one of the above; `no_key` when none comes within `timeout_ms`.
    int key(int timeout_ms);
};

// ------------------------------------------------------------------------------------ libraries loaded at run time

/// A shared library, which stays loaded; null, and the system's reason, when it cannot be.
void *load_library(const char *name, std::string &reason);
/// A function of it or of the libraries that it needs; null when they have none of that name.
void *find_symbol(void *library, const char *name);
/// Aravis, for cameras: the name of the library, and what installs it.
extern const char *const aravis_library;
extern const char *const aravis_package;

// ------------------------------------------------------------------- what the system reports, for doctor and bench

/// A finding and its remedy, in the system's own terms. Where the system does not report something there is no advice.
struct Advice
{
    std::string check; ///< what was checked, in a word or two
    std::string what;
    std::string remedy;
};

/// When segments are slow in the place of `path`; and the text for when they are not.
std::optional<Advice> storage_advice(const std::string &path);
extern const char *const storage_is_fine;
/// When every user may write the file.
std::optional<Advice> permission_advice(const std::string &path);
/// When the processor saves power.
std::optional<Advice> power_advice();
/// When this user lacks rights that real-time programs need.
std::vector<Advice> limit_advice();
/// The text for when there is advice neither on power nor on limits.
extern const char *const machine_is_fine;
/// When a service of the system removes some of these files though they are in use.
std::vector<Advice> removal_advice(const std::vector<std::string> &paths);

/// The path as one word of a command that a user may paste into a shell: whoever may make a file chooses its name.
std::string shell_quoted(const std::string &path);

/// How to free space in the folder, to give this user access to a file, to remove a file.
std::string space_remedy(const std::string &folder);
std::string access_remedy(const std::string &path);
std::string removal_remedy(const std::string &path);

/// DAO's named semaphores, where they outlive their processes: their names, without "sem." and the number.
std::set<std::string> semaphore_groups();
/// How to remove those of a group.
std::string semaphores_remedy(const std::string &group);
/// The files of a group.
std::vector<std::string> semaphore_files(const std::string &group);

/// Those of `paths` that other processes have mapped, as far as this user may see.
std::set<std::string> mapped_files(const std::set<std::string> &paths);
/// May this user see what every process has mapped?
bool sees_all_processes();

}
