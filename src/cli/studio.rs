//! `studio`: its arguments, the address it prints, and the browser it opens.

use super::{STOP, print};
use crate::{
    error::Problems,
    studio::{Server, Settings},
};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct StudioArguments {
    /// Port on 127.0.0.1, in place of a free one
    #[arg(long, value_name = "P")]
    port: Option<u16>,
    /// Where scenarios, jobs and run folders are kept, in place of results/studio
    #[arg(long, value_name = "DIR", value_parser = crate::commands::place())]
    folder: Option<PathBuf>,
    /// Where finished runs are kept, in place of `store` beside that folder
    #[arg(long, value_name = "DIR", value_parser = crate::commands::place())]
    store: Option<PathBuf>,
    /// Only prints the address, and opens no browser
    #[arg(long)]
    no_open: bool,
    /// Threads of the jobs; 0 = one for each core; results do not depend on it
    #[arg(long, value_name = "T", default_value_t = 0, value_parser = crate::commands::threads)]
    threads: usize,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn studio(arguments: StudioArguments) -> Result<(), Problems> {
    let StudioArguments { port, folder, store, no_open, threads, data } = arguments;
    let server = Server::open(&Settings { port, folder, store, threads, data })?;
    let address = server.address();
    print(&format!(
        "Studio: {address}\nThe address opens one browser. Stop with Ctrl-C: finished runs are kept, and jobs go on at the \
         next start.\n"
    ))?;
    if !no_open {
        // Where there is no browser the printed address is enough.
        let _ = open::that_detached(&address);
    }
    server.run(&STOP, |next| {
        // Without a terminal nobody waits for it.
        let _ = print(&format!("For another browser: {next}\n"));
    })
}
