//! Expands the small macros that declare operations, so that [`scan`](crate::scan) sees what they declare.
//!
//! It knows what those need: one rule, whose matcher has tokens, `$name:kind` and, first, `$(#[$name:meta])*`.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Item, ItemMacro};

use crate::Result;

type Bindings = BTreeMap<String, TokenStream>;

/// The macros of a file that declare operations, by name.
pub(crate) struct Macros(BTreeMap<String, Rule>);

struct Rule {
    matcher: Vec<TokenTree>,
    body: TokenStream,
}

impl Macros {
    pub(crate) fn of(items: &[Item]) -> Self {
        let rules = items.iter().filter_map(|item| {
            let Item::Macro(ItemMacro { ident: Some(name), mac, .. }) = item else { return None };
            let rule = Rule::read(mac.tokens.clone())?;
            rule.body.to_string().contains("impl Operation for").then(|| (name.to_string(), rule))
        });
        Self(rules.collect())
    }

    /// The items that an item stands for: itself, or what a macro makes of it.
    pub(crate) fn expand(&self, item: Item) -> Result<Vec<Item>> {
        let Item::Macro(invocation) = &item else { return Ok(vec![item]) };
        let name = invocation.mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let Some(rule) = self.0.get(&name) else { return Ok(vec![item]) };
        let bindings = rule.bind(invocation.mac.tokens.clone());
        let bindings = bindings.ok_or_else(|| format!("`{name}!`: xtask does not understand this macro"))?;
        Ok(syn::parse2::<syn::File>(substitute(rule.body.clone(), &bindings))?.items)
    }
}

impl Rule {
    /// Reads `(matcher) => { body };`.
    fn read(tokens: TokenStream) -> Option<Self> {
        let mut groups = tokens.into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        let (matcher, body) = (groups.next()?, groups.next()?);
        // Of two rules one cannot tell which is meant.
        groups.next().is_none().then(|| Self { matcher: matcher.into_iter().collect(), body })
    }

    fn bind(&self, input: TokenStream) -> Option<Bindings> {
        let mut input = input.into_iter().peekable();
        let mut bindings = Bindings::new();
        let mut pattern = &self.matcher[..];
        while let Some((first, rest)) = pattern.split_first() {
            pattern = match (is_dollar(first), rest) {
                (true, [TokenTree::Group(group), TokenTree::Punct(_star), rest @ ..]) => {
                    let mut attributes = TokenStream::new();
                    while input.peek().is_some_and(|token| token.to_string() == "#") {
                        attributes.extend(input.by_ref().take(2));
                    }
                    bindings.insert(repeated_name(group)?, attributes);
                    rest
                }
                (true, [TokenTree::Ident(name), TokenTree::Punct(_colon), _kind, rest @ ..]) => {
                    let until = rest.first().map(ToString::to_string);
                    let mut value = TokenStream::from(input.next()?);
                    while let Some(token) = input.next_if(|token| Some(token.to_string()) != until) {
                        value.extend([token]);
                    }
                    bindings.insert(name.to_string(), value);
                    rest
                }
                (true, _) => return None,
                (false, rest) => {
                    input.next_if(|token| token.to_string() == first.to_string())?;
                    rest
                }
            };
        }
        // A macro may take a last comma.
        input.next().is_none().then_some(bindings)
    }
}

/// The name in `#[$name:meta]`.
fn repeated_name(group: &Group) -> Option<String> {
    let mut tokens = group.stream().into_iter();
    tokens.find_map(|token| match token {
        TokenTree::Group(attribute) => attribute.stream().into_iter().nth(1).map(|name| name.to_string()),
        _ => None,
    })
}

fn is_dollar(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '$')
}

fn substitute(body: TokenStream, bindings: &Bindings) -> TokenStream {
    let mut output = TokenStream::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if is_dollar(&token) {
            match tokens.next() {
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                    // `$(#[$meta])*`: the star goes with it.
                    tokens.next();
                    output.extend(repeated_name(&group).and_then(|name| bindings.get(&name)).cloned());
                }
                Some(name) => output.extend(bindings.get(&name.to_string()).cloned()),
                None => {}
            }
        } else if let TokenTree::Group(group) = token {
            output.extend([TokenTree::from(Group::new(
                group.delimiter(),
                substitute(group.stream(), bindings),
            ))]);
        } else {
            output.extend([token]);
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_a_macro_that_declares_an_operation() {
        let file = syn::parse_file(
            r#"
            macro_rules! operation {
                ($(#[$meta:meta])* $function:ident -> $type:ident, $name:literal) => {
                    $(#[$meta])*
                    pub fn $function() -> $type { $type }
                    impl Operation for $type { const INFO: OperationInfo = OperationInfo::get($name); }
                };
            }
            operation! {
                /// Reads.
                #[deprecated]
                read -> Read, "messages.read"
            }
            "#,
        );
        let mut items = file.unwrap().items;
        let macros = Macros::of(&items);
        let expanded = macros.expand(items.remove(1)).unwrap();
        let [Item::Fn(function), Item::Impl(_)] = &expanded[..] else { panic!("a function and an impl") };
        assert_eq!((function.sig.ident.to_string().as_str(), function.attrs.len()), ("read", 2));
    }
}
