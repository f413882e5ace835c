# What is used of dao.h, declared by hand. The tests compare the layouts with those of the C compiler.

const SUCCESS = 0
const TIMEOUT = -1
const OVERWRITE = -2
const REPLACED = -5

"""`IMAGE_KEYWORD`; its value as two words, which are an integer, a float or a text."""
struct Keyword
    name::NTuple{16,UInt8}
    kind::UInt8
    value::NTuple{2,UInt64}
    comment::NTuple{80,UInt8}
end

"""`IMAGE_METADATA`."""
struct Metadata
    name::NTuple{80,UInt8}
    naxis::UInt8
    size::NTuple{3,UInt32}
    nelement::UInt64
    atype::UInt8
    creation_time::Float64
    last_access::Float64
    atime::NTuple{2,Int64}
    shared::UInt8
    status::UInt8
    logflag::UInt8
    sem::UInt16
    cnt0::UInt64
    cnt1::UInt64
    cnt2::UInt64
    write::UInt8
    NBkw::UInt16
    lastPos::UInt32
    lastNb::UInt32
    packetNb::UInt32
    packetTotal::UInt32
    lastNbArray::NTuple{512,UInt64}
    fifo_size::UInt32
    fifo_last_written::UInt32
end

"""`IMAGE`. Mutable: C fills it in where it lies."""
mutable struct Image
    name::NTuple{80,UInt8}
    used::UInt8
    shmfd::Int32
    memsize::UInt64
    semlog::Ptr{Cvoid}
    md::Ptr{Metadata}
    array::Ptr{Cvoid}
    semptr::Ptr{Cvoid}
    kw::Ptr{Keyword}
    semReadPID::Ptr{Cvoid}
    semWritePID::Ptr{Cvoid}
    fifo_last_read::UInt32
    fifo_last_read_cnt0::UInt64

    function Image()
        none = Ptr{Cvoid}(C_NULL)
        return new(ntuple(_ -> 0x00, 80), 0, -1, 0, none, C_NULL, none, none, C_NULL, none, none, 0, 0)
    end
end

"""`DAO_FRAME`."""
struct Frame
    size::UInt32
    slot::UInt32
    cnt0::UInt64
    cnt1::UInt64
    cnt2::UInt64
    atime_ns::Int64
    epoch::UInt64
    generation::UInt32
    stable::UInt32
end

Frame() = Frame(sizeof(Frame), 0, 0, 0, 0, 0, 0, 0, 0)

"""`DAO_NEXT_OPTIONS`."""
struct NextOptions
    size::UInt32
    order::UInt32
    wait::UInt32
    semaphore::Int32
    timeout_ns::Int64
    follow::UInt32
    reserved::UInt32
end
