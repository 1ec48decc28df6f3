//! Finds the operations in the sources of knock-core: every `impl Operation for …` with what its `INFO` says.
//!
//! It reads the sources, not the compiled crate, so that it also works while the crate does not compile.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs};

use syn::{Attribute, Expr, ExprCall, ExprMethodCall, ImplItem, Item, ItemFn, ItemImpl, Lit, Meta, Type};

use crate::Result;
use crate::expand::Macros;

/// One resource: a file, with its operations.
pub(crate) struct Resource {
    /// The module's name, as `users`.
    pub(crate) module: String,
    /// The first line of its documentation.
    pub(crate) title: String,
    /// In the order of their routes.
    pub(crate) operations: Vec<Operation>,
}

/// One operation.
pub(crate) struct Operation {
    /// The type, as `users::Get`.
    pub(crate) type_path: String,
    /// The function that makes it, as `users::get`.
    pub(crate) function: String,
    /// The first sentence of the function's documentation.
    pub(crate) summary: String,
    /// Where Knock describes it.
    pub(crate) reference: Option<String>,
    /// The note of `#[deprecated]`.
    pub(crate) deprecated: Option<String>,
    pub(crate) method: String,
    pub(crate) route: String,
    pub(crate) tier: String,
    pub(crate) repeatable: Repeatable,
    pub(crate) retention: bool,
}

impl Operation {
    /// As Knock's document names it: `GET /v1/users/{user_id}`.
    pub(crate) fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    pub(crate) fn sort_key(&self) -> (&str, &str) {
        (&self.route, &self.method)
    }
}

/// Whether a call may be repeated when its outcome is unknown.
pub(crate) enum Repeatable {
    Yes,
    WithKey,
    No,
}

impl fmt::Display for Repeatable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Yes => "yes",
            Self::WithKey => "with a key",
            Self::No => "no",
        })
    }
}

/// Reads every resource in `folder` that has operations, by name.
pub(crate) fn resources(folder: &Path) -> Result<Vec<Resource>> {
    let (mut resources, mut problems) = (Vec::new(), Vec::new());
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    for file in files {
        let module = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        match read(&module, &fs::read_to_string(&file)?) {
            Ok(resource) if resource.operations.is_empty() => {}
            Ok(resource) => resources.push(resource),
            Err(problem) => problems.push(format!("{}: {problem}", file.display())),
        }
    }
    if problems.is_empty() { Ok(resources) } else { Err(problems.join("\n").into()) }
}

fn read(module: &str, source: &str) -> Result<Resource> {
    let file = syn::parse_file(source)?;
    let title = paragraph(&docs(&file.attrs));
    let macros = Macros::of(&file.items);
    let mut items = Vec::new();
    for item in file.items {
        items.extend(macros.expand(item)?);
    }
    let functions: BTreeMap<String, &ItemFn> = items
        .iter()
        .filter_map(|item| if let Item::Fn(function) = item { Some(function) } else { None })
        .map(|function| (function.sig.ident.to_string(), function))
        .collect();
    let mut operations = Vec::new();
    for item in &items {
        if let Item::Impl(implementation) = item
            && is_operation(implementation)
        {
            operations.push(operation(module, implementation, &functions)?);
        }
    }
    operations.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    Ok(Resource { module: module.to_owned(), title, operations })
}

fn is_operation(implementation: &ItemImpl) -> bool {
    let path = implementation.trait_.as_ref().map(|(path, _)| path);
    path.and_then(|path| path.segments.last()).is_some_and(|segment| segment.ident == "Operation")
}

fn operation(
    module: &str,
    implementation: &ItemImpl,
    functions: &BTreeMap<String, &ItemFn>,
) -> Result<Operation> {
    let Type::Path(path) = &*implementation.self_ty else { return Err("an operation is no struct".into()) };
    let type_name = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let fail = |problem: &str| format!("`{type_name}`: {problem}");
    let info = implementation.items.iter().find_map(|item| match item {
        ImplItem::Const(constant) if constant.ident == "INFO" => Some(&constant.expr),
        _ => None,
    });
    let info = info.and_then(Info::read);
    let info =
        info.ok_or_else(|| fail("`INFO` is not `OperationInfo::get(name, route, RateLimitTier::…)…`"))?;

    let name = info.name.strip_prefix(&format!("{module}."));
    let name =
        name.ok_or_else(|| fail(&format!("its name `{}` does not begin with `{module}.`", info.name)))?;
    let function =
        functions.get(name).ok_or_else(|| fail(&format!("there is no function `{name}` that makes it")))?;
    let docs = docs(&function.attrs);
    Ok(Operation {
        type_path: format!("{module}::{type_name}"),
        function: format!("{module}::{name}"),
        summary: sentence(&paragraph(&docs)),
        reference: reference(&docs),
        deprecated: deprecated(&function.attrs),
        method: info.method,
        route: info.route,
        tier: info.tier,
        repeatable: info.repeatable,
        retention: info.retention,
    })
}

/// What an `INFO` says: `OperationInfo::post(name, route, RateLimitTier::Tier5).repeatable()`.
struct Info {
    name: String,
    method: String,
    route: String,
    tier: String,
    repeatable: Repeatable,
    retention: bool,
}

impl Info {
    fn read(expression: &Expr) -> Option<Self> {
        match expression {
            Expr::Call(call) => Self::read_call(call),
            Expr::MethodCall(ExprMethodCall { receiver, method, .. }) => {
                let mut info = Self::read(receiver)?;
                match method.to_string().as_str() {
                    "repeatable" => info.repeatable = Repeatable::Yes,
                    "honours_idempotency_key" => info.repeatable = Repeatable::WithKey,
                    "under_retention" => info.retention = true,
                    _ => return None,
                }
                Some(info)
            }
            _ => None,
        }
    }

    fn read_call(call: &ExprCall) -> Option<Self> {
        let method = last_segment(&call.func)?.to_uppercase();
        let mut arguments = call.args.iter();
        let (name, route, tier) = (arguments.next()?, arguments.next()?, arguments.next()?);
        let repeatable = if method == "POST" { Repeatable::No } else { Repeatable::Yes };
        Some(Self {
            name: text(name)?,
            method,
            route: text(route)?,
            tier: last_segment(tier)?.strip_prefix("Tier")?.to_owned(),
            repeatable,
            retention: false,
        })
    }
}

fn last_segment(expression: &Expr) -> Option<String> {
    let Expr::Path(path) = expression else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The lines of a documentation.
fn docs(attributes: &[Attribute]) -> Vec<String> {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    lines
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) => text(&pair.value).map(|line| line.trim().to_owned()),
            _ => None,
        })
        .collect()
}

/// The first paragraph, on one line.
fn paragraph(docs: &[String]) -> String {
    let lines: Vec<&str> = docs.iter().map(String::as_str).take_while(|line| !line.is_empty()).collect();
    without_links(&lines.join(" "))
}

/// The first sentence, without its full stop.
fn sentence(text: &str) -> String {
    let end = text.find(". ").or_else(|| text.strip_suffix('.').map(str::len)).unwrap_or(text.len());
    text[..end].to_owned()
}

/// Links to items, `[text](target)`, lead nowhere outside of rustdoc: their text stays.
fn without_links(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, link)) = rest.split_once('[')
        && let Some((label, target)) = link.split_once(']')
    {
        plain.push_str(before);
        plain.push_str(label);
        rest = target
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
            .map_or(target, |(_, rest)| rest);
    }
    plain + rest
}

/// The link of the line `[Reference](…)`.
fn reference(docs: &[String]) -> Option<String> {
    let link = docs.iter().find_map(|line| line.strip_prefix("[Reference]("))?;
    Some(link.trim_end_matches(')').to_owned())
}

fn deprecated(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("deprecated"))?;
    let mut note = String::new();
    // A `#[deprecated]` without arguments has no note.
    let _ = attribute.parse_nested_meta(|meta| {
        let value: Lit = meta.value()?.parse()?;
        if let (true, Lit::Str(text)) = (meta.path.is_ident("note"), value) {
            note = text.value();
        }
        Ok(())
    });
    Some(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
        //! Users: the people
        //! who are notified.
        //!
        //! More.

        /// Gets a user; [`is_not_found`](crate::Error::is_not_found) where there is none. And more.
        ///
        /// [Reference](https://docs.knock.app/api-reference/users/get)
        #[deprecated(note = "use another")]
        pub fn get(user_id: impl Into<String>) -> Get { todo!() }

        impl Operation for Get {
            type Output = User;
            const INFO: OperationInfo =
                OperationInfo::post("users.get", "/v1/users/{user_id}", RateLimitTier::Tier4)
                    .honours_idempotency_key()
                    .under_retention();
        }
    "#;

    #[test]
    fn reads_what_an_operation_says_of_itself() {
        let resource = read("users", SOURCE).unwrap();
        assert_eq!(resource.title, "Users: the people who are notified.");
        let [get] = &resource.operations[..] else { panic!("there is one operation") };
        assert_eq!(get.endpoint(), "POST /v1/users/{user_id}");
        assert_eq!((get.type_path.as_str(), get.function.as_str()), ("users::Get", "users::get"));
        assert_eq!(get.summary, "Gets a user; `is_not_found` where there is none");
        assert_eq!(get.reference.as_deref(), Some("https://docs.knock.app/api-reference/users/get"));
        assert_eq!(get.deprecated.as_deref(), Some("use another"));
        assert_eq!((get.tier.as_str(), get.retention), ("4", true));
        assert!(matches!(get.repeatable, Repeatable::WithKey));
    }

    #[test]
    fn refuses_a_name_that_is_not_where_it_is() {
        let problem = |module, source: &str| read(module, source).err().unwrap().to_string();
        assert!(problem("objects", SOURCE).contains("does not begin with `objects.`"));
        assert!(problem("users", &SOURCE.replace("users.get", "users.find")).contains("no function `find`"));
    }
}
