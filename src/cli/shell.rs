//! `completions` and `man`: what shells and `man` read of the command line.

use super::{command, print};
use crate::error::{Kind, Problem, Problems};
use clap_complete::Shell;
use std::{fs, path::Path};

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
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command())
            .render(&mut page)
            .map_err(|e| Problem::error(Kind::Files, format!("cannot make the manual page: {e}")))?;
        return print(&String::from_utf8_lossy(&page));
    };
    let failed = |e| Problem::error(Kind::Files, format!("cannot write manual pages into {}: {e}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(command(), folder).map_err(failed)?;
    print(&format!("Manual pages: {}\n", folder.display()))
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
    }
}
