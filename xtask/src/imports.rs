//! Reads which files of a crate import which: every path into the crate itself, followed through re-exports to the
//! file that has the item. What is only there for tests is left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

use crate::Result;

/// The names of a path; of a module, those below the crate's root.
pub(crate) type Path = Vec<String>;

/// One import of another file.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The module that the importing file is.
    pub(crate) from: Path,
    pub(crate) line: usize,
    /// The path as it is written, with what stands before the braces of a `use`.
    pub(crate) written: String,
    /// The module that the imported file is.
    pub(crate) to: Path,
}

/// The files of a crate, by the modules that they are.
pub(crate) struct Sources(BTreeMap<Path, Source>);

#[derive(Default)]
struct Source {
    /// Its name relative to the crate's sources, for example `api/mod.rs`.
    file: String,
    /// What it has itself, macros also with their `!`; of macros that make items, every name in them.
    items: BTreeSet<String>,
    /// Every name in it but those in a `use`, of macros also with their `!`.
    words: BTreeSet<String>,
    uses: Vec<Use>,
    paths: Vec<Written>,
    test_modules: Vec<Path>,
}

/// A path in the source, with its position.
struct Written {
    module: Path,
    path: Path,
    line: usize,
}

/// One leaf of a `use`.
struct Use {
    at: Written,
    /// The name, or `*` for a glob.
    name: String,
    exported: bool,
}

/// Re-exports of re-exports end somewhere; two globs of each other do not.
const MAX_STEPS: usize = 8;

impl Sources {
    /// Reads files, each with its name below the crate's sources.
    pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut sources = BTreeMap::new();
        for (file, text) in files {
            let syntax = syn::parse_file(text).map_err(|error| format!("{file}: {error}"))?;
            let module = module_of(file);
            let source = Source { file: file.to_owned(), ..Source::default() };
            let mut reader = Reader { module: module.clone(), source };
            reader.source.items.extend(syntax.items.iter().filter_map(name_of));
            for item in &syntax.items {
                if let Item::Macro(item) = item {
                    match &item.ident {
                        Some(name) => drop(reader.source.items.insert(format!("{name}!"))),
                        None => words(item.mac.tokens.clone(), &mut reader.source.items),
                    }
                }
            }
            reader.visit_file(&syntax);
            sources.insert(module, reader.source);
        }
        let test_modules: Vec<Path> =
            sources.values().flat_map(|source| source.test_modules.clone()).collect();
        sources.retain(|module, _| !test_modules.iter().any(|test| module.starts_with(test)));
        Ok(Self(sources))
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = &Path> {
        self.0.keys()
    }

    /// The name of the file that a module is.
    pub(crate) fn file(&self, module: &Path) -> &str {
        self.0.get(module).map_or("", |source| &source.file)
    }

    /// Every import of another file.
    pub(crate) fn imports(&self) -> BTreeSet<Import> {
        let mut imports = BTreeSet::new();
        for (from, source) in &self.0 {
            let mut add = |at: &Written, end: &str, target: &Path| {
                let to = self.file_of(target).to_vec();
                if to != *from {
                    let written = at.path.join("::") + end;
                    imports.insert(Import { from: from.clone(), line: at.line, written, to });
                }
            };
            for import in &source.uses {
                if let Some(target) = self.target(import)
                    && !self.is_signpost(from, import, &target)
                {
                    add(&import.at, if import.name == "*" { "::*" } else { "" }, &target);
                }
            }
            for path in &source.paths {
                if let Some(target) = self.absolute(source, path) {
                    add(path, "", &self.settle(target));
                }
            }
        }
        imports
    }

    /// Whether a `use` only names things for others: it re-exports what lies below this module and is not used here, or
    /// it names a module whose items are then imported by that name.
    fn is_signpost(&self, from: &Path, import: &Use, target: &Path) -> bool {
        let source = &self.0[from];
        if import.exported && self.file_of(target).starts_with(from) {
            let name = &import.name;
            // A macro is not what is named as it without a `!`.
            let macro_name = target.last().map(|name| format!("{name}!"));
            let is_macro = macro_name.is_some_and(|name| self.0[self.file_of(target)].items.contains(&name));
            return match self.0.get(target) {
                Some(all) if name == "*" => source.words.is_disjoint(&all.items),
                _ if is_macro => !source.words.contains(&format!("{name}!")),
                _ => !source.words.contains(name),
            };
        }
        import.name != "*"
            && self.0.contains_key(target)
            && source.paths.iter().any(|path| path.path[0] == import.name)
    }

    /// What a `use` leads to.
    fn target(&self, import: &Use) -> Option<Path> {
        Some(self.settle(self.anchor(&import.at.module, &import.at.path)?))
    }

    /// The path from the root, if it leads into this crate.
    fn absolute(&self, source: &Source, at: &Written) -> Option<Path> {
        self.anchor(&at.module, &at.path).or_else(|| {
            let (first, rest) = at.path.split_first()?;
            let imports = source.uses.iter().filter(|import| import.name == *first);
            let module = imports.filter_map(|import| self.target(import)).find(|m| self.0.contains_key(m))?;
            Some([&module, rest].concat())
        })
    }

    fn anchor(&self, module: &[String], path: &[String]) -> Option<Path> {
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => {
                let up = path.iter().take_while(|name| *name == "super").count();
                Some([&module[..module.len().checked_sub(up)?], &path[up..]].concat())
            }
            _ => self.0.contains_key(&[module, &path[..1]].concat()).then(|| [module, path].concat()),
        }
    }

    /// The longest beginning of a path that is a file.
    fn file_of<'a>(&self, path: &'a [String]) -> &'a [String] {
        let mut beginnings = (0..=path.len()).rev().map(|length| &path[..length]);
        beginnings.find(|beginning| self.0.contains_key(*beginning)).unwrap_or_default()
    }

    /// The path at which an item is defined, or the path itself if that cannot be resolved.
    fn settle(&self, path: Path) -> Path {
        self.follow(&path, MAX_STEPS).unwrap_or(path)
    }

    fn follow(&self, path: &[String], steps: usize) -> Option<Path> {
        let file = self.file_of(path);
        let Some((name, rest)) = path[file.len()..].split_first() else { return Some(path.to_vec()) };
        let source = self.0.get(file)?;
        let steps = steps.checked_sub(1)?;
        let uses = || source.uses.iter().filter(|import| import.at.module == file);
        let target = |import: &Use| self.anchor(file, &import.at.path);
        if let Some(target) = uses().filter(|import| import.name == *name).find_map(target) {
            let target = [&target[..], rest].concat();
            return Some(self.follow(&target, steps).unwrap_or(target));
        }
        if source.items.contains(name) {
            return Some(path.to_vec());
        }
        uses().filter(|import| import.name == "*").filter_map(target).find_map(|all| {
            let candidate = [&all, &path[file.len()..]].concat();
            let is_module = self.file_of(&candidate).len() > all.len();
            self.follow(&candidate, steps).or(is_module.then_some(candidate))
        })
    }
}

/// `api/mod.rs` and `api.rs` are the module `api`, `lib.rs` is the root.
fn module_of(file: &str) -> Path {
    let mut path: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|name| name == "mod") || path == ["lib"] {
        path.pop();
    }
    path
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Mod(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn words(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), into),
            TokenTree::Ident(ident) => drop(into.insert(ident.to_string())),
            _ => {}
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test")
        }
        _ => false,
    })
}

struct Reader {
    /// With the modules inside of the file.
    module: Path,
    source: Source,
}

impl Reader {
    fn written(&self, path: Path, span: Span) -> Written {
        Written { module: self.module.clone(), path, line: span.start().line }
    }

    fn use_tree(&mut self, tree: &UseTree, before: &Path, exported: bool) {
        let with = |ident: &Ident| [before.clone(), vec![ident.to_string()]].concat();
        let (path, name, span) = match tree {
            UseTree::Path(path) => return self.use_tree(&path.tree, &with(&path.ident), exported),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.use_tree(tree, before, exported));
            }
            UseTree::Glob(glob) => (before.clone(), "*".to_owned(), glob.star_token.spans[0]),
            UseTree::Name(name) if name.ident == "self" => {
                (before.clone(), before.last().cloned().unwrap_or_default(), name.ident.span())
            }
            UseTree::Name(name) => (with(&name.ident), name.ident.to_string(), name.ident.span()),
            UseTree::Rename(rename) if rename.ident == "self" => {
                (before.clone(), rename.rename.to_string(), rename.ident.span())
            }
            UseTree::Rename(rename) => (with(&rename.ident), rename.rename.to_string(), rename.ident.span()),
        };
        let at = self.written(path, span);
        self.source.uses.push(Use { at, name, exported });
    }

    /// Finds paths in what a macro or an attribute is given, also in strings: `#[serde(with = "crate::…")]`.
    fn scan(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let is_joint = |token: &TokenTree| match token {
            TokenTree::Punct(punct) => punct.as_char() == ':' && punct.spacing() == Spacing::Joint,
            _ => false,
        };
        let is_call = |token: &TokenTree| match token {
            TokenTree::Punct(punct) => punct.as_char() == '!' && punct.spacing() == Spacing::Alone,
            _ => false,
        };
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = vec![first.to_string()];
                    while tokens.next_if(is_joint).is_some() {
                        tokens.next();
                        match tokens.next_if(|token| matches!(token, TokenTree::Ident(_))) {
                            Some(name) => path.push(name.to_string()),
                            None => break,
                        }
                    }
                    self.source.words.extend(path.iter().cloned());
                    if tokens.peek().is_some_and(is_call) {
                        self.source.words.extend(path.last().map(|name| format!("{name}!")));
                    }
                    if path.len() > 1 {
                        let at = self.written(path, first.span());
                        self.source.paths.push(at);
                    }
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if text.starts_with("\"crate::") {
                        let path = text.trim_matches('"').split("::").map(str::to_owned).collect();
                        let at = self.written(path, literal.span());
                        self.source.paths.push(at);
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
}

macro_rules! unless_test {
    ($($visit:ident($node:ident)),* $(,)?) => {$(
        fn $visit(&mut self, node: &'ast syn::$node) {
            if !is_test(&node.attrs) {
                visit::$visit(self, node);
            }
        }
    )*};
}

impl<'ast> Visit<'ast> for Reader {
    unless_test! {
        visit_field(Field), visit_impl_item_const(ImplItemConst), visit_impl_item_fn(ImplItemFn),
        visit_item_const(ItemConst), visit_item_enum(ItemEnum), visit_item_fn(ItemFn), visit_item_impl(ItemImpl),
        visit_item_macro(ItemMacro), visit_item_static(ItemStatic), visit_item_struct(ItemStruct),
        visit_item_trait(ItemTrait), visit_item_type(ItemType), visit_local(Local),
        visit_trait_item_fn(TraitItemFn), visit_variant(Variant),
    }

    fn visit_item_mod(&mut self, node: &'ast ItemMod) {
        self.module.push(node.ident.to_string());
        match &node.content {
            _ if is_test(&node.attrs) => self.source.test_modules.push(self.module.clone()),
            Some((_, items)) => items.iter().for_each(|item| self.visit_item(item)),
            None => {}
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, node: &'ast ItemUse) {
        if !is_test(&node.attrs) {
            let exported = !matches!(node.vis, Visibility::Inherited);
            self.use_tree(&node.tree, &Path::new(), exported);
        }
    }

    fn visit_path(&mut self, node: &'ast syn::Path) {
        if let Some(first) = node.segments.first().filter(|_| node.segments.len() > 1) {
            let path = node.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let at = self.written(path, first.ident.span());
            self.source.paths.push(at);
        }
        visit::visit_path(self, node);
    }

    fn visit_macro(&mut self, node: &'ast Macro) {
        self.visit_path(&node.path);
        self.source.words.extend(node.path.segments.last().map(|segment| format!("{}!", segment.ident)));
        self.scan(node.tokens.clone());
    }

    fn visit_attribute(&mut self, node: &'ast Attribute) {
        if let Meta::List(list) = &node.meta {
            self.scan(list.tokens.clone());
        }
    }

    fn visit_ident(&mut self, node: &'ast Ident) {
        self.source.words.insert(node.to_string());
    }

    // `pub(in crate::…)` is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}
