/* Where the fields of dao.h's structs lie, a line each: NAME OFFSET BYTES. The tests of each language compare its own
   declarations with this. */
#include <dao.h>

#define STRUCT(type) printf("%s 0 %zu\n", #type, sizeof(type))
#define FIELD(type, field) printf("%s.%s %zu %zu\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field))

static void print_keyword(void)
{
    STRUCT(IMAGE_KEYWORD);
    FIELD(IMAGE_KEYWORD, name);
    FIELD(IMAGE_KEYWORD, type);
    FIELD(IMAGE_KEYWORD, value);
    FIELD(IMAGE_KEYWORD, comment);
}

static void print_metadata(void)
{
    STRUCT(IMAGE_METADATA);
    FIELD(IMAGE_METADATA, name);
    FIELD(IMAGE_METADATA, naxis);
    FIELD(IMAGE_METADATA, size);
    FIELD(IMAGE_METADATA, nelement);
    FIELD(IMAGE_METADATA, atype);
    FIELD(IMAGE_METADATA, creation_time);
    FIELD(IMAGE_METADATA, last_access);
    FIELD(IMAGE_METADATA, atime);
    FIELD(IMAGE_METADATA, shared);
    FIELD(IMAGE_METADATA, status);
    FIELD(IMAGE_METADATA, logflag);
    FIELD(IMAGE_METADATA, sem);
    FIELD(IMAGE_METADATA, cnt0);
    FIELD(IMAGE_METADATA, cnt1);
    FIELD(IMAGE_METADATA, cnt2);
    FIELD(IMAGE_METADATA, write);
    FIELD(IMAGE_METADATA, NBkw);
    FIELD(IMAGE_METADATA, lastPos);
    FIELD(IMAGE_METADATA, lastNb);
    FIELD(IMAGE_METADATA, packetNb);
    FIELD(IMAGE_METADATA, packetTotal);
    FIELD(IMAGE_METADATA, lastNbArray);
    FIELD(IMAGE_METADATA, fifo_size);
    FIELD(IMAGE_METADATA, fifo_last_written);
}

static void print_image(void)
{
    STRUCT(IMAGE);
    FIELD(IMAGE, name);
    FIELD(IMAGE, used);
    FIELD(IMAGE, shmfd);
    FIELD(IMAGE, memsize);
    FIELD(IMAGE, semlog);
    FIELD(IMAGE, md);
    FIELD(IMAGE, array);
    FIELD(IMAGE, semptr);
    FIELD(IMAGE, kw);
    FIELD(IMAGE, semReadPID);
    FIELD(IMAGE, semWritePID);
    FIELD(IMAGE, fifo_last_read);
    FIELD(IMAGE, fifo_last_read_cnt0);
}

static void print_frame(void)
{
    STRUCT(DAO_FRAME);
    FIELD(DAO_FRAME, size);
    FIELD(DAO_FRAME, slot);
    FIELD(DAO_FRAME, cnt0);
    FIELD(DAO_FRAME, cnt1);
    FIELD(DAO_FRAME, cnt2);
    FIELD(DAO_FRAME, atime_ns);
    FIELD(DAO_FRAME, epoch);
    FIELD(DAO_FRAME, generation);
    FIELD(DAO_FRAME, stable);
    STRUCT(DAO_NEXT_OPTIONS);
    FIELD(DAO_NEXT_OPTIONS, size);
    FIELD(DAO_NEXT_OPTIONS, order);
    FIELD(DAO_NEXT_OPTIONS, wait);
    FIELD(DAO_NEXT_OPTIONS, semaphore);
    FIELD(DAO_NEXT_OPTIONS, timeout_ns);
    FIELD(DAO_NEXT_OPTIONS, follow);
    FIELD(DAO_NEXT_OPTIONS, reserved);
}

int main(void)
{
    print_keyword();
    print_metadata();
    print_image();
    print_frame();
    return 0;
}
