#include "files/fits_format.hpp"

#include <charconv>

#include <fmt/format.h>

#include "files/byte_order.hpp"
#include "files/fits_cards.hpp"
#include "files/fits_common.hpp"
#include "frame/element_types.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

/// The numbers in FITS are big-endian, and unsigned ones (but those of 8 bits; there int8) are stored less half their
/// range, which turns the highest bit.
class FitsNumbers
{
  public:
    explicit FitsNumbers(uint8_t atype)
    {
        visit_type(atype, [this](auto zero) {
            using Real = real_of_t<decltype(zero)>;
            word_bytes_ = sizeof(Real);
            turns_highest_bit_ = std::is_integral_v<Real> && (sizeof(Real) == 1) == std::is_signed_v<Real>;
        });
    }

    void to_file(const std::byte *numbers, std::byte *bytes, uint64_t size_bytes) const
    {
        visit_word(word_bytes_, [&](auto zero) {
            using Word = decltype(zero);
            const Word turned = turn<Word>();
            for_each_word<Word>(numbers, bytes, size_bytes,
                                [turned](Word word) { return swapped(static_cast<Word>(word ^ turned)); });
        });
    }

    void from_file(std::byte *bytes, uint64_t size_bytes) const
    {
        visit_word(word_bytes_, [&](auto zero) {
            using Word = decltype(zero);
            const Word turned = turn<Word>();
            for_each_word<Word>(bytes, bytes, size_bytes,
                                [turned](Word word) { return static_cast<Word>(swapped(word) ^ turned); });
        });
    }

  private:
    template <typename Word>
    Word turn() const
    {
        return turns_highest_bit_ ? static_cast<Word>(Word{1} << (8 * sizeof(Word) - 1)) : Word{0};
    }

    size_t word_bytes_ = 0;
    bool turns_highest_bit_ = false;
};

const std::vector<TableColumn> record_columns{
    {"CNT0", "1W", ""}, {"CNT2", "1W", ""}, {"ATIME_NS", "1K", "ns"}, {"MISSED", "1W", ""}, {"CRC32", "1V", ""}};
constexpr uint64_t row_bytes = 36;

/// Unsigned numbers are stored less half their range.
void put_row(std::string &rows, const FrameRecord &record)
{
    constexpr uint64_t half = uint64_t{1} << 63U;
    const auto put = [&rows](auto word) {
        const auto stored = swapped(word);
        rows.append(reinterpret_cast<const char *>(&stored), sizeof stored);
    };
    put(record.cnt0 ^ half);
    put(record.cnt2 ^ half);
    put(static_cast<uint64_t>(record.atime_ns));
    put(record.missed ^ half);
    put(record.checksum ^ 0x80000000U);
}

/// Headers without a frame. cfitsio makes them once: several threads need them, and it is not safe for threads in every
/// build.
std::string empty_image_header(const FileHeader &header)
{
    Geometry all = header.geometry;
    all.shape.insert(all.shape.begin(), 0);
    const std::string some_time = fits_time_text(0); // as long as any
    return fits_image_header(header, all, [&](fitsfile *file, int &status) {
        fits_write_key_str(file, "DATE-BEG", some_time.c_str(), "acquisition time of the first frame, UTC", &status);
        fits_write_key_str(file, "DATE-END", some_time.c_str(), "acquisition time of the last frame, UTC", &status);
        fits_write_key_ulng(file, "DAOMISS", 0, "frames missing between the first and the last", &status);
    });
}

std::string empty_table_header()
{
    return fits_table_header(frames_extension, record_columns,
                             {"One row per frame: counter, frame id, acquisition time since 1970 (UTC),",
                              "number of frames missing just before it, and CRC-32 of its bytes,", "little-endian."});
}

class FitsRecordingFormat : public RecordingFormat
{
  public:
    explicit FitsRecordingFormat(const FileHeader &header)
        : image_header_(empty_image_header(header)), table_header_(empty_table_header()),
          axes_(header.geometry.shape.size() + (is_complex_type(header.geometry.atype) ? 2 : 1)),
          numbers_(header.geometry.atype), encoded_(header.geometry.size_bytes())
    {
    }

    std::string header(const FramesSummary &summary) const override
    {
        std::string text = image_header_;
        const auto set_time = [&](const char *name, int64_t time_ns) {
            const std::string time = summary.frames > 0 ? fits_time_text(time_ns) : "";
            set_fits_value(text, name, fmt::format("{:<31}", fmt::format("'{}'", time)));
        };
        set_fits_number(text, fmt::format("NAXIS{}", axes_), summary.frames);
        set_time("DATE-BEG", summary.first_ns);
        set_time("DATE-END", summary.last_ns);
        set_fits_number(text, "DAOMISS", summary.missed);
        return text;
    }

    std::optional<uint64_t> frames_in(const std::string &found) const override
    {
        constexpr size_t card_bytes = 80;
        constexpr size_t number_at = 10;
        constexpr size_t number_bytes = 20;
        const std::string axis = fmt::format("{:<8}", fmt::format("NAXIS{}", axes_));
        uint64_t frames = 0;
        for (size_t at = 0; at < found.size(); at += card_bytes)
        {
            const std::string card = found.substr(at, card_bytes);
            const std::string name = card.substr(0, 8);
            const bool varies = name == axis || name == "DATE-BEG" || name == "DATE-END" || name == "DAOMISS ";
            const size_t same_bytes = varies ? std::min(number_at, card.size()) : card.size();
            if (card.compare(0, same_bytes, image_header_, at, same_bytes) != 0)
                return std::nullopt;
            const size_t digits_at = name == axis ? card.find_first_not_of(' ', number_at) : std::string::npos;
            if (digits_at != std::string::npos)
                std::from_chars(card.data() + digits_at, card.data() + std::min(card.size(), number_at + number_bytes),
                                frames);
        }
        return frames;
    }

    const std::byte *encode(const std::byte *frame) override
    {
        numbers_.to_file(frame, encoded_.data(), encoded_.size());
        return encoded_.data();
    }

    void decode(std::byte *frame) const override { numbers_.from_file(frame, encoded_.size()); }

    std::string records_path(const std::string &recording) const override { return recording; }

    uint64_t records_bytes(uint64_t frames) const override
    {
        return frames * row_bytes + table_header_.size() + 2 * fits_block_bytes;
    }

    void write_records(uint64_t frames, const Records &records, Appender &file) const override
    {
        file.pad(fits_block_bytes);
        std::string header = table_header_;
        set_fits_number(header, "NAXIS2", frames);
        file.append(header);
        std::string row;
        records([&](const FrameRecord &record) {
            row.clear();
            put_row(row, record);
            file.append(row);
        });
        file.pad(fits_block_bytes);
    }

  private:
    std::string image_header_;
    std::string table_header_;
    size_t axes_;
    FitsNumbers numbers_;
    std::vector<std::byte> encoded_;
};

}

void check_fits(int status, const std::string &path)
{
    if (status == 0)
        return;
    char words[FLEN_STATUS] = "";
    char detail[FLEN_ERRMSG] = "";
    fits_get_errstatus(status, words);
    std::string message = fmt::format("{}: {}", path, words);
    if (fits_read_errmsg(detail) != 0)
        message += fmt::format(" ({})", detail);
    fits_clear_errmsg();
    throw ToolError(message);
}

std::unique_ptr<RecordingFormat> fits_recording_format(const FileHeader &header)
{
    return std::make_unique<FitsRecordingFormat>(header);
}

void save_fits(OutputFile &file, const FileHeader &header, const void *frame, const FrameRecord &record)
{
    const std::string text = fits_image_header(header, header.geometry, [&](fitsfile *cards, int &status) {
        fits_write_key_str(cards, "DATE-OBS", fits_time_text(record.atime_ns).c_str(), "acquisition time, UTC",
                           &status);
        fits_write_key_lng(cards, "DAOATIME", record.atime_ns, "[ns] acquisition time since 1970, UTC", &status);
        fits_write_key_ulng(cards, "DAOCNT0", record.cnt0, "frame counter", &status);
        fits_write_key_ulng(cards, "DAOCNT2", record.cnt2, "frame id", &status);
    });
    std::vector<std::byte> encoded(header.geometry.size_bytes());
    FitsNumbers(header.geometry.atype).to_file(static_cast<const std::byte *>(frame), encoded.data(), encoded.size());
    Appender appender(file, 0);
    appender.append(text);
    appender.append({reinterpret_cast<const char *>(encoded.data()), encoded.size()});
    appender.pad(fits_block_bytes);
    appender.finish();
}

}
