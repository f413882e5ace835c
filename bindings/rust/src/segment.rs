//! One open segment.

use crate::element::Element;
use crate::error::{self, c_text, check, Error, Result};
use crate::ffi;
use crate::keyword::{self, Value};
use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::{size_of, zeroed};
use std::ops::{Deref, DerefMut};
use std::os::raw::c_long;
use std::ptr::{addr_of, null_mut};
use std::time::Duration;

/// Which frame was read, and when it was acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How many frames had been published with it (`cnt0`).
    pub counter: u64,
    /// Its id (`cnt2`).
    pub id: u64,
    /// When it was acquired, nanoseconds since the Unix epoch.
    pub acquired_ns: i64,
    /// Frames published since the last one seen that were not delivered.
    pub missed: u64,
}

/// Which frame [`Segment::next`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest that was not seen yet.
    Newest,
    /// The one after the last one.
    InOrder,
}

/// How [`Segment::next`] waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Asleep.
    Sleep,
    /// With the lowest latency and one core busy.
    Spin,
    /// Nearly that latency for a fraction of the core, where frames come steadily.
    Adaptive,
}

/// A segment of frames of `T`, with a place of its own among them. For one thread at a time.
pub struct Segment<T: Element> {
    // In memory of its own: an open IMAGE must not be moved.
    image: Box<ffi::Image>,
    elements: PhantomData<*mut T>, // neither Send nor Sync by itself
}

// SAFETY: a handle may be used by any thread, by one at a time.
unsafe impl<T: Element> Send for Segment<T> {}

impl<T: Element> Segment<T> {
    /// Make a segment, or use the one of that name and geometry again. `shape`: 1 to 3 axes, slow axis first; `depth`: slots,
    /// at least 1; `keywords`: room for so many.
    pub fn create(name: &str, shape: &[u32], depth: u32, keywords: u16) -> Result<Self> {
        let path = c_text(error::NAME, name)?;
        let mut size = shape.to_vec();
        size.resize(size.len().max(3), 0);
        let mut image = closed_image();
        // SAFETY: `size` has at least 3 entries, and as many as `shape` has; a bad count of axes is refused.
        check(unsafe {
            ffi::daoShmCreateFifo(
                &mut *image,
                path.as_ptr(),
                shape.len() as c_long,
                size.as_mut_ptr(),
                T::CODE,
                1,
                keywords.into(),
                depth,
            )
        })?;
        Ok(Self { image, elements: PhantomData })
    }

    /// Open the segment of that name, for reading only where writing is not permitted. Another type than `T` is an error.
    pub fn open(name: &str) -> Result<Self> {
        let path = c_text(error::NAME, name)?;
        let mut image = closed_image();
        // SAFETY: the image is filled in, or closed after a failure.
        check(unsafe { ffi::daoShmOpen(path.as_ptr(), &mut *image) })?;
        let segment = Self { image, elements: PhantomData };
        segment.check_type()?;
        Ok(segment)
    }

    /// The frame's shape, slow axis first.
    pub fn shape(&self) -> Vec<u32> {
        // SAFETY: `md` is mapped as long as the image is open.
        unsafe {
            let size = addr_of!((*self.image.md).size).read();
            size[..usize::from(addr_of!((*self.image.md).naxis).read()).min(3)].to_vec()
        }
    }

    /// Number of elements of a frame, from the library: the metadata lie in memory that any process may change, and the
    /// room for a frame must not depend on that.
    pub fn element_count(&self) -> usize {
        // SAFETY: the image is open.
        (unsafe { ffi::daoShmGetFrameBytes(&*self.image) }) as usize / size_of::<T>()
    }

    /// Number of slots.
    pub fn depth(&self) -> u32 {
        // SAFETY: as in `shape`.
        unsafe { addr_of!((*self.image.md).fifo_size).read() }
    }

    /// How many frames were published.
    pub fn counter(&mut self) -> u64 {
        // SAFETY: the image is open.
        unsafe { ffi::daoShmGetCounter(&mut *self.image) }
    }

    /// Publish a frame, all of its elements.
    pub fn set(&mut self, frame: &[T]) -> Result<()> {
        self.check_count(frame.len())?;
        // SAFETY: `frame` has that many elements.
        check(unsafe { ffi::daoShmSetData(&mut *self.image, frame.as_ptr().cast(), frame.len() as u64) })
    }

    /// Set the id (`cnt2`) of the next frame that is published here.
    pub fn set_frame_id(&mut self, id: u64) -> Result<()> {
        // SAFETY: the image is open.
        check(unsafe { ffi::daoShmSetFrameId(&mut *self.image, id) })
    }

    /// Copy the newest frame, whole. Before the first one: what the segment was made with, and counter 0.
    pub fn get(&mut self, frame: &mut [T]) -> Result<Frame> {
        self.check_count(frame.len())?;
        let (to, count) = (frame.as_mut_ptr().cast(), frame.len() as u64);
        let mut read = Frame { counter: 0, id: 0, acquired_ns: 0, missed: 0 };
        let mut which = ffi::Frame { size: size_of::<ffi::Frame>() as u32, ..Default::default() };
        // SAFETY: `frame` has room for that many elements.
        unsafe {
            check(ffi::daoShmReadNewest(&mut *self.image, to, count, &mut read.counter, &mut read.acquired_ns))?;
            if ffi::daoShmGetFrame(&mut *self.image, &mut which) == ffi::SUCCESS {
                read.id = which.cnt2;
            }
        }
        Ok(read)
    }

    /// Wait for a frame that was not seen yet and copy it, whole. `None`: the time was up. `timeout` `None`: no limit.
    ///
    /// When another segment has taken the name, the error's status is `DAO_REPLACED`; [`Segment::reopen`] follows.
    pub fn next(
        &mut self,
        frame: &mut [T],
        order: Order,
        wait: Wait,
        timeout: Option<Duration>,
    ) -> Result<Option<Frame>> {
        self.check_count(frame.len())?;
        self.wait_for_next(frame.as_mut_ptr().cast(), frame.len() as u64, order, wait, timeout)
    }

    /// Wait, asleep, for a frame that was not seen yet, and leave it unseen. `false`: the time was up.
    pub fn wait(&mut self, timeout: Option<Duration>) -> Result<bool> {
        Ok(self.wait_for_next(null_mut(), 0, Order::Newest, Wait::Sleep, timeout)?.is_some())
    }

    /// Lend the next slot, to be filled in place and committed.
    pub fn write(&mut self) -> Result<Loan<'_, T>> {
        self.check_type()?;
        let mut slot = null_mut();
        let count = self.element_count();
        // SAFETY: the image is open.
        check(unsafe { ffi::daoShmLoanBegin(&mut *self.image, &mut slot) })?;
        Ok(Loan { segment: self, slot: slot.cast(), count, open: true })
    }

    /// Set a keyword, adding it where there is none of that name.
    pub fn set_keyword(&mut self, name: &str, value: &Value) -> Result<()> {
        keyword::set(&mut self.image, name, value)
    }

    /// A keyword's value; `None` when there is no such keyword.
    pub fn keyword(&mut self, name: &str) -> Result<Option<Value>> {
        keyword::get(&mut self.image, name)
    }

    /// Open the segment that has the name now. Reading in order begins with its first frame.
    pub fn reopen(&mut self) -> Result<()> {
        // SAFETY: the image is open, and stays so when this fails.
        check(unsafe { ffi::daoShmReopen(&mut *self.image) })?;
        self.check_type()
    }

    fn wait_for_next(
        &mut self,
        to: *mut c_void,
        count: u64,
        order: Order,
        wait: Wait,
        timeout: Option<Duration>,
    ) -> Result<Option<Frame>> {
        let how = ffi::NextOptions {
            size: size_of::<ffi::NextOptions>() as u32,
            order: order as u32,
            wait: wait as u32,
            semaphore: 0,
            timeout_ns: timeout.map_or(-1, |limit| i64::try_from(limit.as_nanos()).unwrap_or(-1)),
            follow: 0,
            reserved: 0,
        };
        let mut which = ffi::Frame { size: size_of::<ffi::Frame>() as u32, ..Default::default() };
        let mut missed = 0;
        // SAFETY: `to` has room for `count` elements.
        let status = unsafe { ffi::daoShmNext(&mut *self.image, &how, to, count, &mut which, &mut missed) };
        match status {
            ffi::SUCCESS | ffi::OVERWRITE => {
                Ok(Some(Frame { counter: which.cnt0, id: which.cnt2, acquired_ns: which.atime_ns, missed }))
            }
            ffi::TIMEOUT => Ok(None),
            _ => Err(Error::last(status)),
        }
    }

    fn check_type(&self) -> Result<()> {
        // SAFETY: as in `shape`.
        let found = unsafe { addr_of!((*self.image.md).atype).read() };
        if found == T::CODE {
            return Ok(());
        }
        Err(Error::new(error::TYPE, format!("{}: has element type {found}; expected {}", self.name(), T::CODE)))
    }

    fn check_count(&self, found: usize) -> Result<()> {
        self.check_type()?; // a failed reopen() may have left one of another type
        let expected = self.element_count();
        if found == expected {
            return Ok(());
        }
        let name = self.name();
        Err(Error::new(error::SHAPE, format!("{name}: a frame of {found} elements; expected {expected}")))
    }

    /// The path of the segment's file.
    pub fn name(&self) -> String {
        let bytes = self.image.name.iter().take_while(|&&byte| byte != 0).map(|&byte| byte as u8).collect::<Vec<_>>();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl<T: Element> Drop for Segment<T> {
    fn drop(&mut self) {
        // SAFETY: a close of an image that was open once is always in order.
        unsafe { ffi::daoShmClose(&mut *self.image) };
    }
}

/// The next slot's memory, of older content, while it is lent. Dropped without [`Loan::commit`], it is given back
/// unpublished.
pub struct Loan<'a, T: Element> {
    segment: &'a mut Segment<T>,
    slot: *mut T,
    count: usize,
    open: bool,
}

impl<T: Element> Loan<'_, T> {
    /// Publish the frame.
    pub fn commit(mut self) -> Result<()> {
        self.open = false;
        // SAFETY: the image is open and has the loan.
        check(unsafe { ffi::daoShmLoanCommit(&mut *self.segment.image) })
    }
}

impl<T: Element> Deref for Loan<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: the slot has that many elements, stays mapped, and no other writer comes while it is lent.
        unsafe { std::slice::from_raw_parts(self.slot, self.count) }
    }
}

impl<T: Element> DerefMut for Loan<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`.
        unsafe { std::slice::from_raw_parts_mut(self.slot, self.count) }
    }
}

impl<T: Element> Drop for Loan<'_, T> {
    fn drop(&mut self) {
        if self.open {
            // SAFETY: the image is open and has the loan.
            unsafe { ffi::daoShmLoanAbort(&mut *self.segment.image) };
        }
    }
}

/// Remove a segment's file. Programs that have it open keep the memory; their calls report the removal.
pub fn remove(name: &str) -> Result<()> {
    let path = c_text(error::NAME, name)?;
    // SAFETY: a text that ends with zero.
    check(unsafe { ffi::daoShmRemove(path.as_ptr()) })
}

fn closed_image() -> Box<ffi::Image> {
    // SAFETY: integers and pointers, which may be zero.
    Box::new(unsafe { zeroed() })
}
