// The extension: what this library adds behind DAO's layout. Described to the byte in docs/format.md.
// Words that different processes write often lie 128 bytes apart: processors fetch lines in pairs.
#pragma once

#include "dao.h"

#include <cstddef>
#include <cstdint>

namespace dao::format
{

constexpr uint64_t extension_magic = 0x3174784568734464; // "dDshExt1", little-endian
constexpr uint32_t extension_version = 2;
constexpr uint32_t reader_table_size = 128;
constexpr uint32_t more_readers_size = 512;
constexpr uint64_t extension_alignment = 64;

enum ExtensionFlag : uint32_t
{
    flag_dao_semaphores = 1,  // has DAO's named semaphores: DAO programs share it
    flag_named_semaphores = 2 // has named semaphores of its own: its maker's system knows no others
};

enum SegmentState : uint32_t
{
    state_live = 0,
    state_replaced = 1,
    state_removed = 2
};

// Who a process token stands for, beside the token itself: for processes elsewhere, which have to check it.
struct ProcessRecord
{
    uint64_t token;          // written last; 0: none
    uint64_t pid_namespace;  // where `pid` means something; 0 where there are none
    uint64_t time_namespace; // where `start_time` does
    uint32_t pid;
    uint32_t has_proof; // 1 while the process holds the file lock that only its death ends; 0 once it gave that back
    char name[DAO_READER_NAME_SIZE];
    uint64_t start_time; // of the process, as its system counts; 0: not known
    uint8_t reserved[56];
};

// One reader, on lines of its own: only its process writes them.
struct ReaderEntry
{
    uint64_t owner; // process token; 0 when free
    uint64_t last_counter;
    uint64_t missed;
    int64_t last_seen_ns;
    char name[DAO_READER_NAME_SIZE];
    uint64_t pid_namespace;
    uint64_t time_namespace;
    uint32_t pid;
    uint32_t has_proof;
    uint64_t start_time;
    uint8_t reserved[32];
};

// A keyword being written: redone by whoever finds that its writer died.
struct KeywordJournal
{
    uint32_t pending; // 1 while `keyword` is to be put at `index`
    uint32_t index;
    IMAGE_KEYWORD keyword;
};

struct Extension
{
    // what never changes after the segment is made
    uint64_t magic;
    uint32_t version;
    uint32_t size; // bytes, with the reader table
    uint64_t segment_id;
    uint64_t process_domain; // where the process ids in here mean something
    uint32_t flags;
    uint32_t reader_capacity;
    uint64_t data_offset;
    uint64_t slot_stride;
    uint32_t semaphore_layout; // whose `sem_t` lie in `native_semaphores`; 0: nobody's
    uint8_t reserved_constants[68];

    // what changes when the segment is reused, replaced or removed
    uint64_t epoch; // random and not 0 at first; grows whenever slots change otherwise than by a publish
    uint32_t generation;
    uint32_t state;     // SegmentState
    uint32_t resetting; // 1 while a reuse clears the segment
    uint8_t reserved_life[108];

    // the writer's
    uint64_t writer_lock;
    uint64_t last_writer; // process token
    uint64_t takeovers;
    uint32_t has_slice; // 1 once a slice of a rolling buffer was written: `cnt1` 0 alone does not tell
    uint32_t reserved_slice;
    uint64_t given_up; // number of the frame that was begun last and will not be finished; 0: none
    uint8_t reserved_writer[88];

    // for readers that spin, and nothing else on these lines
    uint64_t published; // `cnt0` of the newest frame
    uint8_t reserved_published[120];

    // the sleepers'
    uint32_t wait_word;       // what waiters sleep on; odd: somebody may be asleep
    uint32_t semaphores;      // bit k: semaphore k is posted; bit 10: the loggers'
    uint32_t mixed_libraries; // 1 once a process that cannot use `native_semaphores` opened it for writing
    uint32_t reserved_mixed;
    uint64_t claims[10]; // for each semaphore the process token of the handle that claimed it; 0: nobody's
    uint8_t reserved_wait[32];

    // keywords
    uint64_t keyword_lock;
    uint32_t keyword_sequence; // odd while one is written
    uint32_t reserved_sequence;
    KeywordJournal keyword_journal;
    uint8_t reserved_keywords[112];

    ProcessRecord writer; // the lock's holder, or who held it last

    uint8_t native_semaphores[16][64]; // the C library's own, which programs use themselves; the 11th is the loggers'
    uint8_t histograms[2048];          // reserved

    ReaderEntry readers[reader_table_size];
    uint64_t more_readers[more_readers_size]; // process tokens of readers for which the table had no room; 0: free
};

static_assert(sizeof(ProcessRecord) == 128);
static_assert(sizeof(ReaderEntry) == 128);
static_assert(sizeof(KeywordJournal) == 128);
static_assert(offsetof(ProcessRecord, pid) == 24);
static_assert(offsetof(ProcessRecord, name) == 32);
static_assert(offsetof(ProcessRecord, start_time) == 64);
static_assert(offsetof(ReaderEntry, start_time) == 88);
static_assert(offsetof(ReaderEntry, name) == 32);
static_assert(offsetof(ReaderEntry, pid_namespace) == 64);
static_assert(offsetof(Extension, semaphore_layout) == 56);
static_assert(offsetof(Extension, epoch) == 128);
static_assert(offsetof(Extension, generation) == 136);
static_assert(offsetof(Extension, state) == 140);
static_assert(offsetof(Extension, writer_lock) == 256);
static_assert(offsetof(Extension, given_up) == 288);
static_assert(offsetof(Extension, published) == 384);
static_assert(offsetof(Extension, wait_word) == 512);
static_assert(offsetof(Extension, semaphores) == 516);
static_assert(offsetof(Extension, mixed_libraries) == 520);
static_assert(offsetof(Extension, claims) == 528);
static_assert(offsetof(Extension, keyword_lock) == 640);
static_assert(offsetof(Extension, keyword_journal) == 656);
static_assert(offsetof(Extension, writer) == 896);
static_assert(offsetof(Extension, native_semaphores) == 1024);
static_assert(offsetof(Extension, histograms) == 2048);
static_assert(offsetof(Extension, readers) == 4096);
static_assert(offsetof(Extension, more_readers) == 4096 + 128 * reader_table_size);
static_assert(sizeof(Extension) == 24576);

}
