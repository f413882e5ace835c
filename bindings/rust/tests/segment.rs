//! Segments between handles, threads and processes.

use dao_shm::{remove, Complex64, Element, Order, Segment, Value, Wait};
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const LONG: Option<Duration> = Some(Duration::from_secs(60));
const SHORT: Option<Duration> = Some(Duration::from_millis(30));

/// A name that no other test uses; the segment is removed with it.
struct Name(String);

impl Name {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = format!("dao_rust_{}_{number}.im.shm", std::process::id());
        Self(std::env::temp_dir().join(file).to_str().unwrap().to_owned())
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        let _ = remove(&self.0);
    }
}

#[test]
fn what_is_set_is_what_one_gets() {
    let name = Name::new();
    let mut writer = Segment::<f32>::create(&name.0, &[4, 6], 3, 0).unwrap();
    let mut reader = Segment::<f32>::open(&name.0).unwrap();
    assert_eq!((reader.shape(), reader.element_count(), reader.depth()), (vec![4, 6], 24, 3));
    assert_eq!(reader.name(), name.0);
    let frame: Vec<f32> = (0..24u8).map(f32::from).collect();
    writer.set_frame_id(77).unwrap();
    writer.set(&frame).unwrap();
    let mut got = vec![0.0; 24];
    let which = reader.get(&mut got).unwrap();
    assert_eq!((which.counter, which.id, got), (1, 77, frame));
    assert!(which.acquired_ns > 1_600_000_000_000_000_000);
    assert_eq!(writer.counter(), 1);
}

fn holds<T: Element + PartialEq + std::fmt::Debug>(value: T) {
    let name = Name::new();
    let mut segment = Segment::<T>::create(&name.0, &[5], 1, 0).unwrap();
    segment.set(&[value; 5]).unwrap();
    let mut got = [T::default(); 5];
    Segment::<T>::open(&name.0).unwrap().get(&mut got).unwrap();
    assert_eq!(got, [value; 5]);
}

#[test]
fn every_type_of_element() {
    holds(200u8);
    holds(-100i8);
    holds(60_000u16);
    holds(-30_000i16);
    holds(4_000_000_000u32);
    holds(-2_000_000_000i32);
    holds(u64::MAX);
    holds(i64::MIN);
    holds(1.5f32);
    holds(1e300f64);
    holds(dao_shm::Complex32 { re: 1.0, im: -2.0 });
    holds(Complex64 { re: 1.0, im: -2.0 });
}

#[test]
fn frames_in_order_and_how_many_were_missed() {
    let name = Name::new();
    let mut writer = Segment::<u32>::create(&name.0, &[2, 2], 2, 0).unwrap();
    let mut reader = Segment::<u32>::open(&name.0).unwrap();
    let mut frame = [0; 4];
    assert_eq!(reader.next(&mut frame, Order::InOrder, Wait::Sleep, SHORT).unwrap(), None);
    for value in 1..=5 {
        writer.set(&[value; 4]).unwrap();
    }
    let which = reader.next(&mut frame, Order::InOrder, Wait::Spin, LONG).unwrap().unwrap();
    assert_eq!((which.counter, which.missed, frame), (4, 3, [4; 4]));
    let which = reader.next(&mut frame, Order::InOrder, Wait::Adaptive, LONG).unwrap().unwrap();
    assert_eq!((which.counter, which.missed, frame), (5, 0, [5; 4]));
    assert!(!reader.wait(SHORT).unwrap());
}

#[test]
fn a_wait_ends_with_the_frame_of_another_thread() {
    let name = Name::new();
    let mut reader = Segment::<i64>::create(&name.0, &[1000], 4, 0).unwrap();
    let mut writer = Segment::<i64>::open(&name.0).unwrap();
    let began = Instant::now();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        writer.set(&vec![9; 1000]).unwrap();
    });
    assert!(reader.wait(LONG).unwrap());
    assert!(began.elapsed() >= Duration::from_millis(50));
    let mut frame = vec![0; 1000];
    assert!(reader.next(&mut frame, Order::Newest, Wait::Sleep, LONG).unwrap().is_some());
    assert_eq!(frame, [9; 1000]);
    thread.join().unwrap();
}

#[test]
fn a_loan_is_published_or_given_back() {
    let name = Name::new();
    let mut segment = Segment::<u8>::create(&name.0, &[2, 3, 4], 2, 0).unwrap();
    let mut loan = segment.write().unwrap();
    loan.fill(7);
    loan.commit().unwrap();
    segment.write().unwrap().fill(8); // dropped
    let mut frame = [0; 24];
    assert_eq!(segment.get(&mut frame).unwrap().counter, 1);
    assert_eq!(frame, [7; 24]);
}

#[test]
fn keywords_of_every_kind() {
    let name = Name::new();
    let mut writer = Segment::<u8>::create(&name.0, &[1], 1, 4).unwrap();
    let mut reader = Segment::<u8>::open(&name.0).unwrap();
    for value in [Value::Long(-5), Value::Double(0.5), Value::Text("sixteen bytes ok".into())] {
        writer.set_keyword("KEY", &value).unwrap();
        assert_eq!(reader.keyword("KEY").unwrap(), Some(value));
    }
    assert_eq!(reader.keyword("OTHER").unwrap(), None);
    let too_long = Value::Text("more than sixteen bytes".into());
    for value in [too_long, Value::Text("cut\0here".into())] {
        assert_eq!(writer.set_keyword("KEY", &value).unwrap_err().code, 16);
    }
    assert_eq!(writer.set_keyword("KEY\0S", &Value::Long(1)).unwrap_err().code, 16);
    assert_eq!(reader.keyword("KEY\0").unwrap_err().code, 16);
    assert_eq!(reader.keyword("KEY").unwrap(), Some(Value::Text("sixteen bytes ok".into())));
}

#[test]
fn the_room_for_a_frame_does_not_come_from_shared_memory() {
    let name = Name::new();
    for (depth, keywords) in [(1, 0), (3, 2)] {
        let mut segment = Segment::<f32>::create(&name.0, &[4, 5], depth, keywords).unwrap();
        let mut file = std::fs::OpenOptions::new().write(true).open(&name.0).unwrap();
        file.seek(std::io::SeekFrom::Start(84)).unwrap(); // the axes, as another process may write there
        file.write_all(&[0xff; 12]).unwrap();
        assert_eq!(segment.element_count(), 20);
        assert_eq!(segment.write().unwrap().len(), 20);
        std::fs::remove_file(&name.0).unwrap(); // by now it is no segment
    }
}

#[test]
fn a_segment_that_was_replaced_is_told_and_followed() {
    let name = Name::new();
    let _old = Segment::<f64>::create(&name.0, &[3], 1, 0).unwrap();
    let mut reader = Segment::<f64>::open(&name.0).unwrap();
    let mut new = Segment::<f64>::create(&name.0, &[2, 2], 1, 0).unwrap();
    new.set(&[4.0; 4]).unwrap();
    let told = reader.wait(LONG).unwrap_err();
    assert_eq!(told.status, -5);
    reader.reopen().unwrap();
    let mut frame = [0.0; 4];
    assert_eq!(reader.get(&mut frame).unwrap().counter, 1);
    let _other_type = Segment::<u8>::create(&name.0, &[2, 2], 1, 0).unwrap();
    assert!(reader.reopen().is_err());
    assert!(reader.get(&mut frame).is_err() && reader.set(&frame).is_err() && reader.write().is_err());
}

#[test]
fn errors_say_what_was_found_and_expected() {
    let name = Name::new();
    let missing = Segment::<u8>::open(&name.0).err().unwrap();
    assert!(missing.code == 4 && missing.to_string().contains(&name.0), "{missing}");
    for name in ["a\0b", ""] {
        assert_eq!(Segment::<u8>::open(name).err().unwrap().code, 3);
    }
    for shape in [&[][..], &[0], &[1, 1, 1, 1], &[u32::MAX, u32::MAX, u32::MAX]] {
        assert!(Segment::<u8>::create(&name.0, shape, 1, 0).is_err(), "{shape:?}");
    }
    assert!(Segment::<u8>::create(&name.0, &[1], 0, 0).is_err());
    let mut segment = Segment::<u8>::create(&name.0, &[4], 1, 0).unwrap();
    let other = Segment::<i8>::open(&name.0).err().unwrap();
    assert!(other.code == 12 && other.message.contains("expected 2"), "{other}");
    for count in [0, 3, 5] {
        assert_eq!(segment.set(&vec![0; count]).unwrap_err().code, 13);
        assert_eq!(segment.get(&mut vec![0; count]).unwrap_err().code, 13);
    }
    assert_eq!(segment.counter(), 0);
    assert!(dao_shm::version().len() >= 5);
}
