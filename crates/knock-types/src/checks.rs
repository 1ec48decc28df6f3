//! The code that checks what types do not express.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use syn::Type;

use crate::limits::{End, Limits, Range};
use crate::tidy::{Defined, Part, Parts, VariantParts, inner_type, last_segment};

/// One step of a check.
enum Step {
    /// An expression that is a result.
    Call(TokenStream),
    /// A statement with steps inside.
    Block(TokenStream),
}

/// The types that have something to check, directly or inside of their parts.
#[derive(Debug, Default)]
pub(crate) struct Checked(BTreeSet<String>);

impl Checked {
    pub(crate) fn of(types: &[Defined]) -> Self {
        let mut checked = Self::default();
        loop {
            let found = types
                .iter()
                .find(|defined| !checked.has(&defined.name.to_string()) && checked.body(defined).is_some());
            match found {
                Some(defined) => drop(checked.0.insert(defined.name.to_string())),
                None => return checked,
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Returns the body of a function that checks `self`, if there is anything to check.
    pub(crate) fn body(&self, defined: &Defined) -> Option<TokenStream> {
        let steps = match &defined.parts {
            Parts::Struct(parts) => parts.iter().flat_map(|part| self.field(part)).collect(),
            Parts::Newtype(part) => self.value(&part.kind, &part.limits, "", &Place::owned(quote!(self.0))),
            Parts::Enum(variants) => self.variants(variants),
        };
        (!steps.is_empty()).then(|| all(&steps))
    }

    fn field(&self, part: &Part) -> Vec<Step> {
        let ident = &part.ident;
        self.value(&part.kind, &part.limits, &part.json, &Place::owned(quote!(self.#ident)))
    }

    fn variants(&self, variants: &[(Ident, VariantParts)]) -> Vec<Step> {
        let mut arms = Vec::new();
        let mut others = Vec::new();
        for (name, parts) in variants {
            let (pattern, steps) = match parts {
                VariantParts::Tuple(parts) if parts.len() == 1 => {
                    let steps =
                        self.value(&parts[0].kind, &parts[0].limits, "", &Place::borrowed(quote!(value)));
                    (quote!(Self::#name(value)), steps)
                }
                VariantParts::Struct(parts) => self.struct_variant(name, parts),
                VariantParts::Tuple(_) | VariantParts::Unit => (TokenStream::new(), Vec::new()),
            };
            if steps.is_empty() {
                others.push(match parts {
                    VariantParts::Unit => quote!(Self::#name),
                    VariantParts::Tuple(_) => quote!(Self::#name(..)),
                    VariantParts::Struct(_) => quote!(Self::#name { .. }),
                });
            } else {
                let steps = statements(&steps);
                arms.push(quote!(#pattern => { #steps }));
            }
        }
        if arms.is_empty() {
            return Vec::new();
        }
        let others = (!others.is_empty()).then(|| quote!(#(#others)|* => {}));
        vec![Step::Block(quote!(match self { #(#arms)* #others }))]
    }

    fn struct_variant(&self, name: &Ident, parts: &[Part]) -> (TokenStream, Vec<Step>) {
        let mut fields = Vec::new();
        let mut steps = Vec::new();
        for part in parts {
            let ident = &part.ident;
            let found = self.value(&part.kind, &part.limits, &part.json, &Place::borrowed(quote!(#ident)));
            if !found.is_empty() {
                fields.push(quote!(#ident));
                steps.extend(found);
            }
        }
        if fields.len() < parts.len() {
            fields.push(quote!(..));
        }
        (quote!(Self::#name { #(#fields),* }), steps)
    }

    /// Returns the checks of a value.
    fn value(&self, kind: &Type, limits: &Limits, json: &str, place: &Place) -> Vec<Step> {
        let Some(segment) = last_segment(kind) else { return Vec::new() };
        let inner = || inner_type(kind);
        let items = limits.items.as_deref().cloned().unwrap_or_default();
        let (reference, copy, whole) = (place.reference(), place.copy(), &place.tokens);
        let mut calls = Vec::new();
        match segment.ident.to_string().as_str() {
            "Option" => {
                let steps =
                    inner().map(|inner| self.value(inner, limits, json, &Place::borrowed(quote!(value))));
                let steps = steps.filter(|steps| !steps.is_empty()).map(|steps| statements(&steps));
                let block =
                    steps.map(|steps| Step::Block(quote!(if let Some(value) = #reference { #steps })));
                return block.into_iter().collect();
            }
            // Its functions are those of what is inside.
            "Box" => return inner().map_or_else(Vec::new, |inner| self.value(inner, limits, json, place)),
            "Vec" => {
                calls.extend(
                    sizes(&limits.size).map(|range| quote!(check::count(#json, #whole.len(), #range))),
                );
                let check = inner().and_then(|inner| self.closure(inner, &items));
                calls.extend(check.map(|check| quote!(check::each(#json, #reference, #check))));
            }
            "BTreeMap" => {
                let check = inner().and_then(|inner| self.closure(inner, &items));
                calls.extend(check.map(|check| quote!(check::each_value(#json, #reference, #check))));
            }
            "String" => {
                calls.extend(
                    sizes(&limits.size).map(|range| quote!(check::length(#json, #reference, #range))),
                );
            }
            "f64" => {
                let range = range(&limits.number, number_literal);
                calls.extend(range.map(|range| quote!(check::range(#json, #copy, #range))));
                calls.extend(one_of(limits, json, &reference, number_literal));
            }
            "bool" => calls.extend(one_of(limits, json, &reference, str::parse)),
            "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
                let range = range(&limits.number, integer_literal);
                calls.extend(range.map(|range| quote!(check::range(#json, #copy, #range))));
                calls.extend(limits.multiple_of.map(|of| {
                    let of = Literal::i64_unsuffixed(of);
                    quote!(check::multiple_of(#json, #copy, #of))
                }));
                calls.extend(one_of(limits, json, &reference, integer_literal));
            }
            name if self.has(name) && json.is_empty() => calls.push(quote!(#whole.check())),
            name if self.has(name) => calls.push(quote!(check::inside(#json, #whole.check()))),
            _ => {}
        }
        calls.into_iter().map(Step::Call).collect()
    }

    /// Returns a function that checks an item of a list or map, if there is anything to check.
    fn closure(&self, kind: &Type, limits: &Limits) -> Option<TokenStream> {
        let steps = self.value(kind, limits, "", &Place::borrowed(quote!(item)));
        match steps.as_slice() {
            [] => None,
            [Step::Call(call)] => Some(self.method(kind).unwrap_or_else(|| quote!(|item| #call))),
            steps => {
                let steps = all(steps);
                Some(quote!(|item| { #steps }))
            }
        }
    }

    /// Returns the check of a type as a path.
    fn method(&self, kind: &Type) -> Option<TokenStream> {
        let name = &last_segment(kind)?.ident;
        self.has(&name.to_string()).then(|| quote!(#name::check))
    }
}

fn statements(steps: &[Step]) -> TokenStream {
    let statement = |step: &Step| match step {
        Step::Call(call) => quote!(#call?;),
        Step::Block(block) => block.clone(),
    };
    steps.iter().map(statement).collect()
}

/// Returns the statements of a function that ends at the first check that fails.
fn all(steps: &[Step]) -> TokenStream {
    if let Some((Step::Call(last), others)) = steps.split_last() {
        let others = statements(others);
        return quote!(#others #last);
    }
    let steps = statements(steps);
    quote!(#steps Ok(()))
}

/// Where a value is.
struct Place {
    tokens: TokenStream,
    is_reference: bool,
}

impl Place {
    fn owned(tokens: TokenStream) -> Self {
        Self { tokens, is_reference: false }
    }

    fn borrowed(tokens: TokenStream) -> Self {
        Self { tokens, is_reference: true }
    }

    fn reference(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.is_reference { quote!(#tokens) } else { quote!(&#tokens) }
    }

    fn copy(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.is_reference { quote!(*#tokens) } else { quote!(#tokens) }
    }
}

type LiteralOf<E> = fn(&str) -> Result<TokenStream, E>;

fn one_of<E>(limits: &Limits, json: &str, value: &TokenStream, literal: LiteralOf<E>) -> Option<TokenStream> {
    let values: Option<Vec<_>> = limits.values.iter().map(|value| literal(&value.to_string()).ok()).collect();
    let values = values.filter(|values| !values.is_empty())?;
    Some(quote!(check::one_of(#json, #value, &[#(#values),*])))
}

/// Returns a range of sizes. At least 0 is no limit.
fn sizes(size: &Range) -> Option<TokenStream> {
    let mut size = size.clone();
    size.start.take_if(|end| end.number.as_f64() <= Some(0.0));
    range(&size, size_literal)
}

fn range<E>(range: &Range, literal: LiteralOf<E>) -> Option<TokenStream> {
    let (start, end) = (end(range.start.as_ref(), literal), end(range.end.as_ref(), literal));
    let is_reversed = match (&start, &end) {
        (Some((_, start)), Some((_, end))) => {
            let (first, last) = (start.number.as_f64(), end.number.as_f64());
            first > last || first == last && end.excluded
        }
        _ => false,
    };
    Some(match (start, end) {
        (None, None) => return None,
        (Some((start, End { excluded: false, .. })), None) => quote!(#start..),
        (None, Some((end, End { excluded: false, .. }))) => quote!(..=#end),
        (None, Some((end, _))) => quote!(..#end),
        (Some((start, one)), Some((end, other))) if !one.excluded && !is_reversed => {
            if other.excluded {
                quote!(#start..#end)
            } else {
                quote!(#start..=#end)
            }
        }
        (start, end) => {
            let (start, end) = (bound(start), bound(end));
            quote!((#start, #end))
        }
    })
}

fn end<E>(end: Option<&End>, literal: LiteralOf<E>) -> Option<(TokenStream, &End)> {
    let end = end?;
    Some((literal(&end.number.to_string()).ok()?, end))
}

fn bound(end: Option<(TokenStream, &End)>) -> TokenStream {
    match end {
        Some((end, End { excluded: true, .. })) => quote!(Bound::Excluded(#end)),
        Some((end, _)) => quote!(Bound::Included(#end)),
        None => quote!(Bound::Unbounded),
    }
}

/// Writes an integer as people do, with a `_` before every three digits of a long one.
fn integer_literal(text: &str) -> Result<TokenStream, proc_macro2::LexError> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    format!("{sign}{}", grouped(digits)).parse()
}

/// Sizes can be written as 2.0 in schemas.
fn size_literal(text: &str) -> Result<TokenStream, proc_macro2::LexError> {
    integer_literal(text.strip_suffix(".0").unwrap_or(text))
}

fn number_literal(text: &str) -> Result<TokenStream, proc_macro2::LexError> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if digits.contains(['e', 'E']) {
        return text.parse();
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    format!("{sign}{}.{}", grouped(whole), chunks(fraction)).parse()
}

fn grouped(digits: &str) -> String {
    if digits.len() <= 4 {
        return digits.to_owned();
    }
    let first = digits.len() % 3;
    let (first, rest) = digits.split_at(first);
    let separator = if first.is_empty() { "" } else { "_" };
    format!("{first}{separator}{}", chunks(rest))
}

fn chunks(digits: &str) -> String {
    let chunks: Vec<_> = digits.as_bytes().chunks(3).map(|chunk| String::from_utf8_lossy(chunk)).collect();
    chunks.join("_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn range_of(schema: &serde_json::Value, literal: LiteralOf<proc_macro2::LexError>) -> String {
        let range = Range::of(schema.as_object().unwrap(), "minimum", "maximum");
        super::range(&range, literal).map_or_else(String::new, |range| range.to_string().replace(' ', ""))
    }

    #[test]
    fn ranges_are_written_as_people_do() {
        assert_eq!(
            range_of(&json!({ "minimum": 1, "maximum": 1_000_000 }), integer_literal),
            "1..=1_000_000"
        );
        assert_eq!(range_of(&json!({ "minimum": -1 }), number_literal), "-1.0..");
        assert_eq!(range_of(&json!({ "maximum": 0.000_012_5 }), number_literal), "..=0.000_012_5");
        assert_eq!(
            range_of(&json!({ "minimum": 5, "maximum": 3 }), integer_literal),
            "(Bound::Included(5),Bound::Included(3))"
        );
        assert_eq!(range_of(&json!({}), integer_literal), "");
        assert_eq!(number_literal("12345.6789").unwrap().to_string(), "12_345.678_9");
        assert_eq!(size_literal("2.0").unwrap().to_string(), "2");
    }
}
