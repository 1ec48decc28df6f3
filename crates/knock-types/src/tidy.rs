//! The types that typify writes, as the generated file has them: with nothing but what the SDK and serde provide.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, Field, Fields, GenericArgument, Ident, Item, ItemEnum, ItemStruct, Lit, LitStr, Meta,
    PathArguments, Type, parse_quote,
};

use crate::docs;
use crate::limits::Limits;
use crate::names::{Names, stood_in_for, type_name};
use crate::shape::Shape;

/// What typify writes after the description of a type.
const SCHEMA_OF_TYPE: &str = "<details><summary>JSON schema</summary>";

/// The largest number of arguments of a constructor.
const MAX_ARGUMENTS: usize = 7;

/// A type, with what is checked of it.
pub(crate) struct Defined {
    pub(crate) name: Ident,
    pub(crate) parts: Parts,
    /// The type, and functions of it.
    pub(crate) items: Vec<Item>,
}

pub(crate) enum Parts {
    Struct(Vec<Part>),
    /// A type around another.
    Newtype(Box<Part>),
    Enum(Vec<(Ident, VariantParts)>),
}

pub(crate) enum VariantParts {
    Unit,
    Tuple(Vec<Part>),
    Struct(Vec<Part>),
}

/// A value inside a type.
pub(crate) struct Part {
    /// The name in JSON, or nothing if it is the value itself.
    pub(crate) json: String,
    pub(crate) ident: Option<Ident>,
    pub(crate) kind: Type,
    pub(crate) limits: Limits,
    /// It may be left out.
    pub(crate) is_optional: bool,
}

impl Part {
    /// A value without a name.
    fn inner(kind: Type, limits: Limits) -> Self {
        Self { json: String::new(), ident: None, kind, limits, is_optional: false }
    }
}

/// Returns the types of a shape; `root` and its documentation are of the outermost.
pub(crate) fn tidy(shape: Shape, root: &str, root_doc: &[String]) -> Vec<Defined> {
    let mut types: Vec<Defined> = Vec::new();
    let mut conversions = Vec::new();
    for mut item in shape.file.items {
        Shorten.visit_item_mut(&mut item);
        match item {
            Item::Struct(item) => types.push(of_struct(item, root, root_doc)),
            Item::Enum(item) => types.push(of_enum(item, root, root_doc)),
            Item::Impl(item) if is_conversion(&item) => conversions.push(item),
            _ => {}
        }
    }
    for conversion in conversions {
        let Type::Path(path) = &*conversion.self_ty else { continue };
        if let Some(defined) = types.iter_mut().find(|defined| path.path.is_ident(&defined.name)) {
            defined.items.push(Item::Impl(conversion));
        }
    }
    // The data itself comes first.
    types.sort_by_key(|defined| defined.name != root);
    types
}

/// Returns whether a type is made from another by `From`.
fn is_conversion(item: &syn::ItemImpl) -> bool {
    let name = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
    name.is_some_and(|name| name.ident == "From")
}

/// Leaves the last name of paths. Generated modules import them, and no type has their names.
struct Shorten;

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let Some(last) = path.segments.last().filter(|_| path.leading_colon.is_some()).cloned() else {
            return;
        };
        *path = if last.ident == "DateTime" { parse_quote!(Timestamp) } else { last.into() };
    }
}

fn of_struct(mut item: ItemStruct, root: &str, root_doc: &[String]) -> Defined {
    let name = item.ident.clone();
    let (doc, limits) = take_docs(&mut item.attrs);
    let is_root = name == root;
    let parts = match &mut item.fields {
        Fields::Named(fields) => {
            let mut idents = BTreeSet::new();
            Parts::Struct(fields.named.iter_mut().map(|field| of_field(field, &mut idents)).collect())
        }
        Fields::Unnamed(fields) => {
            let kind = fields.unnamed.first().map_or_else(|| parse_quote!(()), |field| field.ty.clone());
            Parts::Newtype(Box::new(Part::inner(kind, limits)))
        }
        Fields::Unit => Parts::Struct(Vec::new()),
    };
    let has_default = matches!(&parts, Parts::Struct(parts) if parts.iter().all(|part| part.is_optional));
    let traits =
        if has_default { quote!(Debug, Clone, Default, PartialEq) } else { quote!(Debug, Clone, PartialEq) };
    derive(&mut item.attrs, &traits);
    document(&mut item.attrs, doc, is_root.then_some(root_doc), &format!("`{name}` in the schema."));
    let mut items = Vec::new();
    let constructor = constructor(&name, &parts);
    items.push(Item::Struct(item));
    items.extend(constructor);
    Defined { name, parts, items }
}

/// Returns a constructor from the required fields, if there are others, too.
fn constructor(name: &Ident, parts: &Parts) -> Option<Item> {
    let Parts::Struct(parts) = parts else { return None };
    let (optional, required): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.is_optional);
    if optional.is_empty() || required.is_empty() || required.len() > MAX_ARGUMENTS {
        return None;
    }
    let is_text = |part: &Part| is_a(&part.kind, "String");
    let arguments = required.iter().map(|part| {
        let (ident, kind) = (&part.ident, &part.kind);
        if is_text(part) { quote!(#ident: impl Into<String>) } else { quote!(#ident: #kind) }
    });
    let values = parts.iter().map(|part| {
        let ident = &part.ident;
        match () {
            () if part.is_optional && is_a(&part.kind, "Option") => quote!(#ident: None),
            () if part.is_optional => {
                let map = last_segment(&part.kind).map(|segment| &segment.ident);
                quote!(#ident: #map::new())
            }
            () if is_text(part) => quote!(#ident: #ident.into()),
            () => quote!(#ident),
        }
    });
    Some(parse_quote! {
        impl #name {
            /// Returns a value with these fields; the others are not set.
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

fn is_map(kind: &Type) -> bool {
    is_a(kind, "BTreeMap") || is_a(kind, "Map")
}

/// Returns whether a type is this generic one.
pub(crate) fn is_a(kind: &Type, name: &str) -> bool {
    last_segment(kind).is_some_and(|segment| segment.ident == name)
}

pub(crate) fn last_segment(kind: &Type) -> Option<&syn::PathSegment> {
    match kind {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Returns the last type that a generic type is around.
pub(crate) fn inner_type(kind: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(kind)?.arguments else { return None };
    match arguments.args.last()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn of_field(field: &mut Field, idents: &mut BTreeSet<String>) -> Part {
    let (doc, limits) = take_docs(&mut field.attrs);
    let mut serde = FieldAttributes::take(&mut field.attrs);
    let ident = field.ident.clone().unwrap_or_else(|| Ident::new("value", Span::call_site()));
    let json = match (&serde.rename, serde.flatten) {
        (_, true) => String::new(),
        (Some(rename), false) => rename.clone(),
        (None, false) => ident.to_string(),
    };
    let ident = unique(&ident, idents);
    if ident != json && !serde.flatten {
        serde.rename = Some(json.clone());
    }
    // A cycle is broken around an optional field. Where it is optional, the box is inside.
    if let Some(inner) = inner_type(&field.ty).filter(|inner| is_a(&field.ty, "Box") && is_a(inner, "Option"))
        && let Some(inner) = inner_type(inner)
    {
        field.ty = parse_quote!(Option<Box<#inner>>);
    }
    if serde.skips_empty {
        // An empty list or object is something else than none.
        let kind = &field.ty;
        field.ty = parse_quote!(Option<#kind>);
    }
    let is_option = is_a(&field.ty, "Option");
    let is_optional = !serde.reads_null && (is_option || serde.flatten && is_map(&field.ty));
    let attributes = serde.attributes(is_option);
    field.attrs.extend(attributes);
    field.ident = Some(ident.clone());
    let fallback =
        if serde.flatten { "Further members.".to_owned() } else { format!("`{json}` in the data.") };
    document(&mut field.attrs, doc, None, &fallback);
    Part { json, ident: Some(ident), kind: field.ty.clone(), limits, is_optional }
}

/// Two names in JSON can be the same in Rust.
fn unique(ident: &Ident, idents: &mut BTreeSet<String>) -> Ident {
    let mut unique = ident.clone();
    let mut number = 1;
    while !idents.insert(unique.to_string()) {
        number += 1;
        unique = Ident::new(&format!("{ident}_{number}"), Span::call_site());
    }
    unique
}

/// What serde is told about a field.
#[derive(Debug, Default)]
struct FieldAttributes {
    rename: Option<String>,
    flatten: bool,
    /// An empty list or map is left out.
    skips_empty: bool,
    /// The field can be `null`, but not be left out.
    reads_null: bool,
}

impl FieldAttributes {
    fn take(attributes: &mut Vec<Attribute>) -> Self {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let read = attribute.parse_nested_meta(|meta| {
                let value = meta.value().ok().map(syn::parse::ParseBuffer::parse::<LitStr>).transpose()?;
                let value = value.map(|value| value.value());
                if meta.path.is_ident("rename") {
                    found.rename = value;
                } else if meta.path.is_ident("flatten") {
                    found.flatten = true;
                } else if meta.path.is_ident("deserialize_with") {
                    found.reads_null = true;
                } else if value.is_some_and(|value| value.ends_with("is_empty")) {
                    found.skips_empty = true;
                }
                Ok(())
            });
            debug_assert!(read.is_ok(), "typify writes attributes in this form");
        }
        attributes.retain(|attribute| !attribute.path().is_ident("serde"));
        found
    }

    fn attributes(&self, is_option: bool) -> Option<Attribute> {
        let mut parts = Vec::new();
        if let Some(rename) = &self.rename {
            parts.push(quote!(rename = #rename));
        }
        if self.flatten {
            parts.push(quote!(flatten));
        }
        if self.reads_null {
            parts.push(quote!(deserialize_with = "Option::deserialize"));
        } else if is_option {
            parts.push(quote!(skip_serializing_if = "Option::is_none"));
        }
        (!parts.is_empty()).then(|| parse_quote!(#[serde(#(#parts),*)]))
    }
}

fn of_enum(mut item: ItemEnum, root: &str, root_doc: &[String]) -> Defined {
    let name = item.ident.clone();
    let (doc, _) = take_docs(&mut item.attrs);
    let mut parts = Vec::new();
    let mut is_plain = true;
    let mut names = Names::of_variants();
    for variant in &mut item.variants {
        let (doc, limits) = take_docs(&mut variant.attrs);
        let fallback = match value_of(variant, &mut names).as_deref() {
            Some("") => "The empty text.".to_owned(),
            Some(value) => format!("`{value}`."),
            None => format!("The form `{}`.", variant.ident),
        };
        document(&mut variant.attrs, doc, None, &fallback);
        let of_variant = match &mut variant.fields {
            Fields::Unit => VariantParts::Unit,
            Fields::Unnamed(fields) => {
                let part = |field: &Field| Part::inner(field.ty.clone(), limits.clone());
                VariantParts::Tuple(fields.unnamed.iter().map(part).collect())
            }
            Fields::Named(fields) => {
                let mut idents = BTreeSet::new();
                let parts = fields.named.iter_mut().map(|field| of_field(field, &mut idents));
                VariantParts::Struct(parts.collect())
            }
        };
        is_plain &= matches!(of_variant, VariantParts::Unit);
        parts.push((variant.ident.clone(), of_variant));
    }
    let traits = if is_plain {
        quote!(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)
    } else {
        quote!(Debug, Clone, PartialEq)
    };
    derive(&mut item.attrs, &traits);
    let is_root = name == root;
    document(&mut item.attrs, doc, is_root.then_some(root_doc), &format!("`{name}` in the schema."));
    Defined { name, parts: Parts::Enum(parts), items: vec![Item::Enum(item)] }
}

/// Returns the value of a variant in JSON, and gives the variant a name of its own.
fn value_of(variant: &mut syn::Variant, names: &mut Names) -> Option<String> {
    let text = FieldAttributes::take(&mut variant.attrs).rename.unwrap_or_else(|| variant.ident.to_string());
    let Some(value) = stood_in_for(&text) else {
        let rename = (variant.ident != text).then(|| parse_quote!(#[serde(rename = #text)]));
        variant.attrs.extend(rename);
        return (variant.ident != text).then_some(text);
    };
    let name = names.unique(&if value.is_empty() { "Empty".to_owned() } else { type_name(&value) });
    if name != value {
        variant.attrs.push(parse_quote!(#[serde(rename = #value)]));
    }
    variant.ident = Ident::new(&name, Span::call_site());
    Some(value)
}

fn derive(attributes: &mut Vec<Attribute>, traits: &proc_macro2::TokenStream) {
    attributes.retain(|attribute| !attribute.path().is_ident("derive"));
    attributes.insert(0, parse_quote!(#[derive(#traits, Serialize, Deserialize)]));
}

/// Takes the documentation out of attributes, and divides it from the limits.
fn take_docs(attributes: &mut Vec<Attribute>) -> (String, Limits) {
    let mut text = String::new();
    attributes.retain(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else { return true };
        let is_doc = meta.path.is_ident("doc");
        if let (true, Expr::Lit(literal)) = (is_doc, &meta.value)
            && let Lit::Str(line) = &literal.lit
        {
            text.push_str(&line.value());
            text.push('\n');
        }
        !is_doc
    });
    let (description, limits) = Limits::split(&text);
    let description = description.split(SCHEMA_OF_TYPE).next().unwrap_or_default().trim();
    // typify describes types that have no description by their name.
    let is_name = description.starts_with('`') && description.ends_with('`') && !description.contains(' ');
    (if is_name { String::new() } else { description.to_owned() }, limits)
}

/// Documents a type or field by what the schema says, or by its name.
fn document(attributes: &mut Vec<Attribute>, text: String, before: Option<&[String]>, fallback: &str) {
    let mut paragraphs: Vec<String> = before.into_iter().flatten().cloned().collect();
    if !text.is_empty() {
        paragraphs.push(text);
    } else if paragraphs.is_empty() {
        paragraphs.push(fallback.to_owned());
    }
    let docs = docs::attributes(&paragraphs);
    attributes.splice(0..0, docs);
}
