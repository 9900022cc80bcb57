//! One script out of the ES modules of a page: a page that is opened from a file cannot load modules.
//!
//! The modules stand one after the other, each after those that it imports, without their `import` and `export`. That is
//! the same program as long as no two of them use one name, which is looked after here.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

#[derive(Default)]
struct Bundle {
    seen: Vec<PathBuf>,
    /// Name at the top of a module -> that module.
    names: BTreeMap<String, PathBuf>,
    script: String,
}

/// The script of a page, from the module that starts it; and its modules.
///
/// # Errors
/// A module that cannot be read, a name that two of them use, an import that is not `import { a, b } from "./file.js";`.
pub fn bundle(start: &Path) -> io::Result<(String, Vec<PathBuf>)> {
    let mut bundle = Bundle::default();
    bundle.add(start)?;
    Ok((bundle.script, bundle.seen))
}

impl Bundle {
    fn add(&mut self, module: &Path) -> io::Result<()> {
        let module = module.canonicalize().map_err(|e| wrong(module, &e.to_string()))?;
        if self.seen.contains(&module) {
            return Ok(());
        }
        self.seen.push(module.clone());
        let text = format!("\n{}", fs::read_to_string(&module)?);
        let mut rest = text.as_str();
        let mut own = String::new();
        while let Some((before, import)) = rest.split_once("\nimport ") {
            own.push_str(before);
            let (statement, after) =
                import.split_once(';').ok_or_else(|| wrong(&module, "an import without an end"))?;
            let named = statement.strip_prefix('{').and_then(|list| list.split_once("} from \""));
            let Some((_, file)) = named.filter(|(list, _)| !list.contains(" as ")) else {
                return Err(wrong(&module, &format!("not `import {{ a, b }} from \"./file.js\";`: {statement}")));
            };
            self.add(&module.with_file_name(file.trim_end_matches('"')))?;
            rest = after;
        }
        own.push_str(rest);
        for line in own.lines() {
            let line = line.strip_prefix("export ").unwrap_or(line);
            if let Some(name) = declared(line).filter(|name| !name.is_empty())
                && let Some(other) = self.names.insert(name.to_string(), module.clone())
            {
                return Err(wrong(&module, &format!("`{name}` is a name in {} too", other.display())));
            }
            self.script.push_str(line);
            self.script.push('\n');
        }
        Ok(())
    }
}

/// The name that a line at the top of a module declares.
fn declared(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let rest = ["function ", "const ", "let ", "class "].iter().find_map(|start| line.strip_prefix(start))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

fn wrong(module: &Path, what: &str) -> io::Error {
    io::Error::other(format!("{}: {what}", module.display()))
}
