//! The `telework` program: arguments in, exit code out.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    process::ExitCode,
};

/// The system's allocator; where it refuses, the program ends with a message and an exit code, and cleans up.
struct Refusing;

/// Passes a block on, unless it was refused.
fn granted(block: *mut u8, bytes: usize) -> *mut u8 {
    if block.is_null() {
        telework::cli::out_of_memory(bytes);
    }
    block
}

// SAFETY: every request goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        granted(unsafe { System.alloc(layout) }, layout.size())
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        granted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        granted(unsafe { System.realloc(block, layout, size) }, size)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static MEMORY: Refusing = Refusing;

fn main() -> ExitCode {
    telework::cli::main()
}
