"""
Shared memory for real-time adaptive optics and scientific imaging: frames in named segments.

    using DaoShm
    writer = Segment("/tmp/wfs.im.shm", zeros(Float32, 128, 128); depth = 4)
    publish(writer, ones(Float32, 128, 128))
    reader = Segment("/tmp/wfs.im.shm")
    frame = newest(reader)
    frame, info = nextframe(reader; timeout = 1.0)

An element `[i, j]` here is `[i-1, j-1]` in Python and C. `libdao` is taken from the folder that the environment variable
`DAO_LIB_DIR` names, else from where the system looks.
"""
module DaoShm

export Segment, DaoError, publish, newest, nextframe, waitframe, counter, depth, keyword, setkeyword!, reopen, removesegment

import Libdl

include("structs.jl")

const library = Ref{Ptr{Cvoid}}(C_NULL)

function __init__()
    folder = get(ENV, "DAO_LIB_DIR", "")
    library[] = Libdl.dlopen(isempty(folder) ? "libdao" : joinpath(folder, "libdao"))
    return nothing
end

symbol(name::Symbol) = Libdl.dlsym(library[], name)

"""What went wrong: the status and the code of dao.h, and a message."""
struct DaoError <: Exception
    status::Int
    code::Int
    message::String
end

Base.showerror(io::IO, error::DaoError) = print(io, error.message)

function lasterror(status)
    code = ccall(symbol(:daoLastErrorCode), Cint, ())
    message = unsafe_string(ccall(symbol(:daoLastErrorMessage), Cstring, ()))
    return DaoError(status, code, message)
end

check(status) = status == SUCCESS ? nothing : throw(lasterror(status))

const ELEMENTS = (UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float32, Float64, ComplexF32, ComplexF64)

function code_of(type::Type)
    found = findfirst(==(type), ELEMENTS)
    found === nothing && throw(ArgumentError("elements of type $type; expected one of $ELEMENTS"))
    return UInt8(found)
end

"""
    Segment(name, array; depth = 1, keywords = 0)

Make the segment, or use the one of that name, shape and type again, and publish `array` as its first frame.

    Segment(name)

Open the one there is, for reading only where writing is not permitted. For one task at a time.
"""
mutable struct Segment
    image::Image # its memory stays where it is as long as this refers to it
    name::String
    isopen::Bool

    function Segment(name::AbstractString)
        segment = new(Image(), name, false)
        check(ccall(symbol(:daoShmOpen), Int8, (Cstring, Ref{Image}), name, segment.image))
        return opened(segment)
    end

    function Segment(name::AbstractString, array::AbstractArray{T}; depth::Integer = 1, keywords::Integer = 0) where {T}
        1 <= ndims(array) <= 3 || throw(ArgumentError("an array with $(ndims(array)) axes; expected 1 to 3"))
        segment = new(Image(), name, false)
        shape = UInt32[size(array)..., zeros(Int, 3 - ndims(array))...]
        check(
            ccall(
                symbol(:daoShmCreateFifo),
                Int8,
                (Ref{Image}, Cstring, Clong, Ptr{UInt32}, UInt8, Cint, Cint, UInt32),
                segment.image, name, ndims(array), shape, code_of(T), 1, keywords, depth,
            ),
        )
        publish(opened(segment), array)
        return segment
    end
end

function opened(segment::Segment)
    segment.isopen = true
    return finalizer(close, segment)
end

function open_image(segment::Segment)
    segment.isopen || throw(ArgumentError("$(segment.name): the segment is closed; expected an open one"))
    return segment.image
end

metadata(segment::Segment) = unsafe_load(open_image(segment).md)

Base.isopen(segment::Segment) = segment.isopen

"""Close: the segment itself stays. A second close does nothing."""
function Base.close(segment::Segment)
    segment.isopen || return nothing
    segment.isopen = false
    ccall(symbol(:daoShmClose), Int8, (Ref{Image},), segment.image)
    return nothing
end

"""The frame's shape."""
Base.size(segment::Segment) = (fields = metadata(segment); Int.(fields.size[1:fields.naxis]))

"""The type of the frame's elements."""
Base.eltype(segment::Segment) = ELEMENTS[metadata(segment).atype]

"""Number of slots."""
depth(segment::Segment) = Int(metadata(segment).fifo_size)

"""How many frames were published."""
counter(segment::Segment) = ccall(symbol(:daoShmGetCounter), UInt64, (Ref{Image},), open_image(segment))

# The slow axis is the last one here and the first one in the segment.
turned(array::AbstractArray) = permutedims(array, ndims(array):-1:1)
turned(array::AbstractVector) = Array(array)

# How many bytes C copies does not depend on the metadata, which lie in memory that any process may change.
function checkbytes(segment::Segment, frame::Array)
    expected = ccall(symbol(:daoShmGetFrameBytes), UInt64, (Ref{Image},), open_image(segment))
    sizeof(frame) == expected && return frame
    throw(DimensionMismatch("$(segment.name): a frame of $(sizeof(frame)) bytes; expected $expected"))
end

room(segment::Segment) = checkbytes(segment, Array{eltype(segment)}(undef, reverse(size(segment))))

"""Publish a frame of the segment's shape and type."""
function publish(segment::Segment, array::AbstractArray)
    if size(array) != size(segment) || eltype(array) != eltype(segment)
        found = "an array of $(eltype(array)), $(size(array))"
        throw(DimensionMismatch("$(segment.name): $found; expected $(eltype(segment)), $(size(segment))"))
    end
    frame = checkbytes(segment, turned(array))
    check(
        ccall(
            symbol(:daoShmSetData), Int8, (Ref{Image}, Ptr{Cvoid}, UInt64), segment.image, frame, length(frame),
        ),
    )
    return nothing
end

"""A copy of the newest frame, whole."""
function newest(segment::Segment)
    frame = room(segment)
    check(
        ccall(
            symbol(:daoShmReadNewest),
            Int8,
            (Ref{Image}, Ptr{Cvoid}, UInt64, Ptr{UInt64}, Ptr{Int64}),
            segment.image, frame, length(frame), C_NULL, C_NULL,
        ),
    )
    return turned(frame)
end

const step_ns = 100_000_000 # waits are made of short ones, so that other tasks and Ctrl-C get their turn

function options(inorder, timeout_ns, follow)
    return NextOptions(sizeof(NextOptions), inorder ? 1 : 0, 0, 0, timeout_ns, follow ? 1 : 0, 0)
end

const century_s = 100 * 365.25 * 86400

# When a wait ends, in nanoseconds on a clock that nobody sets; nothing: never, as for more than a century.
function deadline(timeout::Union{Real,Nothing})
    timeout === nothing && return nothing
    timeout >= 0 || throw(ArgumentError("a time limit of $timeout s; expected 0 or more, or nothing"))
    return timeout < century_s ? Int(time_ns()) + round(Int, timeout * 1e9) : nothing
end

# One step of a wait: the status and the time that is left, in nanoseconds.
function wait_once(call, ends)
    left = ends === nothing ? step_ns : max(0, ends - Int(time_ns()))
    status = call(min(left, step_ns))
    yield()
    return status, left
end

"""
    nextframe(segment; timeout = nothing, inorder = false)

The next frame that was not seen yet, and what is known of it: `(array, (counter, id, time_ns, missed))`; `nothing` when none
came in `timeout` seconds; 0: only look, `nothing`: no limit. When the segment was replaced, the new one's frames follow.
"""
function nextframe(segment::Segment; timeout::Union{Real,Nothing} = nothing, inorder::Bool = false)
    ends = deadline(timeout)
    described = Ref(Frame())
    missed = Ref{UInt64}(0)
    while true
        frame = room(segment)
        status, left = wait_once(ends) do limit_ns
            ccall(
                symbol(:daoShmNext),
                Int8,
                (Ref{Image}, Ref{NextOptions}, Ptr{Cvoid}, UInt64, Ref{Frame}, Ref{UInt64}),
                segment.image, options(inorder, limit_ns, true), frame, length(frame), described, missed,
            )
        end
        if status == SUCCESS || status == OVERWRITE
            found = described[]
            return turned(frame), (counter = found.cnt0, id = found.cnt2, time_ns = found.atime_ns, missed = missed[])
        end
        status == TIMEOUT && left == 0 && return nothing
        status == TIMEOUT || status == REPLACED || throw(lasterror(status))
    end
end

"""Wait for a frame that was not seen yet, and leave it unseen. `false`: none came in `timeout` seconds."""
function waitframe(segment::Segment; timeout::Union{Real,Nothing} = nothing)
    ends = deadline(timeout)
    while true
        status, left = wait_once(ends) do limit_ns
            ccall(
                symbol(:daoShmNext),
                Int8,
                (Ref{Image}, Ref{NextOptions}, Ptr{Cvoid}, UInt64, Ptr{Cvoid}, Ptr{Cvoid}),
                open_image(segment), options(false, limit_ns, true), C_NULL, 0, C_NULL, C_NULL,
            )
        end
        status == SUCCESS && return true
        status == TIMEOUT && left == 0 && return false
        status == TIMEOUT || status == REPLACED || throw(lasterror(status))
    end
end

"""Open the segment that has the name now."""
function reopen(segment::Segment)
    check(ccall(symbol(:daoShmReopen), Int8, (Ref{Image},), open_image(segment)))
    return nothing
end

"""Set a keyword to an integer, a number or a text of at most 16 bytes."""
function setkeyword!(segment::Segment, name::AbstractString, value::Integer)
    call = symbol(:daoShmSetKeywordLong)
    check(ccall(call, Int8, (Ref{Image}, Cstring, Int64, Ptr{Cchar}), open_image(segment), name, value, C_NULL))
end

function setkeyword!(segment::Segment, name::AbstractString, value::Real)
    call = symbol(:daoShmSetKeywordDouble)
    check(ccall(call, Int8, (Ref{Image}, Cstring, Cdouble, Ptr{Cchar}), open_image(segment), name, value, C_NULL))
end

function setkeyword!(segment::Segment, name::AbstractString, value::AbstractString)
    call = symbol(:daoShmSetKeywordString)
    check(ccall(call, Int8, (Ref{Image}, Cstring, Cstring, Ptr{Cchar}), open_image(segment), name, value, C_NULL))
end

"""A keyword's value."""
function keyword(segment::Segment, name::AbstractString)
    found = Ref{Keyword}()
    call = symbol(:daoShmGetKeyword)
    check(ccall(call, Int8, (Ref{Image}, Cstring, Ref{Keyword}), open_image(segment), name, found))
    kind, value = Char(found[].kind), found[].value
    kind == 'L' && return reinterpret(Int64, value[1])
    kind == 'D' && return reinterpret(Float64, value[1])
    bytes = collect(reinterpret(UInt8, collect(value)))
    return String(bytes[1:something(findfirst(iszero, bytes), 17)-1])
end

"""Remove a segment's file. Programs that have it open keep the memory; their calls report the removal."""
removesegment(name::AbstractString) = check(ccall(symbol(:daoShmRemove), Int8, (Cstring,), name))

end
