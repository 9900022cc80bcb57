//! Elements of arrays that stand together or will be needed soon.

/// How many chunks or firms ahead memory is asked for: firms are mostly far from the processor's caches.
pub const PREFETCH_AHEAD: usize = 12;

/// Asks the processor to bring an element near. Changes nothing but time.
#[inline(always)]
pub fn prefetch<T>(array: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = array.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of x86-64, and a prefetch has no effect on memory.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (array, at);
}

/// So many elements from a place on; beyond the array's end, nothing. Loops over a window have a fixed length.
#[inline(always)]
pub fn window<T: Copy + Default, const N: usize>(array: &[T], first: usize) -> [T; N] {
    let rest = &array[first..];
    match rest.first_chunk() {
        Some(window) => *window,
        None => {
            let mut window = [T::default(); N];
            window[..rest.len()].copy_from_slice(rest);
            window
        }
    }
}
