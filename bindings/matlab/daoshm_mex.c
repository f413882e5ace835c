/* What DaoShm.m calls: daoshm_mex(COMMAND, ...) for MATLAB and Octave. Open segments are numbers here, checked at each call.
   Arrays come and go as the segment has them, slow axis first, complex ones as pairs; DaoShm.m turns them. */
#include <dao.h>
#include <mex.h>
#include <string.h>

#define HANDLES 256
#define NAME_BYTES 4096
static IMAGE *images[HANDLES];

static void fail(void)
{
    char identifier[32];
    snprintf(identifier, sizeof identifier, "daoshm:code%d", (int)daoLastErrorCode());
    mexErrMsgIdAndTxt(identifier, "%s", daoLastErrorMessage());
}

static void check(int_fast8_t status)
{
    if (status != DAO_SUCCESS)
        fail();
}

static void expect(int holds, const char *message)
{
    if (!holds)
        mexErrMsgIdAndTxt("daoshm:code1", "%s", message);
}

/* Whether a call that ended with `status` is to be made again: the segment was replaced, and the new one is open now. */
static int follows(IMAGE *image, int_fast8_t status)
{
    if (status != DAO_REPLACED)
        return 0;
    check(daoShmReopen(image));
    return 1;
}

/* ------------------------------------------------------------------------------------------------ arguments */

static double number_of(const mxArray *value)
{
    expect(mxIsNumeric(value) && mxGetNumberOfElements(value) == 1 && !mxIsComplex(value),
           "an argument is not a number; expected one real number");
    return mxGetScalar(value);
}

/* A whole number that 32 bits hold; `what` it is, for the message. */
static uint32_t whole_of(double number, const char *what, double least, double most)
{
    if (!(number >= least && number <= most && number == (double)(uint32_t)number))
        mexErrMsgIdAndTxt("daoshm:code1", "%s is %g; expected a whole number from %.0f to %.0f", what, number, least,
                          most);
    return (uint32_t)number;
}

/* C ends a text at a zero byte, and would take what stands before it for the whole. */
static const char *text_of(const mxArray *value)
{
    static char text[NAME_BYTES];
    const mxChar *characters;
    size_t index, count;
    expect(mxIsChar(value) && (mxGetM(value) == 1 || mxIsEmpty(value)),
           "an argument is not a text; expected one of one line");
    characters = mxGetChars(value);
    count = mxGetNumberOfElements(value);
    for (index = 0; index < count; ++index)
        if (characters[index] == 0)
            mexErrMsgIdAndTxt("daoshm:code1", "a text of %d characters has a zero byte after %d of them; expected none",
                              (int)count, (int)index);
    text[0] = 0;
    expect(count == 0 || mxGetString(value, text, sizeof text) == 0,
           "a text is longer than 4095 bytes; expected at most as many");
    return text;
}

static IMAGE *image_of(const mxArray *value)
{
    const double number = number_of(value);
    expect(number >= 0 && number < HANDLES && images[(int)number] != NULL,
           "the segment is not open; expected one that is");
    return images[(int)number];
}

/* ------------------------------------------------------------------------------------------------ life */

static void close_all(void)
{
    for (int number = 0; number < HANDLES; ++number)
    {
        if (images[number] != NULL)
        {
            daoShmClose(images[number]);
            free(images[number]);
            images[number] = NULL;
        }
    }
}

/* The number of a handle that is free, with memory for its IMAGE. */
static int new_handle(void)
{
    int number = 0;
    while (number < HANDLES && images[number] != NULL)
        ++number;
    expect(number < HANDLES, "all 256 places for open segments are taken; expected a free one");
    images[number] = calloc(1, sizeof(IMAGE));
    expect(images[number] != NULL, "out of memory for the segment; expected room for it");
    return number;
}

static mxArray *opened(int number, int_fast8_t status)
{
    if (status != DAO_SUCCESS)
    {
        free(images[number]);
        images[number] = NULL;
        fail();
    }
    return mxCreateDoubleScalar(number);
}

/* create(name, shape, type, depth, keywords) */
static void create(mxArray **out, const mxArray **in)
{
    uint32_t size[4] = {0, 0, 0, 0};
    const size_t axes = mxGetNumberOfElements(in[1]);
    expect(mxIsDouble(in[1]), "the shape is not of doubles; expected 1 to 3 of them");
    whole_of((double)axes, "the number of axes", 1, 3);
    for (size_t axis = 0; axis < axes; ++axis)
        size[axis] = whole_of(mxGetPr(in[1])[axis], "the length of an axis", 1, UINT32_MAX);
    const uint32_t depth = whole_of(number_of(in[3]), "the depth", 1, UINT32_MAX);
    const uint32_t keywords = whole_of(number_of(in[4]), "the room for keywords", 0, 65535);
    const uint8_t type = (uint8_t)number_of(in[2]);
    const char *name = text_of(in[0]);
    const int number = new_handle();
    out[0] = opened(number, daoShmCreateFifo(images[number], name, (long)axes, size, type, 1, (int)keywords, depth));
}

static void open_segment(mxArray **out, const mxArray **in)
{
    const char *name = text_of(in[0]);
    const int number = new_handle();
    out[0] = opened(number, daoShmOpen(name, images[number]));
}

static void close_segment(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    (void)out;
    images[(int)mxGetScalar(in[0])] = NULL;
    daoShmClose(image);
    free(image);
}

static void remove_segment(mxArray **out, const mxArray **in)
{
    (void)out;
    check(daoShmRemove(text_of(in[0])));
}

/* [shape, type, depth, counter] = describe(handle) */
static void describe(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    const int found = image->md->naxis; /* once: any process may change it */
    const int axes = found < 3 ? found : 3;
    out[0] = mxCreateDoubleMatrix(1, (mwSize)axes, mxREAL);
    for (int axis = 0; axis < axes; ++axis)
        mxGetPr(out[0])[axis] = image->md->size[axis];
    out[1] = mxCreateDoubleScalar(image->md->atype);
    out[2] = mxCreateDoubleScalar(image->md->fifo_size);
    out[3] = mxCreateDoubleScalar((double)daoShmGetCounter(image));
}

/* ------------------------------------------------------------------------------------------------ frames */

static mxClassID class_of(uint8_t type)
{
    switch (type)
    {
    case _DATATYPE_UINT8:
        return mxUINT8_CLASS;
    case _DATATYPE_INT8:
        return mxINT8_CLASS;
    case _DATATYPE_UINT16:
        return mxUINT16_CLASS;
    case _DATATYPE_INT16:
        return mxINT16_CLASS;
    case _DATATYPE_UINT32:
        return mxUINT32_CLASS;
    case _DATATYPE_INT32:
        return mxINT32_CLASS;
    case _DATATYPE_UINT64:
        return mxUINT64_CLASS;
    case _DATATYPE_INT64:
        return mxINT64_CLASS;
    case _DATATYPE_FLOAT:
    case _DATATYPE_COMPLEX_FLOAT:
        return mxSINGLE_CLASS;
    case _DATATYPE_DOUBLE:
    case _DATATYPE_COMPLEX_DOUBLE:
        return mxDOUBLE_CLASS;
    default: /* the library opens no other */
        return mxUNKNOWN_CLASS;
    }
}

/* Numbers of an element: a complex one has two. */
static mwSize numbers_of(uint8_t type)
{
    return type == _DATATYPE_COMPLEX_FLOAT || type == _DATATYPE_COMPLEX_DOUBLE ? 2 : 1;
}

/* What a frame is, read once for each call: the metadata lie in memory that any process may change. */
typedef struct
{
    uint8_t type;
    uint64_t count;
} Frames;

/* Its bytes come from the library, which counts elements of the type that it found when it opened the segment, and so copies no
   more than there is room for. */
static Frames frames_of(const IMAGE *image)
{
    Frames frames = {image->md->atype, 0};
    expect(class_of(frames.type) != mxUNKNOWN_CLASS, "the segment has an unknown element type; expected one of dao.h");
    frames.count = daoShmGetFrameBytes(image) / daoTypeSize(frames.type);
    return frames;
}

static mxArray *new_frame(Frames frames)
{
    return mxCreateNumericMatrix((mwSize)frames.count * numbers_of(frames.type), 1, class_of(frames.type), mxREAL);
}

/* follow(handle): open the segment that has the name now */
static void follow(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    int_fast8_t status = DAO_REPLACED;
    (void)out;
    while (status == DAO_REPLACED)
    {
        status = daoShmCheckReplaced(image);
        follows(image, status);
    }
    check(status);
}

/* is_written = set(handle, numbers); false when the segment was replaced: its frames may be others now */
static void set(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    const Frames frames = frames_of(image);
    int_fast8_t status;
    expect(mxGetClassID(in[1]) == class_of(frames.type) && !mxIsComplex(in[1]),
           "the frame has another type than the segment; expected the segment's");
    expect(mxGetNumberOfElements(in[1]) == frames.count * numbers_of(frames.type),
           "the frame has another number of elements; expected the segment's");
    status = daoShmSetData(image, mxGetData(in[1]), frames.count);
    if (status != DAO_REPLACED)
        check(status);
    out[0] = mxCreateLogicalScalar(status == DAO_SUCCESS);
}

/* What was read: numbers, counter, id, time in ns. */
static void give_frame(mxArray **out, mxArray *numbers, const DAO_FRAME *frame)
{
    out[0] = numbers;
    out[1] = mxCreateDoubleScalar((double)frame->cnt0);
    out[2] = mxCreateDoubleScalar((double)frame->cnt2);
    out[3] = mxCreateNumericMatrix(1, 1, mxINT64_CLASS, mxREAL);
    memcpy(mxGetData(out[3]), &frame->atime_ns, sizeof frame->atime_ns);
}

/* [numbers, counter, id, time] = get(handle) */
static void get(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    DAO_FRAME frame = DAO_FRAME_INIT;
    mxArray *numbers = NULL;
    int_fast8_t status;
    do
    {
        const Frames frames = frames_of(image);
        numbers = new_frame(frames);
        status = daoShmReadNewest(image, mxGetData(numbers), frames.count, &frame.cnt0, &frame.atime_ns);
    } while (follows(image, status));
    check(status);
    daoShmGetFrame(image, &frame);
    give_frame(out, numbers, &frame);
}

/* [numbers, counter, id, time, missed] = next(handle, in_order, timeout_ns); numbers is empty when the time was up. When the
   segment was replaced, the new one's frames follow, whatever their shape. */
static void next(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    DAO_FRAME frame = DAO_FRAME_INIT;
    uint64_t missed = 0;
    int_fast8_t status = DAO_REPLACED;
    mxArray *numbers = NULL;
    const IMAGE_METADATA *before = NULL;
    how.order = number_of(in[1]) != 0 ? DAO_NEXT_IN_ORDER : DAO_NEXT_NEWEST;
    how.timeout_ns = (int64_t)number_of(in[2]);
    how.follow = 1;
    while (status == DAO_REPLACED && image->md != before)
    {
        const Frames frames = frames_of(image);
        before = image->md;
        numbers = new_frame(frames);
        status = daoShmNext(image, &how, mxGetData(numbers), frames.count, &frame, &missed);
    }
    if (status == DAO_TIMEOUT)
        numbers = mxCreateDoubleMatrix(0, 0, mxREAL);
    else if (status != DAO_SUCCESS && status != DAO_OVERWRITE)
        fail();
    give_frame(out, numbers, &frame);
    out[4] = mxCreateDoubleScalar((double)missed);
}

/* ready = wait(handle, timeout_ns), and the frame stays unseen */
static void wait_for_frame(mxArray **out, const mxArray **in)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.timeout_ns = (int64_t)number_of(in[1]);
    how.follow = 1;
    const int_fast8_t status = daoShmNext(image_of(in[0]), &how, NULL, 0, NULL, NULL);
    if (status != DAO_SUCCESS && status != DAO_TIMEOUT && status != DAO_REPLACED)
        fail();
    out[0] = mxCreateLogicalScalar(status == DAO_SUCCESS);
}

/* ------------------------------------------------------------------------------------------------ keywords */

/* set_keyword(handle, name, value): int64 for an integer, double, or text */
static void set_keyword(mxArray **out, const mxArray **in)
{
    IMAGE *image = image_of(in[0]);
    char name[NAME_BYTES];
    int_fast8_t status;
    (void)out;
    snprintf(name, sizeof name, "%s", text_of(in[1]));
    do
    {
        if (mxIsChar(in[2]))
            status = daoShmSetKeywordString(image, name, text_of(in[2]), NULL);
        else if (mxGetClassID(in[2]) == mxINT64_CLASS && mxGetNumberOfElements(in[2]) == 1)
            status = daoShmSetKeywordLong(image, name, *(const int64_t *)mxGetData(in[2]), NULL);
        else
            status = daoShmSetKeywordDouble(image, name, number_of(in[2]), NULL);
    } while (follows(image, status));
    check(status);
}

/* value = keyword(handle, name) */
static void keyword(mxArray **out, const mxArray **in)
{
    IMAGE_KEYWORD found;
    IMAGE *image = image_of(in[0]);
    int_fast8_t status;
    do
        status = daoShmGetKeyword(image, text_of(in[1]), &found);
    while (follows(image, status));
    check(status);
    if (found.type == 'S')
    {
        char text[sizeof found.value.valstr + 1] = "";
        memcpy(text, found.value.valstr, sizeof found.value.valstr);
        out[0] = mxCreateString(text);
    }
    else if (found.type == 'L')
    {
        out[0] = mxCreateNumericMatrix(1, 1, mxINT64_CLASS, mxREAL);
        memcpy(mxGetData(out[0]), &found.value.numl, sizeof found.value.numl);
    }
    else
        out[0] = mxCreateDoubleScalar(found.value.numf);
}

/* ------------------------------------------------------------------------------------------------ dispatch */

static const struct
{
    const char *name;
    void (*call)(mxArray **out, const mxArray **in);
    int inputs, outputs;
} commands[] = {
    {"create", create, 5, 1},
    {"open", open_segment, 1, 1},
    {"close", close_segment, 1, 0},
    {"remove", remove_segment, 1, 0},
    {"describe", describe, 1, 4},
    {"follow", follow, 1, 0},
    {"set", set, 2, 1},
    {"get", get, 1, 4},
    {"next", next, 3, 5},
    {"wait", wait_for_frame, 2, 1},
    {"set_keyword", set_keyword, 3, 0},
    {"keyword", keyword, 2, 1},
};

void mexFunction(int output_count, mxArray *outputs[], int input_count, const mxArray *inputs[])
{
    mxArray *given[5] = {NULL, NULL, NULL, NULL, NULL};
    char name[32];
    mexAtExit(close_all);
    expect(input_count >= 1 && mxIsChar(inputs[0]), "no command; expected its name first");
    mxGetString(inputs[0], name, sizeof name);
    for (size_t command = 0; command < sizeof commands / sizeof *commands; ++command)
    {
        if (strcmp(commands[command].name, name) != 0)
            continue;
        expect(input_count == 1 + commands[command].inputs,
               "wrong number of arguments; expected as many as the command takes");
        expect(output_count <= commands[command].outputs || output_count <= 1,
               "too many results were asked for; expected at most as many as the command gives");
        commands[command].call(given, inputs + 1);
        for (int result = 0; result < commands[command].outputs && (result == 0 || result < output_count); ++result)
            outputs[result] = given[result];
        return;
    }
    mexErrMsgIdAndTxt("daoshm:code1", "%s: no such command; expected one that DaoShm.m calls", name);
}
