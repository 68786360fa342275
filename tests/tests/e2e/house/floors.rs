//! Floors inside each crate: no module imports what imports it, so that a crate can be read bottom up.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ItemFn, ItemImpl, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// The bag of handles that everything is given: it knows all parts, and all parts know it.
const BAG_OF_HANDLES: (&str, &str) = ("domain", "app");

/// Circles that are left, by crate and folder. May only shrink.
const CIRCLES: [(&str, &str, &[&str]); 1] = [("resolvers", "", &["payments", "reservations", "tickets"])];

/// Where a module stands in its crate: its names from the root.
type Module = Vec<String>;

/// Who imports whom, of the modules of one folder.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_module_imports_what_imports_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around the suite");
    let mut found = Vec::new();
    for crate_name in super::graph().into_keys() {
        let Ok(library) = Library::read(&root.join(&crate_name).join("src/lib.rs")) else { continue };
        let bag = (crate_name == BAG_OF_HANDLES.0).then_some(BAG_OF_HANDLES.1);
        for (folder, circle) in library.circles(bag) {
            found.push((crate_name.clone(), folder, circle));
        }
    }
    let expected: Vec<_> = CIRCLES
        .iter()
        .map(|(name, folder, circle)| {
            ((*name).to_owned(), (*folder).to_owned(), circle.iter().map(|module| (*module).to_owned()).collect())
        })
        .collect();

    assert_eq!(found, expected, "circles inside crates; what is no longer one goes off the list");
}

#[test]
fn a_circle_of_modules_is_seen_however_it_is_written() {
    let mut library = Library::default();
    for name in ["orders", "orders/lines", "prices", "prices/table", "stock", "texts"] {
        library.modules.insert(name.split('/').map(str::to_owned).collect());
    }
    library.exported.insert("Price".to_owned(), vec!["prices".to_owned()]);
    library.file(&["orders", "lines"], "use crate::{Price, texts::{self, Text}}; #[cfg(test)] use crate::stock;");
    library.file(&["prices", "table"], "fn f() { assert!(super::super::stock::left() > 0) }");
    library.file(
        &["stock"],
        "#[cfg(test)] mod tests { use crate::texts; } impl Stock { fn g(line: crate::orders::Line) {} }",
    );
    library.file(&["texts"], "use std::fmt; fn h() { tracing::info!(\"no crate::orders here\") }");

    assert_eq!(library.circles(None), [(String::new(), ["orders", "prices", "stock"].map(str::to_owned).into())]);
    assert_eq!(library.circles(Some("stock")), []);
}

/// A crate's modules and what each imports of its own crate; tests left out.
#[derive(Default)]
struct Library {
    modules: BTreeSet<Module>,
    /// What the root hands on from a module, by name.
    exported: BTreeMap<String, Module>,
    paths: Vec<(Module, Vec<String>)>,
}

impl Library {
    fn read(root: &Path) -> Result<Self, std::io::Error> {
        let mut library = Self::default();
        let mut files = vec![(Module::new(), root.to_owned())];
        let mut parsed = Vec::new();
        while let Some((module, path)) = files.pop() {
            let file = syn::parse_file(&fs::read_to_string(&path)?)
                .unwrap_or_else(|error| panic!("{} is not Rust: {error}", path.display()));
            let folder = if module.is_empty() { folder(&path) } else { path.with_extension("") };
            for child in file.items.iter().filter_map(declared) {
                files.push((joined(&module, &child), folder.join(format!("{child}.rs"))));
            }
            library.modules.insert(module.clone());
            parsed.push((module, file));
        }
        library.modules.remove(&Module::new());
        for (module, file) in parsed {
            library.visit(module, &file);
        }
        Ok(library)
    }

    fn file(&mut self, module: &[&str], text: &str) {
        let module = module.iter().map(|name| (*name).to_owned()).collect();
        self.visit(module, &syn::parse_file(text).expect("it is Rust"));
    }

    fn visit(&mut self, module: Module, file: &syn::File) {
        let mut visitor = Paths { found: Vec::new() };
        visitor.visit_file(file);
        for path in visitor.found {
            if module.is_empty() {
                if let [from @ .., name] = &path[..] {
                    self.exported.insert(name.clone(), from.to_vec());
                }
            } else {
                self.paths.push((module.clone(), path));
            }
        }
    }

    /// The module that a path leads to, seen from another.
    fn target(&self, from: &Module, path: &[String]) -> Option<Module> {
        let supers = path.iter().take_while(|name| *name == "super").count();
        let absolute: Module = match path.first()?.as_str() {
            "crate" => path[1..].to_vec(),
            "super" => from[..from.len().checked_sub(supers)?].iter().chain(&path[supers..]).cloned().collect(),
            "self" => from.iter().chain(&path[1..]).cloned().collect(),
            child if self.modules.contains(&joined(from, child)) => from.iter().chain(path).cloned().collect(),
            _ => return None,
        };
        let known = (1..=absolute.len()).rev().map(|length| &absolute[..length]).find(|at| self.modules.contains(*at));
        known.map(<[String]>::to_vec).or_else(|| self.exported.get(absolute.first()?).cloned())
    }

    /// The circles, by folder, but for what goes by the bag of handles.
    fn circles(&self, bag: Option<&str>) -> Vec<(String, Vec<String>)> {
        let mut folders: BTreeMap<String, Imports> = BTreeMap::new();
        for (from, path) in &self.paths {
            let Some(to) = self.target(from, path) else { continue };
            let shared = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
            // Parent and child are one.
            let (Some(importer), Some(imported)) = (from.get(shared), to.get(shared)) else { continue };
            if bag != Some(imported) {
                let folder = folders.entry(from[..shared].join("/")).or_default();
                folder.entry(importer.clone()).or_default().insert(imported.clone());
            }
        }
        folders
            .into_iter()
            .flat_map(|(name, imports)| circles_of(&imports).map(move |circle| (name.clone(), circle)))
            .collect()
    }
}

/// What imports itself by way of others, together with these.
fn circles_of(imports: &Imports) -> impl Iterator<Item = Vec<String>> + use<> {
    let reached: BTreeMap<_, _> = imports.keys().map(|module| (module, reached(imports, module))).collect();
    let circles: BTreeSet<Vec<String>> = imports
        .keys()
        .filter(|module| reached[module].contains(*module))
        .map(|module| {
            let together =
                reached[module].iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(module)));
            together.cloned().collect()
        })
        .collect();
    circles.into_iter()
}

fn reached(imports: &Imports, module: &str) -> BTreeSet<String> {
    let (mut found, mut next) = (BTreeSet::new(), vec![module.to_owned()]);
    while let Some(module) = next.pop() {
        next.extend(
            imports.get(&module).into_iter().flatten().filter(|imported| found.insert((*imported).clone())).cloned(),
        );
    }
    found
}

/// The paths of a file as they are written, tests left out.
struct Paths {
    found: Vec<Vec<String>>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !is_test(&item.attrs) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_test(&item.attrs) {
            leaves(&item.tree, &mut Vec::new(), &mut self.found);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// What a macro is given need not be an expression: its words are read, texts left out.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(" :: ", "::");
        let code = text.split('"').step_by(2);
        let words = code.flat_map(|code| code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')));
        let paths = words.filter(|word| word.contains("::"));
        self.found.extend(paths.map(|path| path.split("::").map(str::to_owned).collect()));
    }
}

fn leaves(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| leaves(item, before, found)),
        UseTree::Name(name) => found.push(before.iter().cloned().chain([name.ident.to_string()]).collect()),
        UseTree::Rename(name) => found.push(before.iter().cloned().chain([name.ident.to_string()]).collect()),
        UseTree::Glob(_) => found.push(before.clone()),
    }
}

/// The name of a module that stands in a file of its own.
fn declared(item: &syn::Item) -> Option<String> {
    match item {
        syn::Item::Mod(item) if item.content.is_none() && !is_test(&item.attrs) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

fn joined(module: &[String], child: &str) -> Module {
    module.iter().cloned().chain([child.to_owned()]).collect()
}

fn folder(root: &Path) -> PathBuf {
    root.parent().expect("a file is in a folder").to_owned()
}
