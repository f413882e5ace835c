//! The types that a segment can hold.

/// A type of element. Its values may be any bytes.
///
/// # Safety
/// `CODE` is the code in `dao.h` of a type with the same size and layout, and every pattern of bits is a value.
pub unsafe trait Element: Copy + Default + Send + 'static {
    /// `_DATATYPE_x` of `dao.h`.
    const CODE: u8;
}

/// A complex number of two `f32`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex32 {
    /// Real part.
    pub re: f32,
    /// Imaginary part.
    pub im: f32,
}

/// A complex number of two `f64`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex64 {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

macro_rules! elements {
    ($($rust:ty = $code:literal),+ $(,)?) => {
        // SAFETY: the codes are those of dao.h; integers, floats and pairs of floats take any bits.
        $(unsafe impl Element for $rust { const CODE: u8 = $code; })+
    };
}

elements! {
    u8 = 1, i8 = 2, u16 = 3, i16 = 4, u32 = 5, i32 = 6, u64 = 7, i64 = 8,
    f32 = 9, f64 = 10, Complex32 = 11, Complex64 = 12,
}
