//! Import rules of the page: its folders, and the files next to them.

use crate::tidy::{files, import_table, read, root, shown};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// Each script of the page with the scripts it imports. Type imports do not count.
fn scripts() -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let imports = |path: &PathBuf| {
        imported(&read(path)).iter().map(|name| resolved(path.parent().unwrap(), name)).collect()
    };
    files(&root().join("www"), &["js"]).into_iter().map(|path| (path.clone(), imports(&path))).collect()
}

/// The relative addresses in a source's import and export statements, including dynamic imports.
fn imported(source: &str) -> Vec<String> {
    let is_statement =
        |line: &str| ["import ", "export ", "} from "].iter().any(|begin| line.starts_with(begin));
    source
        .lines()
        .filter_map(|line| {
            let statement = line.split_once("from '").or_else(|| line.split_once("import '"));
            statement.filter(|_| is_statement(line)).or_else(|| line.split_once("await import('"))
        })
        .map(|(_, rest)| rest.split('\'').next().unwrap().to_owned())
        .filter(|name| name.starts_with('.'))
        .collect()
}

fn resolved(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in Path::new(name).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => assert!(path.pop()),
            part => path.push(part),
        }
    }
    path
}

/// The module of a script: its folder in `www` or in `www/places`, or its own name if it is directly in one
/// of these.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("www")).unwrap();
    let depth = if inside.starts_with("places") { 2 } else { 1 };
    inside.iter().take(depth).map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[test]
fn rooms_of_the_page_import_what_the_table_says() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, imports) in scripts() {
        let room_of_script = room(&path);
        let others = imports.iter().map(|path| room(path)).filter(|other| *other != room_of_script);
        used.entry(room_of_script.clone()).or_default().extend(others);
    }
    let table: BTreeMap<_, _> = import_table("page-imports").into_iter().collect();
    assert_eq!(used, table, "the second table of src/ARCHITECTURE.md says otherwise");
}

#[test]
fn the_table_of_the_page_goes_downwards() {
    let mut above = BTreeSet::new();
    for (room, imports) in import_table("page-imports") {
        assert!(imports.is_subset(&above), "`{room}` imports a room that stands below it in the table");
        above.insert(room);
    }
}

#[test]
fn no_script_imports_itself_by_way_of_others() {
    let mut left = scripts();
    loop {
        let (free, bound): (BTreeMap<_, _>, BTreeMap<_, _>) = left
            .clone()
            .into_iter()
            .partition(|(_, imports)| !imports.iter().any(|path| left.contains_key(path)));
        if free.is_empty() {
            let circle: Vec<String> = bound.keys().map(|path| shown(path)).collect();
            assert!(circle.is_empty(), "a circle, and what imports it:\n{}", circle.join("\n"));
            return;
        }
        left = bound;
    }
}

#[test]
fn imports_of_scripts_are_read_in_every_form() {
    let source = "import { a } from './a.js';\nimport {\n  b,\n} from '../b.js';\nimport './c.js';\n\
                  export { d } from './d.js';\n\
                  const f = async () => (await import('./f.js')).f;\n/** @typedef {import('./e.js').E} E */\nimport { f } from 'f';";
    assert_eq!(imported(source), ["./a.js", "../b.js", "./c.js", "./d.js", "./f.js"]);
    assert_eq!(resolved(Path::new("www/ui"), "../i18n/index.js"), Path::new("www/i18n/index.js"));
}

/// TypeScript merges interfaces of one name without a word.
#[test]
fn objects_for_the_page_have_names_of_their_own() {
    let mut names = BTreeSet::new();
    for path in files(&root().join("src/web"), &["rs"]) {
        for after in read(&path).split("Tsify)]\n").skip(1) {
            let name = after.split_once("struct ").unwrap().1;
            let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            assert!(names.insert(name.to_owned()), "{}: there is another `{name}`", shown(&path));
        }
    }
    assert!(names.len() > 20, "{names:?}");
}
