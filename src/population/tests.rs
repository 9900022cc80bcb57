//! Tests of the synthesis against published figures and its promises.

use super::*;

#[test]
fn whole() {
    let data = Data::embedded().unwrap();
    let t = std::time::Instant::now();
    let p = synthesise(&data, 1, Scale::Whole).unwrap();
    println!("whole {:?}", t.elapsed());
    println!("{}", report(&data, &p).unwrap());
    let t = std::time::Instant::now();
    let s = synthesise(&data, 1, Scale::Sample(60_000)).unwrap();
    println!("sample {:?} {}", t.elapsed(), s.len());
    println!("{}", report(&data, &s).unwrap());
}
