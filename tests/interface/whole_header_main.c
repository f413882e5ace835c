#include "whole_header.h"
#include <dao.h> /* a second time on purpose */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

void expect(int holds, const char *condition, const char *file, int line)
{
    if (!holds)
    {
        ++failures;
        fprintf(stderr, "%s:%d: does not hold: %s (last message: %s)\n", file, line, condition, daoLastErrorMessage());
    }
}

const char *fresh_name(void)
{
    static char names[4][80];
    static int counter;
    char *name = names[counter % 4];
    snprintf(name, sizeof names[0], "/tmp/whole_header_%ld_%d.im.shm", (long)getpid(), counter);
    ++counter;
    return name;
}

void make_floats(IMAGE *image, const char *name, uint32_t depth)
{
    uint32_t size[2] = {4, 6};
    EXPECT(daoShmImageCreate_FIFO(image, name, 2, size, _DATATYPE_FLOAT, 1, 8, depth) == DAO_SUCCESS);
}

static void use_type(const char *type_name, uint8_t code, size_t bytes)
{
    IMAGE image;
    const char *name = fresh_name();
    uint32_t size[3] = {2, 3, 4};
    EXPECT(daoTypeSize(code) == bytes);
    EXPECT(strcmp(daoTypeName(code), type_name) == 0);
    EXPECT(daoShmImageCreate(&image, name, 3, size, code, 1, 0) == DAO_SUCCESS);
    EXPECT(image.md->atype == code && image.md->nelement == 24);
    EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS);
    EXPECT(daoShmRemove(name) == DAO_SUCCESS);
}

void use_types_and_layout(void)
{
#define USE_TYPE(NAME, code, type, member, name)                                     \
    EXPECT(_DATATYPE_##NAME == code && SIZEOF_DATATYPE_##NAME == (int)sizeof(type)); \
    EXPECT(sizeof(*((IMAGE *)NULL)->array.member) == sizeof(type));                  \
    use_type(name, _DATATYPE_##NAME, SIZEOF_DATATYPE_##NAME);
    DAO_ELEMENT_TYPES(USE_TYPE)
#undef USE_TYPE
    EXPECT(Dtype == _DATATYPE_FLOAT && CDtype == _DATATYPE_COMPLEX_FLOAT);
    EXPECT(daoTypeSize(0) == 0 && daoTypeName(13) == NULL);
    EXPECT(sizeof(IMAGE_METADATA) == 4304 && sizeof(IMAGE_KEYWORD) == 120 && sizeof(TIMESPECFIXED) == 16);
    EXPECT(IMAGE_NB_SEMAPHORE == 10 && SEMAPHORE_MAXVAL == 1);
    EXPECT(DAO_MAX_COMBINE_CHANNELS == 1024 && DAO_MAX_PACKETS == 512);
    EXPECT(sizeof(((DAO_READER *)NULL)->name) == DAO_READER_NAME_SIZE);
    EXPECT(strlen(daoVersion()) >= 5);
    EXPECT(daoBaseIp2Int("10.1.2.3") == 0x0a010203u);
    EXPECT(daoBaseIp2Int("not an address") == DAO_ERROR);
    EXPECT(daoBaseIp2Int("10.1.2.3abc") == DAO_ERROR);
    EXPECT(daoBaseIp2Int("10.1.2.3.4") == DAO_ERROR);
    EXPECT(strlen(daoBaseGetTimeStamp()) > 8);
}

static void use_logs_of_every_kind(void)
{
    daoLog(LOG_LEVEL_INFO, "%s %d\n", "log", 1);
    daoLogError("%s\n", "log error");
    daoLogPrint("%s\n", "log print");
    daoLogWarning("%s\n", "log warning");
    daoLogInfo("%s\n", "log info");
    daoLogDebug("%s\n", "log debug");
    daoLogTrace("%s\n", "log trace");
    daoLogAt(LOG_LEVEL_INFO, __FILE__, __func__, __LINE__, "%s\n", "log at");
    daoError("%s\n", "error");
    daoWarning("%s\n", "warning");
    daoInfo("info without arguments\n");
    daoDebug("%d\n", 1);
    daoTrace("%d\n", 2);
    daoPrint("%d\n", 3);
}

void use_log(void)
{
    EXPECT(DEFAULT_LOG_LEVEL == LOG_LEVEL_WARNING);
    EXPECT(daoGetLogLevel() == DAO_WARNING && daoLogLevel == DAO_WARNING);
    use_logs_of_every_kind();
    daoSetLogLevel(DAO_TRACE);
    EXPECT(daoLogLevel == DAO_TRACE);
    use_logs_of_every_kind();
    daoLogSetLevel(LOG_LEVEL_DEBUG);
    EXPECT(daoGetLogLevel() == DAO_DEBUG);
    daoLogSetLevel(LOG_LEVEL_TRACE);
    EXPECT(daoGetLogLevel() == DAO_TRACE);
    daoLogSetLevel(LOG_LEVEL_ERROR);
    EXPECT(daoGetLogLevel() < DAO_WARNING);
    use_logs_of_every_kind();
    daoLogSetLevel(LOG_LEVEL_WARNING);
    EXPECT(daoGetLogLevel() == DAO_WARNING);
    daoSetLogLevel(DAO_INFO);
}

int main(void)
{
    use_types_and_layout();
    use_life();
    use_errors();
    use_retiring();
    use_writes();
    use_packets_and_slices();
    use_waits();
    use_reads();
    use_keywords();
    use_readers();
    use_interrupt();
    use_log();
    use_newest_names();
    use_field_macros();
    printf("%d failures\n", failures);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
