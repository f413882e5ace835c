#include <daoBase.h> /* the older name of dao.h */

#include "whole_header.h"

#include <string.h>

/* Element types decide what is compiled. */
#if _DATATYPE_UINT8 != 1 || _DATATYPE_INT8 != 2 || _DATATYPE_UINT16 != 3 || _DATATYPE_INT16 != 4 ||   \
    _DATATYPE_UINT32 != 5 || _DATATYPE_INT32 != 6 || _DATATYPE_UINT64 != 7 || _DATATYPE_INT64 != 8 || \
    _DATATYPE_FLOAT != 9 || _DATATYPE_DOUBLE != 10 || _DATATYPE_COMPLEX_FLOAT != 11 || _DATATYPE_COMPLEX_DOUBLE != 12
#error "an element type has no code that the preprocessor knows"
#endif
#if SIZEOF_DATATYPE_UINT8 + SIZEOF_DATATYPE_INT8 != 2 || SIZEOF_DATATYPE_UINT16 + SIZEOF_DATATYPE_INT16 != 4 ||    \
    SIZEOF_DATATYPE_UINT32 + SIZEOF_DATATYPE_INT32 != 8 || SIZEOF_DATATYPE_UINT64 + SIZEOF_DATATYPE_INT64 != 16 || \
    SIZEOF_DATATYPE_FLOAT + SIZEOF_DATATYPE_DOUBLE != 12 || SIZEOF_DATATYPE_COMPLEX_FLOAT != 8 ||                  \
    SIZEOF_DATATYPE_COMPLEX_DOUBLE != 16 || Dtype != _DATATYPE_FLOAT || CDtype != _DATATYPE_COMPLEX_FLOAT
#error "an element type has no size that the preprocessor knows"
#endif

typedef IMAGE Images[NBIMAGES];
typedef float History[CIRCULAR_BUFFER_SIZE];

DLL_EXPORT int exported_by_program(void);
int exported_by_program(void)
{
    return 5;
}

void use_field_macros(void)
{
    const char *colours = ANSI_COLOR_RED ANSI_COLOR_ORANGE ANSI_COLOR_GREEN ANSI_COLOR_YELLOW ANSI_COLOR_BLUE;
    char name[DAO_SHM_NAME_LEN];
    const IMAGE *none = NULL;
    EXPECT(sizeof(Images) / sizeof(IMAGE) >= 10 && sizeof(History) / sizeof(float) == 1000);
    EXPECT(strstr(__FILENAME__, "whole_header_names.c") != NULL);
#ifdef __GNUC__
    EXPECT(strcmp(__FILENAME__, "whole_header_names.c") == 0);
#endif
    EXPECT(strlen(SHAREDMEMDIR) == 0 && exported_by_program() == 5);
    EXPECT(colours[0] == '\x1b' && strcmp(ANSI_COLOR_RESET, "\x1b[0m") == 0);
    EXPECT(sizeof name == sizeof none->name && sizeof name == sizeof none->md->name);
}

static void use_newest_writes(IMAGE *image, IMAGE *sum)
{
    float frame[24] = {1, 2, 3};
    IMAGE *inputs[2];
    inputs[0] = image;
    inputs[1] = image;
    EXPECT(daoShmSetData(image, frame, 24) == DAO_SUCCESS && daoShmGetCounter(image) == 1);
    EXPECT_ERROR(daoShmSetData(image, frame, (1ull << 32) + 24), DAO_E_RANGE); /* a count of 64 bits */
    EXPECT(daoShmSetDataPart(image, (char *)frame, 12, 0, 0, 2, 7) == DAO_SUCCESS);
    EXPECT(daoShmSetDataPart(image, (char *)frame, 12, 12, 1, 2, 7) == DAO_SUCCESS);
    EXPECT(daoShmSetDataPartFinalize(image) == DAO_SUCCESS && daoShmGetCounter(image) == 2);
    EXPECT(daoShmCombine(inputs, sum, 2, 24) == DAO_SUCCESS && sum->array.F[1] == 4.0f && sum->array.F[13] == 4.0f);
    EXPECT(daoShmPostLog(image) == DAO_SUCCESS);
}

static void use_newest_reads(IMAGE *image, IMAGE *reader)
{
    float frame[24] = {9};
    void *slot = NULL;
    uint32_t index = 99;
    uint64_t cnt0 = 99;
    EXPECT(daoShmGetDataNext(reader, &slot, &index, &cnt0) == DAO_NOTREADY && slot == NULL);
    EXPECT(daoShmSetData(image, frame, 24) == DAO_SUCCESS && daoShmSetData(image, frame, 24) == DAO_SUCCESS);
    EXPECT(daoShmWaitData(reader) == DAO_SUCCESS);
    EXPECT(daoShmGetDataNext(reader, &slot, &index, &cnt0) == DAO_SUCCESS && cnt0 == 3 && *(float *)slot == 9.0f);
    EXPECT(reader->fifo_last_read == index && reader->fifo_last_read_cnt0 == 3);
    EXPECT(daoShmCheckOverwrite(reader) == DAO_SUCCESS);
    EXPECT(daoShmGetData(reader, &slot, &index, &cnt0) == DAO_SUCCESS && cnt0 == 4);
    EXPECT(daoShmGetDataAt(reader, &slot, index + 3) == DAO_SUCCESS && slot == (void *)(reader->array.F + 24 * index));
    EXPECT(daoShmResetReadTail(reader, &index, &cnt0) == DAO_SUCCESS && cnt0 == 4);
    EXPECT(daoShmGetDataNext(reader, &slot, &index, &cnt0) == DAO_NOTREADY);
}

static void use_newest_waits(IMAGE *image, IMAGE *reader)
{
    float frame[24] = {0};
    struct timespec until;
    memset(&until, 0, sizeof until); /* long ago */
    EXPECT(daoShmWaitTimeout(reader, &until) == DAO_TIMEOUT);
    EXPECT_ERROR(daoShmWaitTimeout(reader, NULL), DAO_E_ARGUMENT);
    for (int wait = 0; wait < 3; ++wait)
    {
        EXPECT(daoShmSetData(image, frame, 24) == DAO_SUCCESS);
        if (wait == 0)
            EXPECT(daoShmWait(reader) == DAO_SUCCESS);
        else if (wait == 1)
            EXPECT(daoShmWaitTimeout(reader, &until) == DAO_SUCCESS); /* it is there */
        else
            EXPECT(daoShmWaitCounter(reader) == DAO_SUCCESS);
        EXPECT(daoShmWaitTimeout(reader, &until) == DAO_TIMEOUT); /* and was waited for */
    }
    EXPECT(daoShmWaitTargetCounter(reader, daoShmGetCounter(image)) == DAO_SUCCESS);
    EXPECT(daoShmPostSemAll(image) == DAO_SUCCESS && daoShmWaitTimeout(reader, &until) == DAO_TIMEOUT); /* no frame */
    EXPECT(daoShmClaimSem(reader) >= 0 && daoShmWaitTimeout(reader, &until) == DAO_TIMEOUT);
    EXPECT(daoShmPostSem(image, daoShmClaimSem(reader)) == DAO_SUCCESS && daoShmWait(reader) == DAO_SUCCESS);
    EXPECT(daoShmSetData(image, frame, 24) == DAO_SUCCESS && daoShmWait(reader) == DAO_SUCCESS);
    EXPECT(daoShmReleaseSem(reader) == DAO_SUCCESS);
}

void use_newest_names(void)
{
    IMAGE image, reader, sum, *line = NULL;
    uint32_t size[2] = {4, 6};
    const char *name = fresh_name(), *sum_name = fresh_name(), *line_name = fresh_name();
    EXPECT(daoShmCreateFifo(&image, name, 2, size, _DATATYPE_FLOAT, 1, 8, 3) == DAO_SUCCESS);
    EXPECT(image.md->fifo_size == 3 && image.md->NBkw == 8);
    EXPECT(daoShmCreate(&sum, sum_name, 2, size, _DATATYPE_FLOAT, 1, 0) == DAO_SUCCESS && sum.md->fifo_size == 1);
    EXPECT(daoShmCreateSem(&image, 4) == DAO_SUCCESS && image.md->sem == 4);
    use_newest_writes(&image, &sum);
    EXPECT(daoShmOpen(name, &reader) == DAO_SUCCESS);
    use_newest_reads(&image, &reader);
    use_newest_waits(&image, &reader);
    EXPECT(daoShmClose(&image) == DAO_SUCCESS && daoShmClose(&image) == DAO_SUCCESS);
    EXPECT(daoShmClose(&reader) == DAO_SUCCESS && daoShmClose(&sum) == DAO_SUCCESS);
    EXPECT_ERROR(daoShmWait(&reader), DAO_E_CLOSED);
    EXPECT(daoShmRemove(name) == DAO_SUCCESS && daoShmRemove(sum_name) == DAO_SUCCESS);
    EXPECT(daoShmCreate1D(line_name, 12, &line) == DAO_SUCCESS && line->md->size[0] == 12 && line->md->size[1] == 1);
    EXPECT(daoShmClose(line) == DAO_SUCCESS && daoShmRemove(line_name) == DAO_SUCCESS);
    free(line);
}
