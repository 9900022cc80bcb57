//! For tests: one function compiled for each of the instruction sets among which the program chooses at run time. A function
//! that is always inlined in, its versions for SSE2, AVX2 and AVX-512 with their names out, as far as the processor has them.

/// `instruction_sets!(inner(a: A, b: B))` is a `Vec<(&str, fn(A, B))>`.
macro_rules! instruction_sets {
    ($inner:path, ($($argument:ident: $type:ty),*)) => {{
        #[target_feature(enable = "avx2,bmi1,bmi2")]
        fn avx2($($argument: $type),*) {
            $inner($($argument),*)
        }
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2")]
        fn avx512($($argument: $type),*) {
            $inner($($argument),*)
        }
        let mut versions: Vec<(&str, fn($($type),*))> = vec![("SSE2", |$($argument),*| $inner($($argument),*))];
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
            // SAFETY: the processor has these instructions.
            versions.push(("AVX2", |$($argument),*| unsafe { avx2($($argument),*) }));
        }
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the processor has these instructions.
            versions.push(("AVX-512", |$($argument),*| unsafe { avx512($($argument),*) }));
        }
        assert!(versions.len() > 1, "this processor has SSE2 alone: nothing to compare");
        versions
    }};
}
