//! What differs between two generated files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use quote::ToTokens;
use syn::{Attribute, Fields, Item};

use crate::Error;

/// A difference between a file and what would be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The key of the workflow, or `properties`.
    pub subject: String,
    /// What changed, for example ``the field `CommentCreated.excerpt` is new: `Option<String>` ``.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.what)
    }
}

/// Returns what changed from one generated file to another. Formatting and comments make no difference.
///
/// # Errors
///
/// If one of them is not Rust.
pub fn changes(before: &str, after: &str) -> Result<Vec<Change>, Error> {
    let (before, after) = (modules(before)?, modules(after)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let subject = |module: &Module| module.key.clone().unwrap_or_else(|| name.clone());
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => {
                let found = differences(&before.parts, &after.parts);
                changes.extend(found.into_iter().map(|what| Change { subject: subject(after), what }));
            }
            (Some(before), None) => {
                changes.push(Change { subject: subject(before), what: "it is gone".to_owned() });
            }
            (None, Some(after)) => {
                changes.push(Change { subject: subject(after), what: "it is new".to_owned() });
            }
            (None, None) => {}
        }
    }
    Ok(changes)
}

#[derive(Default)]
struct Module {
    key: Option<String>,
    /// What it consists of, by what and where it is, for example ``the field `CommentCreated.excerpt` ``.
    parts: BTreeMap<String, Part>,
}

#[derive(PartialEq)]
struct Part {
    /// The type of a field; empty for others.
    kind: String,
    /// Everything else, as tokens.
    rest: String,
}

fn modules(code: &str) -> Result<BTreeMap<String, Module>, Error> {
    let file = syn::parse_file(code).map_err(|error| Error::new(format!("the file is not Rust: {error}")))?;
    // Formatters differ in commas and braces. This one makes them the same.
    let file = syn::parse_file(&prettyplease::unparse(&file)).unwrap_or(file);
    let mut modules = BTreeMap::new();
    for item in file.items {
        if let Item::Mod(module) = item {
            let mut found = Module::default();
            found.add("the documentation", String::new(), &docs(&module.attrs));
            for item in module.content.iter().flat_map(|(_, items)| items) {
                found.item(item);
            }
            modules.insert(module.ident.to_string(), found);
        }
    }
    Ok(modules)
}

impl Module {
    fn add(&mut self, name: &str, kind: String, rest: &dyn ToTokens) {
        let rest = rest.to_token_stream().to_string();
        self.parts
            .entry(name.to_owned())
            .and_modify(|part| part.rest.push_str(&rest))
            .or_insert(Part { kind, rest });
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Const(item) if item.ident == "KEY" => {
                if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(key), .. }) = &*item.expr {
                    self.key = Some(key.value());
                }
                self.add("the key", String::new(), item);
            }
            Item::Struct(item) => {
                let name = &item.ident;
                for field in &item.fields {
                    let part = match &field.ident {
                        Some(field) => format!("the field `{name}.{field}`"),
                        None => format!("the type `{name}`"),
                    };
                    self.add(&part, text(&field.ty), &attributes(&field.attrs));
                }
                let mut item = item.clone();
                item.fields = Fields::Unit;
                self.add(&format!("the type `{name}`"), String::new(), &item);
            }
            Item::Enum(item) => {
                let name = &item.ident;
                for variant in &item.variants {
                    let part = format!("the variant `{name}::{}`", variant.ident);
                    self.add(&part, String::new(), variant);
                }
                let mut item = item.clone();
                item.variants.clear();
                self.add(&format!("the type `{name}`"), String::new(), &item);
            }
            Item::Impl(item) => {
                let part = format!("the functions and checks of `{}`", text(&*item.self_ty));
                self.add(&part, String::new(), item);
            }
            Item::Use(item) => self.add("the imports", String::new(), item),
            Item::Fn(item) => self.add(&format!("the function `{}`", item.sig.ident), String::new(), item),
            other => self.add("other code", String::new(), other),
        }
    }
}

fn differences(before: &BTreeMap<String, Part>, after: &BTreeMap<String, Part>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of_kind =
        |part: &Part| if part.kind.is_empty() { String::new() } else { format!(": `{}`", part.kind) };
    let all = names.into_iter().filter_map(|name| match (before.get(name), after.get(name)) {
        (Some(before), Some(after)) if before.kind != after.kind => {
            Some(format!("{name} was `{}` and is `{}`", before.kind, after.kind))
        }
        (Some(before), Some(after)) if before != after => Some(format!("{name} changed")),
        (Some(before), None) => Some(format!("{name} is gone{}", of_kind(before))),
        (None, Some(after)) => Some(format!("{name} is new{}", of_kind(after))),
        _ => None,
    });
    let all: Vec<String> = all.collect();
    // What follows from the others is told only if there are none.
    let follows = |what: &String| ["the imports", "the function"].iter().any(|start| what.starts_with(start));
    let others: Vec<String> = all.iter().filter(|what| !follows(what)).cloned().collect();
    if others.is_empty() { all } else { others }
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(" < ", "<").replace(" > ", ">").replace(" >", ">")
}

fn docs(attributes: &[Attribute]) -> proc_macro2::TokenStream {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .map(ToTokens::to_token_stream)
        .collect()
}

fn attributes(attributes: &[Attribute]) -> proc_macro2::TokenStream {
    attributes.iter().map(ToTokens::to_token_stream).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = r#"
pub mod comment_created {
    pub const KEY: &str = "comment-created";
    pub struct CommentCreated { pub id: String, pub old: bool, pub size: i64 }
    pub enum Kind { A, B }
}
pub mod gone { pub const KEY: &str = "gone"; }
"#;

    fn told(after: &str) -> Vec<String> {
        changes(BEFORE, after).unwrap().iter().map(Change::to_string).collect()
    }

    #[test]
    fn a_change_names_the_workflow_and_what_changed() {
        let after = r#"
pub mod comment_created {
    pub const KEY: &str = "comment-created";
    pub struct CommentCreated { pub id: String, pub new: Option<bool>, pub size: u64 }
    pub enum Kind { A, C }
}
pub mod extra { pub const KEY: &str = "extra"; }
"#;
        assert_eq!(
            told(after),
            [
                "comment-created: the field `CommentCreated.new` is new: `Option<bool>`",
                "comment-created: the field `CommentCreated.old` is gone: `bool`",
                "comment-created: the field `CommentCreated.size` was `i64` and is `u64`",
                "comment-created: the variant `Kind::B` is gone",
                "comment-created: the variant `Kind::C` is new",
                "extra: it is new",
                "gone: it is gone",
            ]
        );
    }

    #[test]
    fn formatting_and_comments_are_no_change() {
        let formatted = BEFORE.replace('{', "{\n// a comment\n").replace(" }", ",\n}").replace(";,", ";");
        assert_eq!(told(&formatted), <[&str; 0]>::default());
        assert!(changes("pub mod {", BEFORE).is_err());
    }
}
