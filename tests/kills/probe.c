/* What must go on after each kill: probe NAME writes a frame and reads it, and prints how long that took, in seconds. probe
   NAME remove removes the segment. The segment may be replaced or removed by others at any moment: then it is tried again.
   When it took long, it says on standard error what for: see lateness.h. */
#define _DEFAULT_SOURCE

#include "lateness.h"
#include "worker.hpp"

#include <stdlib.h>

/* A second; where four want each processor, who writes at the moment may wait that long to go on, and we for it. A dead
   writer's lock that is not taken over fails after 5 s. */
static double limit_s(void)
{
    double load = 0;
    return getloadavg(&load, 1) == 1 && load > 4.0 * (double)sysconf(_SC_NPROCESSORS_ONLN) ? 4 : 1;
}

static int write_and_read(IMAGE *image)
{
    static uint64_t frame[frame_elements];
    fill_frame(frame, 7);
    int status = daoShmImage2Shm(frame, frame_elements, image);
    if (status != DAO_SUCCESS)
        return status;
    status = daoShmReadNewest(image, frame, frame_elements, NULL, NULL);
    if (status == DAO_SUCCESS && !is_whole_frame(frame))
        exit(2);
    return status;
}

int main(int count, char **words)
{
    const char *name = words[1];
    daoShmSetFileMode(0666);
    if (count == 3)
        return daoShmRemove(name) == DAO_SUCCESS || daoLastErrorCode() == DAO_E_NOT_FOUND ? 0 : fail("remove");
    for (int attempt = 0; attempt < 1000; ++attempt)
    {
        IMAGE image;
        memset(&image, 0, sizeof image);
        uint32_t size[2] = {frame_rows, frame_columns};
        if (daoShmShm2Img(name, &image) != DAO_SUCCESS &&
            daoShmImageCreate_FIFO(&image, name, 2, size, _DATATYPE_UINT64, 1, 4, 2) != DAO_SUCCESS)
        {
            if (!is_expected_failure())
                return fail("open");
            continue;
        }
        struct Lateness lateness;
        begin_to_watch(&lateness, &image);
        const int status = write_and_read(&image);
        const int is_expected = is_expected_failure();
        const DAO_ERROR_CODE code = daoLastErrorCode();
        const double taken_s = end_of_watch(&lateness);
        if (status == DAO_SUCCESS || !is_expected || code == DAO_E_BUSY)
        {
            if (status != DAO_SUCCESS)
                return fail("write and read");
            daoShmCloseShm(&image);
            printf("%.6f\n", taken_s);
            say_why(&lateness);
            if (taken_s - lateness.excused_s > limit_s())
                return fail("the next writer took too long");
            return 0;
        }
        daoShmCloseShm(&image);
    }
    return fail("it never stayed long enough to be written");
}
