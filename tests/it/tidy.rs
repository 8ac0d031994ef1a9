//! Rules that no compiler checks: import table, file lengths, nothing half done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 400;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_generated(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    // Cargo marks its target folders, whatever their names.
    folder.join("CACHEDIR.TAG").exists()
        || folder == root().join("www/pkg")
        || ["target", "node_modules", "dist", "test-results", "__pycache__", ".git"].contains(&name.as_ref())
}

/// All files below `folder` with one of these extensions.
pub fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !is_generated(&path) {
            found.extend(files(&path, extensions));
        } else if path.extension().is_some_and(|e| extensions.contains(&e.to_str().unwrap_or_default())) {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// A table in `src/ARCHITECTURE.md`: each module with the modules it may import, in the given order.
pub fn import_table(name: &str) -> Vec<(String, BTreeSet<String>)> {
    let text = read(&root().join("src/ARCHITECTURE.md"));
    let table = text.split(&format!("```{name}\n")).nth(1).expect("ARCHITECTURE.md has the table");
    let table = table.split("```").next().unwrap();
    table
        .lines()
        .map(|line| {
            let (room, imports) = line.split_once("->").unwrap_or_else(|| panic!("no arrow in {line:?}"));
            let imports = imports.split_whitespace().filter(|name| *name != "-").map(str::to_owned).collect();
            (room.trim().to_owned(), imports)
        })
        .collect()
}

/// The module of a file in `src`: its folder, or its own name if it is directly in `src`.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    inside.iter().next().unwrap().to_string_lossy().into_owned()
}

/// The modules that a source file imports by `crate::`, ignoring comments.
fn imports(source: &str) -> BTreeSet<String> {
    let code: String =
        source.lines().map(|line| line.split("//").next().unwrap().to_owned() + "\n").collect();
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let group = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest,
        };
        let names: Vec<&str> = if rest.starts_with('{') { group.split(',').collect() } else { vec![group] };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // Shorter paths re-exported by lib.rs.
            found.insert(match name.as_str() {
                "Error" | "ErrorCode" | "Result" => "error".to_owned(),
                "Tensor" => "tensor".to_owned(),
                _ => name,
            });
        }
    }
    found.remove("");
    found
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = import_table("imports").into_iter().collect();
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), &["rs"]) {
        let room = room(&path);
        if room == "lib" || room == "bin" {
            continue;
        }
        let Some(allowed) = table.get(&room) else {
            wrong.push(format!("{}: the room `{room}` is not in the table", shown(&path)));
            continue;
        };
        for import in imports(&read(&path)) {
            if import != room && !allowed.contains(&import) {
                wrong.push(format!("{}: `{room}` must not import `{import}`", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "see src/ARCHITECTURE.md\n{}", wrong.join("\n"));
}

#[test]
fn the_table_goes_downwards() {
    let mut above = BTreeSet::new();
    for (room, imports) in import_table("imports") {
        assert!(imports.is_subset(&above), "`{room}` imports a room that stands below it in the table");
        above.insert(room);
    }
}

#[test]
fn the_table_is_no_wider_than_the_code() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files(&root().join("src"), &["rs"]) {
        used.entry(room(&path)).or_default().extend(imports(&read(&path)));
    }
    for (room, allowed) in import_table("imports") {
        let used = used.get(&room).unwrap_or_else(|| panic!("the table lists `{room}`, which is not in src"));
        let unused: Vec<_> = allowed.difference(used).collect();
        assert!(unused.is_empty(), "`{room}` may import {unused:?}, but does not");
    }
}

#[test]
fn imports_are_read_in_every_form() {
    let source =
        "use crate::cpu::math;\nuse crate::{io, tensor::Tape}; // crate::web\nlet e = crate::Error::new();";
    let found: Vec<String> = imports(source).into_iter().collect();
    assert_eq!(found, ["cpu", "error", "io", "tensor"]);
}

fn sources() -> Vec<PathBuf> {
    files(root(), &["rs", "js", "css", "html", "wgsl", "py", "toml", "yml", "md"])
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|path| (path, read(path).lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", shown(path)))
        .collect();
    assert!(long.is_empty(), "at most {MAX_LINES} lines\n{}", long.join("\n"));
}

#[test]
fn nothing_is_half_done_or_tied_to_one_machine() {
    // In two parts each, so that this file does not match itself.
    let forbidden = [
        ("TO", "DO"),
        ("FIX", "ME"),
        ("todo", "!("),
        ("unimplemented", "!("),
        ("dbg", "!("),
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("/wo", "rk/"),
        ("/tm", "p/"),
    ]
    .map(|(a, b)| format!("{a}{b}"));
    let mut wrong = Vec::new();
    for path in sources() {
        for (number, line) in read(&path).lines().enumerate() {
            for word in forbidden.iter().filter(|word| line.contains(*word)) {
                wrong.push(format!("{}:{}: {word}", shown(&path), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dependencies_come_from_the_registry() {
    let lock: toml::Table = read(&root().join("Cargo.lock")).parse().unwrap();
    let (mut bindgen, mut naga) = (Vec::new(), 0);
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if let Some(source) = package.get("source") {
            assert!(source.as_str().unwrap().starts_with("registry+"), "{name} comes from {source}");
        }
        if ["wasm-bindgen", "wasm-bindgen-cli", "wasm-bindgen-cli-support"].contains(&name) {
            bindgen.push(package["version"].as_str().unwrap());
        }
        naga += usize::from(name == "naga");
    }
    assert_eq!(naga, 1, "shaders.rs reads shaders with another naga than wgpu does");
    assert!(bindgen.len() == 3 && bindgen.iter().all(|version| *version == bindgen[0]), "{bindgen:?}");
}
