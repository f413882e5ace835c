/* One process of the kills: worker ROLE NAME SEED. It goes on until it is killed, or has found what must not be. */
#include "worker.hpp"

static uint64_t tag;
static uint64_t frame[frame_elements];

static int create(const char *name, IMAGE *image, uint32_t depth)
{
    uint32_t size[2] = {frame_rows, frame_columns};
    return daoShmImageCreate_FIFO(image, name, 2, size, _DATATYPE_UINT64, 1, 4, depth);
}

static int write_frames(const char *name)
{
    for (;;)
    {
        IMAGE image;
        memset(&image, 0, sizeof image);
        if (daoShmShm2Img(name, &image) != DAO_SUCCESS && create(name, &image, 3) != DAO_SUCCESS)
        {
            if (!is_expected_failure())
                return fail("open to write");
            continue;
        }
        int status = DAO_SUCCESS;
        while (status == DAO_SUCCESS)
        {
            void *slot = NULL;
            fill_frame(frame, ++tag);
            if (tag % 3 != 0)
                status = daoShmImage2Shm(frame, frame_elements, &image);
            else if ((status = daoShmLoanBegin(&image, &slot)) == DAO_SUCCESS)
            {
                memcpy(slot, frame, sizeof frame);
                status = daoShmLoanCommit(&image);
            }
            const struct timespec pause = {0, 200000};
            nanosleep(&pause, NULL);
        }
        if (!is_expected_failure())
            return fail("write");
        daoShmCloseShm(&image);
    }
}

static int read_frames(const char *name, int in_order)
{
    for (;;)
    {
        IMAGE image;
        memset(&image, 0, sizeof image);
        if (daoShmShm2Img(name, &image) != DAO_SUCCESS)
        {
            if (!is_expected_failure())
                return fail("open to read");
            const struct timespec pause = {0, 1000000};
            nanosleep(&pause, NULL);
            continue;
        }
        DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
        how.order = in_order ? DAO_NEXT_IN_ORDER : DAO_NEXT_NEWEST;
        how.timeout_ns = 500000000;
        uint64_t last = 0;
        uint32_t generation = 0;
        for (;;)
        {
            DAO_FRAME found = DAO_FRAME_INIT;
            uint64_t missed = 0;
            const int status = daoShmNext(&image, &how, frame, frame_elements, &found, &missed);
            if (status == DAO_TIMEOUT || status == DAO_OUTRUN)
                continue;
            if (status != DAO_SUCCESS && status != DAO_OVERWRITE)
                break;
            if (!is_whole_frame(frame))
                return 2;
            if (last != 0 && found.generation == generation)
            {
                const int verdict = found.cnt0 <= last ? 3 : found.cnt0 != last + missed + 1 ? 4 : 0;
                if (verdict != 0)
                {
                    fprintf(stderr, "%s: frame %llu after %llu, %llu missed, generation %u, slot %u, epoch %llx\n",
                            in_order ? "in order" : "newest", (unsigned long long)found.cnt0, (unsigned long long)last,
                            (unsigned long long)missed, generation, found.slot, (unsigned long long)found.epoch);
                    return verdict;
                }
            }
            last = found.cnt0;
            generation = found.generation;
        }
        if (!is_expected_failure())
            return fail("read");
        daoShmCloseShm(&image);
    }
}

static int make_again(const char *name, uint64_t seed)
{
    for (uint64_t turn = seed;; ++turn)
    {
        IMAGE image;
        memset(&image, 0, sizeof image);
        if (create(name, &image, 1 + (uint32_t)(turn % 3)) != DAO_SUCCESS && !is_expected_failure())
            return fail("create");
        daoShmCloseShm(&image);
        if (turn % 4 == 0 && daoShmRemove(name) != DAO_SUCCESS && !is_expected_failure())
            return fail("remove");
        const struct timespec pause = {0, 20000000};
        nanosleep(&pause, NULL);
    }
}

static int set_keywords(const char *name)
{
    for (int64_t value = 0;; ++value)
    {
        IMAGE image;
        memset(&image, 0, sizeof image);
        char comment[64];
        snprintf(comment, sizeof comment, "turn %lld", (long long)value);
        if (daoShmShm2Img(name, &image) == DAO_SUCCESS)
        {
            IMAGE_KEYWORD keyword;
            int status = daoShmSetKeywordLong(&image, "turn", value, comment);
            if (status == DAO_SUCCESS && (status = daoShmGetKeyword(&image, "turn", &keyword)) == DAO_SUCCESS)
            {
                snprintf(comment, sizeof comment, "turn %lld", (long long)keyword.value.numl);
                if (strcmp(comment, keyword.comment) != 0)
                    return 2;
            }
            if (status != DAO_SUCCESS && !is_expected_failure())
                return fail("keyword");
            daoShmCloseShm(&image);
        }
        const struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
}

int main(int count, char **words)
{
    if (count != 4)
        return 1;
    const char *role = words[1];
    const uint64_t seed = strtoull(words[3], NULL, 10);
    tag = seed << 32;
    daoShmSetFileMode(0666);
    end_at_once_on_signal();
    if (strcmp(role, "writer") == 0)
        return write_frames(words[2]);
    if (strcmp(role, "reader") == 0)
        return read_frames(words[2], seed % 2 == 0);
    if (strcmp(role, "creator") == 0)
        return make_again(words[2], seed);
    return strcmp(role, "keywords") == 0 ? set_keywords(words[2]) : 1;
}
