//! The `telework` program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    telework::cli::main()
}
