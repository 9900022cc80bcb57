//! What the machine could do at most: memory bandwidth, Philox blocks, f32 multiply-adds, on one thread and on two; and how
//! near to that the engine comes.

use crate::{costs::FirmWeek, machine::cache, world::THREADS};
use std::{fmt::Write, hint::black_box, sync::Barrier, time::Instant};
use telework::random::philox;

/// `a = b + s c`, the triad of the STREAM benchmark.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn triad(a: &mut [f32], b: &[f32], c: &[f32], s: f32) {
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        *a = b + s * c;
    }
}

/// Blocks of 64 firms a step, as wide vectors like them; returns what keeps them from being left out.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn draw(steps: u32, week: u32) -> u32 {
    let mut words = [0; 64];
    for step in 0..steps {
        for (lane, word) in words.iter_mut().enumerate() {
            let [a, b] = philox(64 * step + lane as u32, week, 7);
            *word ^= a ^ b;
        }
    }
    words.iter().fold(0, |all, word| all ^ word)
}

/// A product and a sum in each of `LANES` chains, as often as there are steps. Not fused: the engine's are not.
#[inline(always)]
fn chains<const LANES: usize>(steps: u32, factor: f32) -> f32 {
    let mut lanes: [f32; LANES] = std::array::from_fn(|lane| lane as f32);
    for _ in 0..steps {
        for lane in &mut lanes {
            *lane = *lane * factor + 0.5;
        }
    }
    lanes.iter().sum()
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn narrow(steps: u32, factor: f32) -> f32 {
    chains::<64>(steps, factor)
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn wide(steps: u32, factor: f32) -> f32 {
    chains::<128>(steps, factor)
}

/// Rates by [`THREADS`].
pub struct Roofline {
    /// Bytes a second from and to memory.
    memory: [f64; 2],
    /// Bytes a second from and to the second-level cache.
    cached: [f64; 2],
    /// Philox blocks a second.
    blocks: [f64; 2],
    /// f32 operations a second.
    arithmetic: [f64; 2],
}

/// Best rate of some rounds: work of all threads over the time from their common start to the last one's end. `prepare` makes
/// a thread's work, which says how much it did.
fn rate<W: FnMut() -> f64>(threads: usize, rounds: usize, prepare: impl Fn() -> W + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    let thread = || {
        let mut work = prepare();
        // Pages are there and the clock is up after the first.
        work();
        let round = |_| {
            barrier.wait();
            let start = Instant::now();
            let done = work();
            barrier.wait();
            done / start.elapsed().as_secs_f64()
        };
        (0..rounds).map(round).collect::<Vec<f64>>()
    };
    let rates: Vec<Vec<f64>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(thread)).collect();
        handles.into_iter().map(|handle| handle.join().expect("no work panics")).collect()
    });
    (0..rounds).map(|round| rates.iter().map(|of| of[round]).sum()).fold(0.0, f64::max)
}

/// Triads over three arrays that take so many bytes together.
fn bandwidth(threads: usize, rounds: usize, bytes: usize, passes: usize) -> f64 {
    rate(threads, rounds, || {
        let length = bytes / 3 / size_of::<f32>();
        let (mut a, b, c) = (vec![1.0; length], vec![2.0; length], vec![3.0; length]);
        move || {
            for _ in 0..passes {
                triad(black_box(&mut a), black_box(&b), black_box(&c), 0.5);
            }
            (3 * size_of::<f32>() * length * passes) as f64
        }
    })
}

impl Roofline {
    /// Measures; best of so many rounds, because a ceiling is asked for.
    pub fn measure(rounds: usize) -> Roofline {
        const STEPS: u32 = 1 << 20;
        let (second, third) = (cache(2, 1 << 20), cache(3, 32 << 20));
        let fast = |threads, kernel: fn(u32, f32) -> f32, lanes: f64| {
            rate(threads, rounds, || {
                move || {
                    black_box(kernel(black_box(8 * STEPS), black_box(0.5)));
                    2.0 * lanes * f64::from(8 * STEPS)
                }
            })
        };
        Roofline {
            memory: THREADS.map(|threads| bandwidth(threads, rounds, 6 * third, 4)),
            cached: THREADS.map(|threads| bandwidth(threads, rounds, second / 2, 2000)),
            blocks: THREADS.map(|threads| {
                rate(threads, rounds, || {
                    || {
                        black_box(draw(black_box(STEPS), black_box(1)));
                        64.0 * f64::from(STEPS)
                    }
                })
            }),
            arithmetic: THREADS.map(|threads| fast(threads, narrow, 64.0).max(fast(threads, wide, 128.0))),
        }
    }

    /// Least seconds of a firm's week by [`THREADS`]: moving the bytes, and computing (draws, then floating point).
    fn least(&self, week: &FirmWeek) -> [(f64, f64); 2] {
        [0, 1]
            .map(|i| (week.bytes / self.memory[i], week.blocks / self.blocks[i] + week.arithmetic / self.arithmetic[i]))
    }

    /// Ceilings, for the page.
    pub fn table(&self) -> String {
        let mut text = String::from("| ceiling | 1 thread | 2 threads |\n|---|---:|---:|\n");
        for (what, [one, two]) in [
            ("memory, thousand million bytes a second (triad, arrays of six times the last cache)", self.memory),
            ("second-level cache, the same (triad in half of it)", self.cached),
            ("Philox2x32-10, thousand million blocks a second", self.blocks),
            ("f32, thousand million products and sums a second", self.arithmetic),
        ] {
            let _ = writeln!(text, "| {what} | {:.2} | {:.2} |", one / 1e9, two / 1e9);
        }
        text
    }

    /// How near a run comes that takes so many seconds for so many firm-weeks, for the page.
    pub fn distance(&self, week: &FirmWeek, seconds: [f64; 2], firm_weeks: f64) -> String {
        let nanoseconds = |[one, two]: [f64; 2]| format!("{:.3} | {:.3}", 1e9 * one, 1e9 * two);
        let least = self.least(week);
        let bound = least.map(|(memory, computing)| memory.max(computing));
        let taken = seconds.map(|seconds| seconds / firm_weeks);
        let share = [0, 1].map(|i| 100.0 * bound[i] / taken[i]);
        format!(
            "| ns a firm-week, whole Japan, `no_policy` unobserved | 1 thread | 2 threads |\n|---|---:|---:|\n\
             | least, by memory | {} |\n| least, by computing | {} |\n| taken | {} |\n\
             | **share of the roofline** | {:.0} % | {:.0} % |\n",
            nanoseconds(least.map(|(memory, _)| memory)),
            nanoseconds(least.map(|(_, computing)| computing)),
            nanoseconds(taken),
            share[0],
            share[1]
        )
    }
}
