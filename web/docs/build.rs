//! Packs the files that the documentation is made of, so that they are part of the program.
#![expect(clippy::disallowed_methods, reason = "Cargo tells a build script its folders by variables alone")]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// Files of the repository's root beside its documents that pages lead to.
const ROOT_TEXTS: [&str; 2] = ["LICENSE", "matchday.example.toml"];

/// What code blocks are made of, by the ends of their names. What a package manager writes is not among them.
const TEXTS: [&str; 26] = [
    "caddyfile",
    "cfg",
    "conf",
    "css",
    "dockerfile",
    "env",
    "example",
    "gradle",
    "graphql",
    "html",
    "js",
    "json",
    "kt",
    "kts",
    "mjs",
    "py",
    "rs",
    "sh",
    "sql",
    "swift",
    "toml",
    "ts",
    "tsx",
    "txt",
    "yaml",
    "yml",
];
const NOT_OURS: [&str; 5] = ["package-lock.json", "node_modules", "target", "build", "dist"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut pages: Vec<PathBuf> = entries(&root)?.into_iter().filter(|path| ends(path, &["md"])).collect();
    for text in pages.iter().cloned().chain(ROOT_TEXTS.map(|name| root.join(name))) {
        println!("cargo::rerun-if-changed={}", text.display());
    }
    let (mut pictures, mut texts) = (Vec::new(), ROOT_TEXTS.map(|name| root.join(name)).to_vec());
    // Cargo looks into the whole folder.
    println!("cargo::rerun-if-changed={}", root.join("docs").display());
    walk(&root.join("docs"), &mut |path| match path {
        path if ends(&path, &["md"]) => pages.push(path),
        path if ends(&path, &["png"]) => pictures.push(path),
        path if path.starts_with(root.join("docs/snippets")) && ends(&path, &TEXTS) => texts.push(path),
        _ => {}
    })?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let (mut listed, mut packed) = (String::new(), GzEncoder::new(Vec::new(), Compression::best()));
    let mut end = 0;
    for (name, files) in [("PAGES_AT", pages), ("TEXTS_AT", texts)] {
        writeln!(listed, "pub(crate) static {name}: &[(&str, std::ops::Range<usize>)] = &[")?;
        for path in files {
            let text = fs::read_to_string(&path)?;
            packed.write_all(text.as_bytes())?;
            writeln!(listed, "    ({:?}, {end}..{}),", path.strip_prefix(&root)?, end + text.len())?;
            end += text.len();
        }
        writeln!(listed, "];")?;
    }
    writeln!(listed, "pub(crate) static PICTURES: &[(&str, &[u8])] = &[")?;
    for path in pictures {
        writeln!(listed, "    ({:?}, include_bytes!({path:?})),", path.strip_prefix(&root)?)?;
    }
    writeln!(listed, "];")?;
    fs::write(out.join("texts.gz"), packed.finish()?)?;
    fs::write(out.join("files.rs"), listed)?;
    Ok(())
}

/// Visits every file below a folder, in the order of their names.
fn walk(folder: &Path, visit: &mut impl FnMut(PathBuf)) -> Result<(), Box<dyn Error>> {
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if NOT_OURS.contains(&name.as_str()) || name.starts_with('.') || name.starts_with("__") {
            continue;
        }
        if path.is_dir() { walk(&path, visit)? } else { visit(path) }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Box<dyn Error>>>()?;
    paths.sort();
    Ok(paths)
}

/// Whether a file's name ends so, or is that.
fn ends(path: &Path, ends: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ends.contains(&name.rsplit('.').next().unwrap_or_default())
}
