//! `completions` and `man`: what shells and `man` read of the command line.

use super::{command, help::in_japanese_unbroken, japanese, print};
use crate::{
    error::{Kind, Language, Problem, Problems},
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

/// Headings of a manual page, as Japanese pages have them.
const HEADINGS: [(&str, &str); 7] = [
    ("NAME", "名前"),
    ("SYNOPSIS", "書式"),
    ("DESCRIPTION", "説明"),
    ("OPTIONS", "オプション"),
    ("SUBCOMMANDS", "コマンド"),
    ("EXTRA", "補足"),
    ("VERSION", "バージョン"),
];

/// Prints the completions of a shell.
pub fn completions(shell: Shell) -> Result<(), Problems> {
    print(&completed(shell, japanese::language()))
}

fn completed(shell: Shell, language: Language) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut spoken(command(), language), "telework", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn spoken(command: clap::Command, language: Language) -> clap::Command {
    match language {
        Language::English => command,
        Language::Japanese => in_japanese_unbroken(command),
    }
}

/// Prints the manual page, or writes one for each command.
pub fn manual(folder: Option<&Path>) -> Result<(), Problems> {
    manual_in(japanese::language(), folder)
}

fn manual_in(language: Language, folder: Option<&Path>) -> Result<(), Problems> {
    let mut program = spoken(command().disable_help_subcommand(true), language);
    program.build();
    let Some(folder) = folder else { return print(&String::from_utf8_lossy(&page(&program, language)?)) };
    fs::create_dir_all(folder).map_err(|error| {
        Problem::error(Kind::Files, format!("cannot make the folder {}: {error}", folder.display()))
            .advise("name another folder with --out DIR")
    })?;
    for one in std::iter::once(&program).chain(program.get_subcommands()) {
        let name = one.get_display_name().unwrap_or_else(|| one.get_name());
        let text = page(one, language)?;
        write_file(&MANUAL_PAGE, &folder.join(format!("{name}.1")), true, |out| out.write_all(&text))?;
    }
    print(&format!("Manual pages: {}\n", folder.display()))
}

fn page(command: &clap::Command, language: Language) -> Result<Vec<u8>, Problem> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|e: io::Error| Problem::error(Kind::Files, format!("cannot make the manual page: {e}")))?;
    if language == Language::English {
        return Ok(page);
    }
    let mut text = String::from_utf8_lossy(&page).into_owned();
    for (english, japanese) in HEADINGS {
        text = text.replace(&format!(".SH {english}\n"), &format!(".SH {japanese}\n"));
    }
    Ok(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use std::process::Command;

    #[test]
    fn every_shell_completes_every_command_and_flag() {
        for shell in Shell::value_variants() {
            let text = completed(*shell, Language::English);
            for one in command().get_subcommands() {
                assert!(text.contains(one.get_name()), "{shell}: {}", one.get_name());
                let mut flags = one.get_arguments().filter_map(|arg| arg.get_long());
                assert!(flags.all(|flag| text.contains(flag)), "{shell}: {}", one.get_name());
            }
        }
        // The shell itself reads what it is given and offers the flags of a command.
        let asked = "\ncomplete -p telework >/dev/null; COMP_WORDS=(telework run baseline --dra); COMP_CWORD=3
            _telework telework --dra baseline; echo \"${COMPREPLY[@]}\"";
        let bash = Command::new("bash")
            .args(["--norc", "-c", &(completed(Shell::Bash, Language::English) + asked)])
            .output()
            .unwrap();
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
        // In Japanese they are the same pages, with Japanese headings and no English sentence.
        manual_in(Language::Japanese, Some(&pages)).unwrap();
        for one in command().get_subcommands() {
            let page = fs::read_to_string(pages.join(format!("telework-{}.1", one.get_name()))).unwrap();
            let flags = one.get_arguments().filter_map(|arg| arg.get_long());
            assert!(flags.map(|flag| flag.replace('-', "\\-")).all(|flag| page.contains(&flag)), "{page}");
            let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
            assert!(headings.len() > 2 && headings.iter().all(|heading| !heading.is_ascii()), "{headings:?}");
            let english = |line: &&str| line.is_ascii() && !line.starts_with(['.', '\\']) && line.contains(". ");
            assert_eq!(page.lines().find(english), None, "{page}");
        }
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
