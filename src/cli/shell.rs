//! `completions` and `man`: what shells and `man` read of the command line.

use super::{command, print};
use crate::{
    error::{Kind, Problem, Problems},
    results::{Form, Product, write_file},
};
use clap_complete::Shell;
use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// A page of the manual; an older one is replaced.
static MANUAL_PAGE: Product = Product {
    name: "manual page",
    mark: "head",
    form: Form::File,
    flag: "--out DIR",
    holds_mark: |file| {
        let mut head = Vec::new();
        let read = File::open(file).and_then(|file| file.take(200).read_to_end(&mut head));
        read.is_ok() && String::from_utf8_lossy(&head).contains("\n.TH telework")
    },
    wrote: |_, _| true,
};

/// Prints the completions of a shell.
pub fn completions(shell: Shell) -> Result<(), Problems> {
    print(&completed(shell))
}

fn completed(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "telework", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Prints the manual page, or writes one for each command.
pub fn manual(folder: Option<&Path>) -> Result<(), Problems> {
    let mut program = command().disable_help_subcommand(true);
    program.build();
    let Some(folder) = folder else { return print(&String::from_utf8_lossy(&page(&program)?)) };
    fs::create_dir_all(folder).map_err(|error| {
        Problem::error(Kind::Files, format!("cannot make the folder {}: {error}", folder.display()))
            .advise("name another folder with --out DIR")
    })?;
    for one in std::iter::once(&program).chain(program.get_subcommands()) {
        let name = one.get_display_name().unwrap_or_else(|| one.get_name());
        let text = page(one)?;
        write_file(&MANUAL_PAGE, &folder.join(format!("{name}.1")), true, |out| out.write_all(&text))?;
    }
    print(&format!("Manual pages: {}\n", folder.display()))
}

fn page(command: &clap::Command) -> Result<Vec<u8>, Problem> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|e: io::Error| Problem::error(Kind::Files, format!("cannot make the manual page: {e}")))?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use std::process::Command;

    #[test]
    fn every_shell_completes_every_command_and_flag() {
        for shell in Shell::value_variants() {
            let text = completed(*shell);
            for one in command().get_subcommands() {
                assert!(text.contains(one.get_name()), "{shell}: {}", one.get_name());
                let mut flags = one.get_arguments().filter_map(|arg| arg.get_long());
                assert!(flags.all(|flag| text.contains(flag)), "{shell}: {}", one.get_name());
            }
        }
        // The shell itself reads what it is given and offers the flags of a command.
        let asked = "\ncomplete -p telework >/dev/null; COMP_WORDS=(telework run baseline --dra); COMP_CWORD=3
            _telework telework --dra baseline; echo \"${COMPREPLY[@]}\"";
        let bash = Command::new("bash").args(["--norc", "-c", &(completed(Shell::Bash) + asked)]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&bash.stdout), "--draws\n", "{}", String::from_utf8_lossy(&bash.stderr));
    }

    #[test]
    fn every_command_has_a_manual_page_with_its_flags() {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("man");
        manual(Some(&pages)).unwrap();
        for one in command().get_subcommands() {
            let page = fs::read_to_string(pages.join(format!("telework-{}.1", one.get_name()))).unwrap();
            for flag in one.get_arguments().filter_map(|arg| arg.get_long()) {
                assert!(page.contains(&flag.replace('-', "\\-")), "{}: {flag}", one.get_name());
            }
        }
        assert!(fs::read_to_string(pages.join("telework.1")).unwrap().contains("telework\\-run(1)"));
        // Older pages are replaced; what is not ours, or not a file of its own, stays.
        manual(Some(&pages)).unwrap();
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "precious").unwrap();
        fs::remove_file(pages.join("telework-run.1")).unwrap();
        std::os::unix::fs::symlink(&theirs, pages.join("telework-run.1")).unwrap();
        assert_eq!(manual(Some(&pages)).unwrap_err().0[0].kind, Kind::Files);
        fs::remove_file(pages.join("telework-run.1")).unwrap();
        fs::hard_link(&theirs, pages.join("telework-run.1")).unwrap();
        assert_eq!(manual(Some(&pages)).unwrap_err().0[0].kind, Kind::Files);
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "precious");
    }
}
