// The module daoShm._core: names, arguments and docstrings.
#include <cstring>

#include "calling.hpp"
#include "lock_wait.hpp"
#include "segment.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using daopython::Canceller;
using daopython::Failure;
using daopython::FrameReader;
using daopython::HistoricWait;
using daopython::Lent;
using daopython::Region;
using daopython::Segment;

namespace
{

/// Set the Python error that fits. Making it runs Python code, and with it the handlers of signals: what they raise comes
/// instead.
void set_error(const Failure &failure)
{
    try
    {
        const nb::object made =
            daopython::call_python(nb::module_::import_("daoShm.errors").attr("make"), static_cast<int>(failure.code()),
                                   daopython::text_of(failure.what(), std::strlen(failure.what())));
        PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(made.ptr())), made.ptr());
    }
    catch (nb::python_error &error)
    {
        error.restore();
    }
}

/// At the end of the program the connections of its copies are closed: the daemon threads that wait for their frames end
/// without a traceback, as with sys.exit().
bool ends_thread(const Failure &failure)
{
    const bool is_of_the_end = failure.code() == DAO_E_CLOSED || failure.code() == DAO_E_REMOVED;
    return is_of_the_end && daopython::is_program_ending() && !daopython::in_main_thread();
}

void translate(const std::exception_ptr &error, void *)
{
    try
    {
        std::rethrow_exception(error);
    }
    catch (const Failure &failure)
    {
        if (ends_thread(failure))
            PyErr_SetNone(PyExc_SystemExit);
        else
            set_error(failure);
    }
}

void bind_constants(nb::module_ &module)
{
    module.attr("DAO_SUCCESS") = DAO_SUCCESS;
    module.attr("DAO_ERROR") = DAO_ERROR;
    module.attr("DAO_TIMEOUT") = DAO_TIMEOUT;
    module.attr("DAO_OVERWRITE") = DAO_OVERWRITE;
    module.attr("DAO_NOTREADY") = DAO_NOTREADY;
    module.attr("DAO_INTERRUPTED") = DAO_INTERRUPTED;
    module.attr("DAO_REPLACED") = DAO_REPLACED;
    module.attr("DAO_REMOVED") = DAO_REMOVED;
    module.attr("DAO_OUTRUN") = DAO_OUTRUN;
    module.attr("DAO_WARNING") = DAO_WARNING;
    module.attr("DAO_INFO") = DAO_INFO;
    module.attr("DAO_DEBUG") = DAO_DEBUG;
    module.attr("DAO_TRACE") = DAO_TRACE;
    module.attr("DAO_SHM_NAME_LEN") = DAO_SHM_NAME_LEN;
    module.attr("IMAGE_NB_SEMAPHORE") = IMAGE_NB_SEMAPHORE;
}

void bind_errors(nb::module_ &module)
{
    nb::enum_<DAO_ERROR_CODE>(module, "ErrorCode", nb::is_arithmetic(), "What went wrong, in stable numbers.")
        .value("NONE", DAO_E_NONE)
        .value("ARGUMENT", DAO_E_ARGUMENT)
        .value("CLOSED", DAO_E_CLOSED)
        .value("NAME", DAO_E_NAME)
        .value("NOT_FOUND", DAO_E_NOT_FOUND)
        .value("PERMISSION", DAO_E_PERMISSION)
        .value("EXISTS", DAO_E_EXISTS)
        .value("NO_SPACE", DAO_E_NO_SPACE)
        .value("NO_MEMORY", DAO_E_NO_MEMORY)
        .value("SYSTEM", DAO_E_SYSTEM)
        .value("FORMAT", DAO_E_FORMAT)
        .value("FOREIGN", DAO_E_FOREIGN)
        .value("TYPE", DAO_E_TYPE)
        .value("SHAPE", DAO_E_SHAPE)
        .value("RANGE", DAO_E_RANGE)
        .value("SEMAPHORE", DAO_E_SEMAPHORE)
        .value("KEYWORD", DAO_E_KEYWORD)
        .value("READ_ONLY", DAO_E_READ_ONLY)
        .value("BUSY", DAO_E_BUSY)
        .value("STATE", DAO_E_STATE)
        .value("TIMEOUT", DAO_E_TIMEOUT)
        .value("OVERWRITE", DAO_E_OVERWRITE)
        .value("NOT_READY", DAO_E_NOT_READY)
        .value("INTERRUPTED", DAO_E_INTERRUPTED)
        .value("REPLACED", DAO_E_REPLACED)
        .value("REMOVED", DAO_E_REMOVED)
        .value("UNSUPPORTED", DAO_E_UNSUPPORTED)
        .value("OUTRUN", DAO_E_OUTRUN)
        .value("VERSION", DAO_E_VERSION)
        .value("NETWORK", DAO_E_NETWORK)
        .value("KEY", DAO_E_KEY);
}

void bind_module_functions(nb::module_ &module)
{
    module.def("version", &daoVersion, "The version of the library, such as \"1.0.0\".");
    module.def(
        "_remove",
        [](const nb::bytes &name) {
            const std::string path(name.c_str(), name.size());
            daopython::with_lock(false, [&] { daopython::require(daoShmRemove(path.c_str())); });
        },
        "name"_a);
    module.def("set_log_level", &daoSetLogLevel, "level"_a, "Set what programs in C print through dao.h: 0 to 3.");
    module.def("flag", &daopython::flag, "value"_a.none(), "what"_a,
               "True or False from a bool, or 1 or 0. Raises TypeError for anything else.");
    module.def("truth", &daopython::truth, "value"_a.none(), "what"_a,
               "Whether Python takes a value for true. Raises TypeError for what it takes for neither.");
    module.def("log_level", &daoGetLogLevel, "What set_log_level() set.");
    module.def("_set_main_thread", &daopython::set_main_thread, "identity"_a);
    module.def("_after_fork", &daopython::repair_after_fork);
    module.def("_note_program_end", &daopython::note_program_end);
    nb::list names;
    for (unsigned type = 0; type < 256; ++type)
        if (const char *name = daoTypeName(static_cast<uint8_t>(type)))
            names.append(name);
    module.attr("ELEMENT_TYPES") = nb::tuple(names);
}

using Class = nb::class_<Segment>;

void bind_reading(Class &segment)
{
    segment.def(
        "get_data",
        [](Segment &self, nb::handle check, nb::handle reform, nb::handle semaphore, nb::handle timeout,
           nb::handle spin, nb::handle out, nb::handle x, nb::handle y) {
            if (x.is_none() && y.is_none())
                return self.get_data(check, reform, {semaphore, timeout, spin}, out);
            if (!out.is_none())
                throw Failure(DAO_E_ARGUMENT, "out is given together with x or y; expected one of them");
            return self.get_part(check, reform, {semaphore, timeout, spin}, Region(x, y));
        },
        "check"_a.none() = false, "reform"_a.none() = true, "semNb"_a.none() = nb::none(), "timeout"_a.none() = 0,
        "spin"_a.none() = false, "out"_a.none() = nb::none(), "x"_a.none() = nb::none(), "y"_a.none() = nb::none(),
        "Copy the newest frame, whole: an ndarray of the segment's shape and dtype.\n\n"
        "check: first wait for a frame that this thread has not read, for at most timeout seconds (0 and None: no\n"
        "limit). Returns None when the time is up. semNb: None, any number of readers; or wait on that semaphore, 0\n"
        "to 9, one reader each, which may still be posted for an earlier frame. spin: wait spinning. reform: False\n"
        "for a flat array (1 axis). out: an array of the frame's shape and dtype to copy into, whatever reform is.\n"
        "x, y: slices of the second and the first axis (of 1 axis: x); only that part is copied, of one frame.\n"
        "Before the first frame: what the segment was made with, zeros.\n\n"
        "Raises DaoError when no whole frame can be had: its writer died in the middle of it or holds a loan, or a\n"
        "flat-out writer leaves no time (a depth of 2 or more prevents these), or when the segment was removed;\n"
        "ValueError when closed.");
    segment.def(
        "get_data_next",
        [](Segment &self, nb::handle wait, nb::handle reform, nb::handle x, nb::handle y) {
            return self.get_data_next(wait, reform, Region(x, y));
        },
        "wait"_a.none() = false, "reform"_a.none() = true, "x"_a.none() = nb::none(), "y"_a.none() = nb::none(),
        "Copy the frame after the last one that this thread read in order: (status, ndarray of the segment's\n"
        "shape and dtype).\n\n"
        "Status is DAO_SUCCESS; DAO_NOTREADY, and None for the array, when there is none yet and wait is False;\n"
        "DAO_OVERWRITE when the writer lapped this reader: the array is then the oldest frame that is still whole.\n"
        "reform: False for a flat array. x, y: a part of the frame, as in get_data(). Raises ValueError when closed,\n"
        "DaoError when the segment was removed.");
    segment.def(
        "get_data_arbitrary",
        [](Segment &self, nb::handle index, nb::handle x, nb::handle y) {
            return self.get_data_arbitrary(index, Region(x, y));
        },
        "index"_a.none(), "x"_a.none() = nb::none(), "y"_a.none() = nb::none(),
        "Copy what slot index (modulo depth) holds, whole: an ndarray of the segment's shape and dtype.\n\n"
        "x, y: a part of the frame, as in get_data(). Raises DaoError with code OUTRUN when the writer overwrites\n"
        "it over and over for 100 ms or more, and NOT_READY when it stays half written, or was given up.");
    segment.def(
        "get_history",
        [](Segment &self, nb::handle frames, nb::handle check, nb::handle semaphore, nb::handle timeout,
           nb::handle spin, nb::handle buffer, nb::handle x,
           nb::handle y) { return self.get_history(frames, check, {semaphore, timeout, spin}, buffer, Region(x, y)); },
        "num_items"_a.none() = 1, "check"_a.none() = false, "semNb"_a.none() = nb::none(), "timeout"_a.none() = 0,
        "spin"_a.none() = false, "buffer"_a.none() = false, "x"_a.none() = nb::none(), "y"_a.none() = nb::none(),
        "Copy the last num_items frames: an ndarray of shape ``(num_items, *shape)``, oldest first, without a gap.\n\n"
        "num_items: 1 to depth; where fewer were published, the oldest are zeros. check, semNb, timeout (seconds,\n"
        "0 and None: no limit) and spin wait for a frame first, as in get_data(). buffer: wait instead until\n"
        "num_items frames were published since this thread's last call (the first call: since then). x, y: a part\n"
        "of each frame, as in get_data(). Returns None when the time is up.\n\n"
        "Raises ValueError for other num_items, DaoError when the writer is too fast to copy that many.");
    segment.def("view", &Segment::view, "writable"_a.none() = false,
                "The newest slot itself, without a copy: an ndarray of the segment's shape and dtype.\n\n"
                "The writer may overwrite it: ask is_whole() after you have used it. Read-only unless\n"
                "writable. The memory stays valid after close() and after this object is gone.\n\n"
                "Raises PermissionError for a writable view of a segment that is open for reading only.");
    segment.def("is_whole", &Segment::is_whole, "view"_a.none() = nb::none(),
                "Whether a view, or the array that a part of one was taken from, is still the frame that view() gave:\n"
                "no writer has overwritten it. Without an argument: the last one that view() gave this thread.\n\n"
                "Also False when the segment was replaced since and this object went on to the new one.\n"
                "Raises TypeError for any other object.");
    segment.def("reset_tail", &Segment::reset_tail,
                "Go on reading in order (get_data_next()) after the newest frame. Returns the status, DAO_SUCCESS.");
    segment.def("get_counter", &Segment::counter, "Frames published so far (cnt0), 0 before the first.");
    segment.def("get_frame_id", &Segment::frame_id, "The newest frame's id or number of events (cnt2).");
    segment.def(
        "wait", &Segment::wait, "timeout"_a.none() = nb::none(), "mode"_a.none() = "sleep",
        "Wait for a frame newer than the last one that this thread read or waited for. Any number of readers.\n\n"
        "The frame stays unread: get_data(check=True) and get_data_next() give it at once.\n\n"
        "timeout: seconds; None: no limit, 0: only look. mode: \"sleep\"; \"spin\", the lowest latency with\n"
        "one core busy; \"adaptive\", which learns the frame period: nearly that latency for a fraction of\n"
        "the core. Returns True, or False when the time is up.\n\n"
        "Raises DaoError with code REPLACED (unless follow) or REMOVED when the segment goes.");
}

void bind_writing(Class &segment)
{
    segment.def("set_data", &Segment::set_data, "data"_a.none(), nb::kw_only(), "frame_id"_a.none() = nb::none(),
                "acquisition_time_ns"_a.none() = nb::none(),
                "Publish a frame: any array or nested list of the segment's shape whose type casts safely; where all\n"
                "axes but one are 1, on both sides, any shape of as many elements.\n\n"
                "frame_id: its cnt2. acquisition_time_ns: nanoseconds since the Unix epoch, else the time now.\n\n"
                "Raises ValueError for another shape and TypeError for another type, naming both sides;\n"
                "PermissionError when the segment is open for reading only; TimeoutError when another writer kept it\n"
                "locked for 5 s. Nothing is written then.");
    segment.def(
        "write_slice", &Segment::write_slice, "data"_a.none(),
        "Write the next slice of a rolling buffer and publish: shape (n, y, x) takes slices of shape (y, x).\n\n"
        "Its index is cnt1. Raises ValueError when the segment has not 3 axes or the shape differs, TypeError\n"
        "for a type that does not cast safely.");
    segment.def("post", &Segment::post, "semNb"_a.none(),
                "Post semaphore semNb without publishing. Raises ValueError when the segment does not have it.");
    segment.def(
        "unlock", [](Segment &self, nb::handle force) { self.unlock(daopython::truth(force, "force")); },
        "force"_a.none() = false,
        "Free the locks of a writer of unknown state, and repair what it left half done.\n\n"
        "info says who that is: writer_pid, writer_name, and writer_alive, None where that is not known. Locks of\n"
        "dead processes need no such help. force: also when the writer lives; it gives its frame up, which may be\n"
        "torn. Does nothing where nothing is locked.\n\n"
        "Raises TimeoutError when the writer is proven alive, PermissionError when the segment is open for reading\n"
        "only, NotImplementedError for segments made by DAO.");
    segment.def("_begin_write", &Segment::begin_write);
    segment.def("_commit_write", &Segment::commit_write, "lent"_a, "frame_id"_a.none(), "acquisition_time_ns"_a.none());
    segment.def("_abort_write", &Segment::abort_write, "lent"_a);
}

void bind_describing(Class &segment)
{
    segment.def(
        "get_meta_data", &Segment::meta_data, "index"_a.none() = nb::none(),
        "The metadata of the newest frame, or of slot index (modulo depth): a dict with IMAGE_METADATA's names.\n\n"
        "Of these, size is the shape with 0 for an unused axis; creation_time and last_access are seconds\n"
        "since the Unix epoch; atime[\"tsfixed\"][\"secondlong\"] is the acquisition time in nanoseconds.");
    segment.def_prop_ro("info", &Segment::info,
                        "How the segment is doing: a dict with its writer, its readers' number, depth, generation and\n"
                        "state (\"live\", \"replaced\" or \"removed\"). writer_alive is None where that is not known.");
    segment.def_prop_ro("shape", &Segment::shape, "The frame's shape, slow axis first: a tuple of 1 to 3 integers.");
    segment.def_prop_ro("dtype", &Segment::dtype, "The numpy.dtype of the frame's elements.");
    segment.def_prop_ro("counter", &Segment::counter, "Frames published so far (cnt0), 0 before the first.");
    segment.def_prop_ro(
        "missed", &Segment::missed,
        "Frames that this thread never read through this object, between its first and the newest that it read.");
    segment.def_prop_ro(
        "depth", [](Segment &self) { return daopython::Handle::Use(self.handle())->depth; },
        "Number of slots: how many frames the segment holds.");
    segment.def_prop_ro(
        "read_only", [](Segment &self) { return daopython::Handle::Use(self.handle())->read_only; },
        "Whether the segment is open for reading only.");
    segment.def_prop_ro(
        "closed", [](Segment &self) { return !self.handle().is_open_by_now() && !self.handle().is_awaiting(); },
        "Whether there is no open segment, and none awaited from the network.");
    segment.def_prop_rw(
        "follow", [](Segment &self) { return self.handle().follow.load(); },
        [](Segment &self, nb::handle on) { self.handle().follow.store(daopython::flag(on, "follow")); },
        nb::for_setter(nb::arg("on").none()),
        "Whether reads, writes and waits go on by themselves in a segment that replaced this one.");
    segment.def_prop_ro(
        "sem", &Segment::claimed_semaphore,
        "The semaphore that is this thread's own, claimed with the first use; -1 when none is left. It stays so until\n"
        "close() or the end of the thread. To wait, none is needed.");
    segment.def("sem_in_use", &Segment::is_semaphore_in_use, "semNb"_a.none(),
                "Whether a process that may be alive has claimed semaphore semNb.");
    segment.def("sem_users", &Segment::semaphore_users,
                "Who has claimed semaphores: a dict from each one's number to a list of process ids.");
    segment.def("_image", &Segment::image);
    segment.def("_is_awaiting",
                [](Segment &self) { return !self.handle().is_open_by_now() && self.handle().is_awaiting(); });
    segment.def("_readers", &Segment::readers);
    segment.def("_acquisition_time_ns", &Segment::acquisition_time_ns);
    segment.def("_keyword", &Segment::keyword, "name"_a.none());
    segment.def("_keyword_at", &Segment::keyword_at, "index"_a);
    segment.def("_keyword_count", &Segment::keyword_count);
    segment.def("_set_keyword", &Segment::set_keyword, "name"_a.none(), "value"_a.none(), "comment"_a.none());
    segment.def("_set_keywords", &Segment::set_keywords, "entries"_a, "only_these"_a);
    segment.def("_remove_keyword", &Segment::remove_keyword, "name"_a.none());
}

// A segment may refer to its own iterator. What is cleared to free both is the segment's dictionary.
int traverse_frame_reader(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    if (nb::inst_ready(self))
        Py_VISIT(nb::inst_ptr<FrameReader>(self)->kept().ptr());
    return 0;
}

PyType_Slot frame_reader_slots[] = {{Py_tp_traverse, reinterpret_cast<void *>(&traverse_frame_reader)}, {0, nullptr}};

void bind_helpers(nb::module_ &module)
{
    nb::class_<Canceller>(module, "Canceller", "Ends the waits that it was passed to, from another thread.")
        .def(nb::init<>())
        .def("cancel", &Canceller::cancel, "End those waits at once: they return False.");
    nb::class_<Lent>(module, "Lent", "A slot that is lent to be filled in place.")
        .def_prop_ro("frame", [](Lent &self) { return self.frame; }, "The slot as a writable array.");
    nb::class_<FrameReader>(module, "FrameReader", "Frame after frame of a segment, from now on.",
                            nb::type_slots(frame_reader_slots))
        .def(nb::init<Segment &>(), "segment"_a)
        .def("read", &FrameReader::read, "timeout"_a.none(), "mode"_a.none(),
             "The next frame: (array, counter, missed), or None when the time is up.")
        .def("wait", &FrameReader::wait, "timeout"_a.none(), "mode"_a.none(), "canceller"_a.none(),
             "Wait for a frame that read() gives. False when the time is up or it was cancelled.");
}

} // namespace

NB_MODULE(_core, module)
{
    // A thread that waits while the program ends keeps what it uses.
    nb::set_leak_warnings(false);
    if (!daopython::load_numpy())
        throw nb::python_error();
    module.doc() = "The part of daoShm that is written in C++: a thin layer over dao.h.";
    nb::register_exception_translator(translate);
    bind_constants(module);
    bind_errors(module);
    bind_module_functions(module);

    Class segment(module, "Segment", "An open segment: what shm is made of. Use shm.");
    segment.def(nb::init<>());
    segment.def("_open", &Segment::open, "name"_a, "read_only"_a);
    segment.def("_create", &Segment::create, "name"_a, "frame"_a, "keywords"_a, "depth"_a, "file_mode"_a,
                "compatibility"_a, "exclusive"_a);
    segment.def("close", &Segment::close,
                "Close this object; the segment stays. A loan is given back, and waits of other threads end with\n"
                "ValueError. A second close does nothing. Views keep their memory.");
    segment.def(
        "reopen", &Segment::reopen,
        "Open the segment that has the name now, for all threads. Raises FileNotFoundError when there is none;\n"
        "the old one then stays open.");
    bind_reading(segment);
    bind_writing(segment);
    bind_describing(segment);
    bind_helpers(module);
    daopython::bind_network(module);
}
