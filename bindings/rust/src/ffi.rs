//! What this crate uses of `dao.h`, declared by hand. The tests compare the layouts with those of the C compiler.

use std::ffi::{c_char, c_int, c_long, c_void};

pub const SUCCESS: i8 = 0;
pub const TIMEOUT: i8 = -1;
pub const OVERWRITE: i8 = -2;

/// `IMAGE_KEYWORD.value`.
#[repr(C)]
#[derive(Clone, Copy)]
pub union KeywordValue {
    pub numl: i64,
    pub numf: f64,
    pub valstr: [c_char; 16],
}

/// `IMAGE_KEYWORD`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Keyword {
    pub name: [c_char; 16],
    pub kind: c_char,
    pub value: KeywordValue,
    pub comment: [c_char; 80],
}

/// `IMAGE_METADATA`.
#[repr(C)]
pub struct Metadata {
    pub name: [c_char; 80],
    pub naxis: u8,
    pub size: [u32; 3],
    pub nelement: u64,
    pub atype: u8,
    pub creation_time: f64,
    pub last_access: f64,
    pub atime: [i64; 2],
    pub shared: u8,
    pub status: u8,
    pub logflag: u8,
    pub sem: u16,
    pub cnt0: u64,
    pub cnt1: u64,
    pub cnt2: u64,
    pub write: u8,
    pub keyword_room: u16,
    pub last_position: u32,
    pub last_count: u32,
    pub packet: u32,
    pub packet_total: u32,
    pub last_numbers: [u64; 512],
    pub fifo_size: u32,
    pub fifo_last_written: u32,
}

/// `IMAGE`.
#[repr(C)]
pub struct Image {
    pub name: [c_char; 80],
    pub used: u8,
    pub shmfd: i32,
    pub memsize: u64,
    pub semlog: *mut c_void,
    pub md: *mut Metadata,
    pub array: *mut c_void,
    pub semptr: *mut c_void,
    pub kw: *mut Keyword,
    pub sem_read_pid: *mut c_void,
    pub sem_write_pid: *mut c_void,
    pub fifo_last_read: u32,
    pub fifo_last_read_cnt0: u64,
}

/// `DAO_FRAME`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Frame {
    pub size: u32,
    pub slot: u32,
    pub cnt0: u64,
    pub cnt1: u64,
    pub cnt2: u64,
    pub atime_ns: i64,
    pub epoch: u64,
    pub generation: u32,
    pub stable: u32,
}

/// `DAO_NEXT_OPTIONS`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct NextOptions {
    pub size: u32,
    pub order: u32,
    pub wait: u32,
    pub semaphore: i32,
    pub timeout_ns: i64,
    pub follow: u32,
    pub reserved: u32,
}

extern "C" {
    pub fn daoLastErrorCode() -> c_int;
    pub fn daoLastErrorMessage() -> *const c_char;
    pub fn daoVersion() -> *const c_char;
    pub fn daoShmCreateFifo(
        image: *mut Image,
        name: *const c_char,
        naxis: c_long,
        size: *mut u32,
        atype: u8,
        shared: c_int,
        keywords: c_int,
        depth: u32,
    ) -> i8;
    pub fn daoShmOpen(name: *const c_char, image: *mut Image) -> i8;
    pub fn daoShmClose(image: *mut Image) -> i8;
    pub fn daoShmRemove(name: *const c_char) -> i8;
    pub fn daoShmReopen(image: *mut Image) -> i8;
    pub fn daoShmGetCounter(image: *mut Image) -> u64;
    pub fn daoShmGetFrameBytes(image: *const Image) -> u64;
    pub fn daoShmSetData(image: *mut Image, data: *const c_void, count: u64) -> i8;
    pub fn daoShmSetFrameId(image: *mut Image, id: u64) -> i8;
    pub fn daoShmReadNewest(image: *mut Image, to: *mut c_void, count: u64, cnt0: *mut u64, atime_ns: *mut i64) -> i8;
    pub fn daoShmGetFrame(image: *mut Image, frame: *mut Frame) -> i8;
    pub fn daoShmNext(
        image: *mut Image,
        how: *const NextOptions,
        to: *mut c_void,
        count: u64,
        frame: *mut Frame,
        missed: *mut u64,
    ) -> i8;
    pub fn daoShmLoanBegin(image: *mut Image, slot: *mut *mut c_void) -> i8;
    pub fn daoShmLoanCommit(image: *mut Image) -> i8;
    pub fn daoShmLoanAbort(image: *mut Image) -> i8;
    pub fn daoShmSetKeywordLong(image: *mut Image, name: *const c_char, value: i64, comment: *const c_char) -> i8;
    pub fn daoShmSetKeywordDouble(image: *mut Image, name: *const c_char, value: f64, comment: *const c_char) -> i8;
    pub fn daoShmSetKeywordString(
        image: *mut Image,
        name: *const c_char,
        value: *const c_char,
        comment: *const c_char,
    ) -> i8;
    pub fn daoShmGetKeyword(image: *mut Image, name: *const c_char, keyword: *mut Keyword) -> i8;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::mem::{offset_of, size_of};
    use std::process::Command;

    // What the C compiler says: NAME OFFSET BYTES.
    fn layouts() -> Option<HashMap<String, (usize, usize)>> {
        let here = env!("CARGO_MANIFEST_DIR");
        let program = std::env::temp_dir().join(format!("dao-layouts-{}", std::process::id()));
        let compiled = Command::new("cc")
            .arg(format!("-I{here}/../../include"))
            .arg(format!("{here}/../layouts.c"))
            .arg("-o")
            .arg(&program)
            .status();
        if compiled.is_err() {
            return None; // no C compiler here
        }
        let output = Command::new(&program).output().unwrap();
        std::fs::remove_file(&program).unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let entry = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[0].to_owned(), (words[1].parse().unwrap(), words[2].parse().unwrap()))
        };
        Some(lines.lines().map(entry).collect())
    }

    fn bytes_of_field<Struct, Field>(_: impl Fn(&Struct) -> &Field) -> usize {
        size_of::<Field>()
    }

    macro_rules! check_layout {
        ($layouts:ident, $c:literal, $rust:ty, $($field:ident = $name:literal),+ $(,)?) => {
            assert_eq!($layouts[$c], (0, size_of::<$rust>()), $c);
            $({
                let field = concat!($c, ".", $name);
                let found = (offset_of!($rust, $field), bytes_of_field(|it: &$rust| &it.$field));
                assert_eq!($layouts[field], found, "{field}");
            })+
        };
    }

    #[test]
    fn structs_lie_as_in_c() {
        let Some(layouts) = layouts() else { return };
        check_layout!(
            layouts,
            "IMAGE_KEYWORD",
            Keyword,
            name = "name",
            kind = "type",
            value = "value",
            comment = "comment",
        );
        check_layout!(
            layouts,
            "IMAGE_METADATA",
            Metadata,
            name = "name",
            naxis = "naxis",
            size = "size",
            nelement = "nelement",
            atype = "atype",
            creation_time = "creation_time",
            last_access = "last_access",
            atime = "atime",
            shared = "shared",
            status = "status",
            logflag = "logflag",
            sem = "sem",
            cnt0 = "cnt0",
            cnt1 = "cnt1",
            cnt2 = "cnt2",
            write = "write",
            keyword_room = "NBkw",
            last_position = "lastPos",
            last_count = "lastNb",
            packet = "packetNb",
            packet_total = "packetTotal",
            last_numbers = "lastNbArray",
            fifo_size = "fifo_size",
            fifo_last_written = "fifo_last_written",
        );
        check_layout!(
            layouts,
            "IMAGE",
            Image,
            name = "name",
            used = "used",
            shmfd = "shmfd",
            memsize = "memsize",
            semlog = "semlog",
            md = "md",
            array = "array",
            semptr = "semptr",
            kw = "kw",
            sem_read_pid = "semReadPID",
            sem_write_pid = "semWritePID",
            fifo_last_read = "fifo_last_read",
            fifo_last_read_cnt0 = "fifo_last_read_cnt0",
        );
        check_layout!(
            layouts,
            "DAO_FRAME",
            Frame,
            size = "size",
            slot = "slot",
            cnt0 = "cnt0",
            cnt1 = "cnt1",
            cnt2 = "cnt2",
            atime_ns = "atime_ns",
            epoch = "epoch",
            generation = "generation",
            stable = "stable",
        );
        check_layout!(
            layouts,
            "DAO_NEXT_OPTIONS",
            NextOptions,
            size = "size",
            order = "order",
            wait = "wait",
            semaphore = "semaphore",
            timeout_ns = "timeout_ns",
            follow = "follow",
            reserved = "reserved",
        );
    }
}
