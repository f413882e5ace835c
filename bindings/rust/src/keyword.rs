//! Keywords, each read and written whole.

use crate::error::{self, c_text, check, Error, Result};
use crate::ffi;
use std::mem::zeroed;
use std::os::raw::c_char;
use std::ptr::null;

/// A keyword's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer.
    Long(i64),
    /// A floating point number.
    Double(f64),
    /// A text of at most 16 bytes.
    Text(String),
}

pub(crate) fn set(image: &mut ffi::Image, name: &str, value: &Value) -> Result<()> {
    let name = c_text(error::KEYWORD, name)?;
    let name = name.as_ptr();
    // SAFETY: the image is open, texts end with zero; no comment leaves the one there is.
    check(match value {
        Value::Long(number) => unsafe { ffi::daoShmSetKeywordLong(image, name, *number, null()) },
        Value::Double(number) => unsafe { ffi::daoShmSetKeywordDouble(image, name, *number, null()) },
        Value::Text(text) => {
            let text = c_text(error::KEYWORD, text)?;
            unsafe { ffi::daoShmSetKeywordString(image, name, text.as_ptr(), null()) }
        }
    })
}

pub(crate) fn get(image: &mut ffi::Image, name: &str) -> Result<Option<Value>> {
    let name = c_text(error::KEYWORD, name)?;
    // SAFETY: the image is open; a keyword is integers, a float and texts, which may be zero.
    let (status, keyword) = unsafe {
        let mut keyword: ffi::Keyword = zeroed();
        (ffi::daoShmGetKeyword(image, name.as_ptr(), &mut keyword), keyword)
    };
    if let Err(why) = check(status) {
        return if why.code == error::NOT_FOUND { Ok(None) } else { Err(why) };
    }
    // SAFETY: each member takes any bits; `kind` says which one is meant.
    unsafe {
        match keyword.kind as u8 {
            b'L' => Ok(Some(Value::Long(keyword.value.numl))),
            b'D' => Ok(Some(Value::Double(keyword.value.numf))),
            b'S' => Ok(Some(Value::Text(text(&keyword.value.valstr)))),
            kind => {
                Err(Error::new(error::ARGUMENT, format!("a keyword of type {:?}; expected L, D or S", kind as char)))
            }
        }
    }
}

fn text(field: &[c_char; 16]) -> String {
    let bytes: Vec<u8> = field.iter().take_while(|&&byte| byte != 0).map(|&byte| byte as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
