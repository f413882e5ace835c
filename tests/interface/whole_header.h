/* What the files of the whole_header test share. They use every function and macro of dao.h; CMake checks that none is
   left out (names_used.cmake). */
#ifndef WHOLE_HEADER_H
#define WHOLE_HEADER_H

#include <dao.h>

#if !__has_include(<unistd.h>)
#include <process.h> /* getpid */
#endif

#ifdef __cplusplus
extern "C" {
#endif

void expect(int holds, const char *condition, const char *file, int line);
#define EXPECT(condition) expect((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
/** The call must fail with this cause and a message. */
#define EXPECT_ERROR(call, cause) EXPECT((call) == DAO_ERROR && daoLastErrorCode() == (cause) && *daoLastErrorMessage())

/** A path that no other test uses, in memory of this function until its fourth call from now. */
const char *fresh_name(void);
/** Make a segment of floats, shape (4, 6). */
void make_floats(IMAGE *image, const char *name, uint32_t depth);

void use_types_and_layout(void);
void use_life(void);
void use_errors(void);
void use_retiring(void);
void use_writes(void);
void use_packets_and_slices(void);
void use_waits(void);
void use_reads(void);
void use_keywords(void);
void use_readers(void);
void use_log(void);
void use_newest_names(void);
void use_field_macros(void);
/** In C++. */
void use_interrupt(void);

#ifdef __cplusplus
}
#endif

#endif
