//! Memory that will be needed soon. An array and a place in, nothing out but time saved.

/// How many packs or firms ahead memory is asked for: firms are mostly far from the processor's caches.
pub const AHEAD: usize = 12;

/// Asks the processor to bring an element near. Changes nothing but time.
#[inline(always)]
pub fn fetch<T>(array: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = array.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of x86-64, and a prefetch has no effect on memory.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (array, at);
}
