using DaoShm
using Test

const folder = mktempdir()
path(stem) = joinpath(folder, stem * ".im.shm")

@testset "structs lie as in C" begin
    program = joinpath(folder, "layouts")
    bindings = joinpath(@__DIR__, "..", "..")
    run(`cc -I$(joinpath(bindings, "..", "include")) $(joinpath(bindings, "layouts.c")) -o $program`)
    structs = Dict(
        "IMAGE_KEYWORD" => DaoShm.Keyword, "IMAGE_METADATA" => DaoShm.Metadata, "IMAGE" => DaoShm.Image,
        "DAO_FRAME" => DaoShm.Frame, "DAO_NEXT_OPTIONS" => DaoShm.NextOptions,
    )
    lines = readlines(`$program`)
    @test length(lines) > 40
    for line in lines
        name, offset, bytes = split(line)
        parts = split(name, '.')
        type = structs[parts[1]]
        if length(parts) == 1
            @test sizeof(type) == parse(Int, bytes)
        else
            field = parts[2] == "type" ? :kind : Symbol(parts[2])
            index = findfirst(==(field), fieldnames(type))
            @test fieldoffset(type, index) == parse(Int, offset)
            @test sizeof(fieldtype(type, index)) == parse(Int, bytes)
        end
    end
end

@testset "frames" begin
    image = reshape(UInt16.(1:24), 4, 6)
    writer = Segment(path("image"), image; depth = 3, keywords = 4)
    reader = Segment(path("image"))
    @test size(reader) == (4, 6) && eltype(reader) == UInt16 && depth(reader) == 3 && counter(reader) == 1
    @test newest(reader) == image
    @test nextframe(reader; timeout = 0) === nothing && !waitframe(reader; timeout = 0.02)
    for value in 1:5
        publish(writer, fill(UInt16(value), 4, 6))
    end
    @test waitframe(reader; timeout = 60)
    frame, info = nextframe(reader; timeout = 60, inorder = true)
    @test frame[1] == 3 && info.missed == 2 && info.counter == 4
    frame, info = nextframe(reader; timeout = 60)
    @test frame[1] == 5 && info.counter == 6
    for array in (rand(7), rand(Float32, 2, 3, 4), rand(ComplexF64, 3, 2), Int8[-1 2; 3 4], UInt64[typemax(UInt64)])
        @test newest(Segment(path("shape"), array)) == array
    end
    Segment(path("image"), ones(2, 2))
    frame, info = nextframe(reader; timeout = 60)
    @test frame == ones(2, 2) && size(reader) == (2, 2)
end

@testset "the room for a frame does not come from shared memory" begin
    for (depth, keywords) in ((1, 0), (3, 2))
        segment = Segment(path("scribbled"), ones(4, 5); depth = depth, keywords = keywords)
        open(path("scribbled"), "r+") do file
            seek(file, 84) # the axes, as another process may write there
            write(file, UInt32[4, 4])
        end
        @test_throws DimensionMismatch newest(segment)
        @test_throws DimensionMismatch publish(segment, ones(4, 4))
        rm(path("scribbled")) # by now it is no segment
    end
end

@testset "time limits" begin
    writer = Segment(path("limits"), [1.0])
    reader = Segment(path("limits"))
    for timeout in (0, 0.0, 1 // 1000, 1e-12)
        @test !waitframe(reader; timeout = timeout) && nextframe(reader; timeout = timeout) === nothing
    end
    for timeout in (-1, -1e-9, NaN, -Inf)
        @test_throws ArgumentError waitframe(reader; timeout = timeout)
        @test_throws ArgumentError nextframe(reader; timeout = timeout)
    end
    for timeout in (nothing, Inf, 1e300, typemax(Int), big(10)^30)
        publish(writer, [2.0])
        @test waitframe(reader; timeout = timeout)
        @test nextframe(reader; timeout = timeout)[1] == [2.0]
    end
    began = time_ns()
    @test !waitframe(reader; timeout = 0.25)
    @test time_ns() - began >= 250_000_000
end

@testset "a text ends where it ends, not at a zero byte" begin
    victim = Segment(path("victim"), ones(3, 3); keywords = 2)
    setkeyword!(victim, "GAIN", 1)
    hidden = path("victim") * "\0other"
    @test_throws ArgumentError Segment(hidden, ones(2, 2))
    @test_throws ArgumentError Segment(hidden)
    @test_throws ArgumentError removesegment(hidden)
    for value in (2, 0.5, "x")
        @test_throws ArgumentError setkeyword!(victim, "GAIN\0x", value)
    end
    @test_throws ArgumentError setkeyword!(victim, "GAIN", "ab\0cd")
    @test_throws ArgumentError keyword(victim, "GAIN\0")
    @test keyword(victim, "GAIN") == 1 && newest(victim) == ones(3, 3)
end

@testset "keywords and errors" begin
    segment = Segment(path("keyword"), [1.0]; keywords = 3)
    for value in (-5, 0.5, "Vega", "sixteen bytes ok")
        setkeyword!(segment, "KEY", value)
        @test keyword(segment, "KEY") == value
    end
    @test_throws DaoError keyword(segment, "OTHER")
    @test_throws DaoError Segment(path("missing"))
    @test_throws DimensionMismatch publish(segment, [1.0, 2.0])
    @test_throws DimensionMismatch publish(segment, Float32[1.0])
    @test_throws ArgumentError Segment(path("bad"), ["text"])
    close(segment)
    close(segment)
    @test_throws ArgumentError newest(segment)
    removesegment(path("keyword"))
    @test_throws DaoError removesegment(path("keyword"))
end
