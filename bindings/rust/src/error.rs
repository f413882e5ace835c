//! What went wrong.

use crate::ffi;
use std::ffi::{CStr, CString, NulError};
use std::fmt;

/// Why a call failed: the status and the code of `dao.h`, and a message that names the segment, what was found and what was
/// expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// `DAO_ERROR` (1), or a condition: `DAO_REPLACED` (-5), `DAO_REMOVED` (-6), `DAO_NOTREADY` (-3), ...
    pub status: i8,
    /// `DAO_ERROR_CODE`, such as 4: no such segment.
    pub code: i32,
    /// What happened.
    pub message: String,
}

/// What a call gives, or why not.
pub type Result<T> = std::result::Result<T, Error>;

pub(crate) const ARGUMENT: i32 = 1;
pub(crate) const NAME: i32 = 3;
pub(crate) const NOT_FOUND: i32 = 4;
pub(crate) const TYPE: i32 = 12;
pub(crate) const SHAPE: i32 = 13;
pub(crate) const KEYWORD: i32 = 16;

impl Error {
    pub(crate) fn new(code: i32, message: String) -> Self {
        Self { status: 1, code, message }
    }

    // Of this thread's last call, which returned `status`.
    pub(crate) fn last(status: i8) -> Self {
        // SAFETY: both may always be called; the text is copied before another call.
        let (code, message) = unsafe { (ffi::daoLastErrorCode(), CStr::from_ptr(ffi::daoLastErrorMessage())) };
        Self { status, code, message: message.to_string_lossy().into_owned() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A text as C takes it. `code`: of the error, where C would cut it at a zero byte.
pub(crate) fn c_text(code: i32, text: &str) -> Result<CString> {
    let refused = |found: NulError| {
        let position = found.nul_position();
        Error::new(code, format!("{text:?}: a zero byte at {position}; expected none"))
    };
    CString::new(text).map_err(refused)
}

pub(crate) fn check(status: i8) -> Result<()> {
    if status == ffi::SUCCESS {
        Ok(())
    } else {
        Err(Error::last(status))
    }
}
