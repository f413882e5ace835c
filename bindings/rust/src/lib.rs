//! Shared memory for real-time adaptive optics and scientific imaging: frames in named segments, exchanged by processes
//! in C, C++, Python and Rust.
//!
//! ```no_run
//! use dao_shm::{Order, Segment, Wait};
//!
//! fn main() -> dao_shm::Result<()> {
//!     let mut camera = Segment::<u16>::open("/tmp/camera.im.shm")?;
//!     let mut frame = vec![0; camera.element_count()];
//!     while let Some(which) = camera.next(&mut frame, Order::InOrder, Wait::Sleep, None)? {
//!         println!("frame {}, {} missed, begins with {}", which.counter, which.missed, frame[0]);
//!     }
//!     Ok(())
//! }
//! ```

mod element;
mod error;
mod ffi;
mod keyword;
mod segment;

pub use element::{Complex32, Complex64, Element};
pub use error::{Error, Result};
pub use keyword::Value;
pub use segment::{remove, Frame, Loan, Order, Segment, Wait};

/// The version of libdao, such as "1.0.0".
pub fn version() -> String {
    // SAFETY: a text that lives as long as the library.
    unsafe { std::ffi::CStr::from_ptr(ffi::daoVersion()) }.to_string_lossy().into_owned()
}
