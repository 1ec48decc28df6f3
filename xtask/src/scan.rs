//! Finds the operations in the sources of knock-core: every `operation! { … }` and every `impl Operation for …`.
//!
//! It reads the sources rather than the compiled crate, so that it also works while the crate does not compile.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs};

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{
    Attribute, Expr, ExprCall, ExprMethodCall, Ident, ImplItem, Item, ItemFn, ItemImpl, Lit, LitStr, Meta,
    Token, Type, Visibility, braced, parenthesized,
};

use crate::Result;

/// One resource: a module with its operations.
pub(crate) struct Resource {
    /// The name of the module, for example `users`.
    pub(crate) module: String,
    /// The first line of its documentation.
    pub(crate) title: String,
    /// In the order of their routes.
    pub(crate) operations: Vec<Operation>,
}

/// One operation.
pub(crate) struct Operation {
    /// The type, for example `users::Get`.
    pub(crate) type_path: String,
    /// The function that makes it, for example `users::get`.
    pub(crate) function: String,
    /// The first sentence of the function's documentation.
    pub(crate) summary: String,
    /// Where Knock describes it.
    pub(crate) reference: Option<String>,
    /// The note of `#[deprecated]`.
    pub(crate) deprecated: Option<String>,
    /// The names in the official SDKs, from `#[doc(alias = "…")]`.
    pub(crate) aliases: Vec<String>,
    pub(crate) method: String,
    pub(crate) route: String,
    pub(crate) tier: String,
    pub(crate) repeatable: Repeatable,
    pub(crate) repetition: Repetition,
    pub(crate) deduplicated: bool,
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

/// What a second time does, as knock-core's `OperationInfo` declares it with `twice_…`.
pub(crate) struct Repetition {
    effect: Effect,
    pub(crate) source: String,
}

enum Effect {
    Same,
    SameButResponse,
    Answers(String),
    Emits(String),
    Adds(String),
    Undocumented,
}

impl Repetition {
    /// Reads the fact of this name with its arguments: what differs, if anything does, and the source. Returns `None`
    /// if there is no such fact.
    fn read(fact: &str, mut arguments: Vec<String>) -> Option<Self> {
        let source = arguments.pop().filter(|source| !source.is_empty())?;
        let differs: fn(String) -> Effect = match fact {
            "twice_returns" => Effect::Answers,
            "twice_emits" => Effect::Emits,
            "twice_adds" => Effect::Adds,
            _ => {
                let effect = match fact {
                    "twice_same" => Effect::Same,
                    "twice_same_effect" => Effect::SameButResponse,
                    "twice_undocumented" => Effect::Undocumented,
                    _ => return None,
                };
                return arguments.is_empty().then_some(Self { effect, source });
            }
        };
        let difference = arguments.pop().filter(|_| arguments.is_empty())?;
        Some(Self { effect: differs(difference), source })
    }

    /// A `GET`.
    fn none() -> Self {
        Self { effect: Effect::Same, source: String::new() }
    }

    fn is_safe(&self) -> bool {
        matches!(self.effect, Effect::Same | Effect::SameButResponse | Effect::Answers(_))
    }
}

impl fmt::Display for Repetition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.effect {
            Effect::Same => f.write_str("same"),
            Effect::SameButResponse => f.write_str("same, response not documented"),
            Effect::Answers(response) => write!(f, "same, but the response is {response}"),
            Effect::Emits(difference) | Effect::Adds(difference) => f.write_str(difference),
            Effect::Undocumented => f.write_str("not documented"),
        }
    }
}

/// Reads every resource in `folder` that has operations, by name.
pub(crate) fn resources(folder: &Path) -> Result<Vec<Resource>> {
    let (mut resources, mut problems) = (Vec::new(), Vec::new());
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        let module = entry.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        // The operations of a resource that is a folder are in its `mod.rs`.
        let file = if entry.is_dir() { entry.join("mod.rs") } else { entry };
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
    let functions: Functions<'_> = file
        .items
        .iter()
        .filter_map(|item| if let Item::Fn(function) = item { Some(function) } else { None })
        .map(|function| (function.sig.ident.to_string(), function))
        .collect();
    let mut operations = Vec::new();
    for item in &file.items {
        match item {
            Item::Macro(call) if call.mac.path.is_ident("operation") => {
                operations.push(call.mac.parse_body::<Declaration>()?.operation(module, &functions)?);
            }
            Item::Impl(implementation) if is_operation(implementation) => {
                operations.push(implemented(module, implementation, &functions)?);
            }
            _ => {}
        }
    }
    operations.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    Ok(Resource { module: module.to_owned(), title: paragraph(&docs(&file.attrs)), operations })
}

/// The functions of a file, by name.
type Functions<'a> = BTreeMap<String, &'a ItemFn>;

/// The head of an `operation! { … }`, as knock-core's `declare.rs` describes it.
struct Declaration {
    attributes: Vec<Attribute>,
    function: Ident,
    type_name: Ident,
    info: Info,
    /// The tokens of the clauses after the facts.
    clauses: String,
}

impl Parse for Declaration {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Token![fn]>()?;
        let function = input.parse()?;
        let arguments;
        parenthesized!(arguments in input);
        skip(&arguments)?;
        input.parse::<Token![->]>()?;
        let type_name = input.parse()?;
        let clauses;
        braced!(clauses in input);
        let info = clauses.call(Info::parse)?;
        let clauses = clauses.parse::<proc_macro2::TokenStream>()?.to_string();
        Ok(Self { attributes, function, type_name, info, clauses })
    }
}

fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<proc_macro2::TokenStream>().map(drop)
}

impl Declaration {
    fn operation(self, module: &str, functions: &Functions<'_>) -> Result<Operation> {
        let type_name = self.type_name.to_string();
        let name = self.info.function(module, &type_name)?;
        if self.clauses.contains("(batch of ") != self.info.deduplicated {
            return Err(format!("`{type_name}`: it is `deduplicated` if it returns a `batch of …`").into());
        }
        let attributes = if self.function == name {
            &self.attributes
        } else {
            &function_named(&name, &type_name, functions)?.attrs
        };
        described(module, &type_name, &name, attributes, self.info)
    }
}

fn function_named<'a>(name: &str, type_name: &str, functions: &Functions<'a>) -> Result<&'a ItemFn> {
    let function = functions.get(name).copied();
    function.ok_or_else(|| format!("`{type_name}`: there is no function `{name}` that makes it").into())
}

fn is_operation(implementation: &ItemImpl) -> bool {
    let path = implementation.trait_.as_ref().map(|(path, _)| path);
    path.and_then(|path| path.segments.last()).is_some_and(|segment| segment.ident == "Operation")
}

/// An operation that implements the trait by hand.
fn implemented(module: &str, implementation: &ItemImpl, functions: &Functions<'_>) -> Result<Operation> {
    let Type::Path(path) = &*implementation.self_ty else { return Err("an operation is no struct".into()) };
    let type_name = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let info = implementation.items.iter().find_map(|item| match item {
        ImplItem::Const(constant) if constant.ident == "INFO" => Some(&constant.expr),
        _ => None,
    });
    let info = info.and_then(Info::read).ok_or_else(|| {
        format!("`{type_name}`: `INFO` is not `OperationInfo::get(name, route, RateLimitTier::…)…`")
    })?;
    let name = info.function(module, &type_name)?;
    let function = function_named(&name, &type_name, functions)?;
    described(module, &type_name, &name, &function.attrs, info)
}

fn described(
    module: &str,
    type_name: &str,
    name: &str,
    attributes: &[Attribute],
    info: Info,
) -> Result<Operation> {
    let docs = docs(attributes);
    let repeatable = info.repeatable();
    let repetition = info.repetition.ok_or_else(|| {
        format!("`{type_name}`: tell what it does a second time, for example `twice_same(\"source\")`")
    })?;
    Ok(Operation {
        type_path: format!("{module}::{type_name}"),
        function: format!("{module}::{name}"),
        summary: sentence(&paragraph(&docs)),
        reference: reference(&docs),
        deprecated: deprecated(attributes),
        aliases: aliases(attributes),
        method: info.method,
        route: info.route,
        tier: info.tier,
        repeatable,
        repetition,
        deduplicated: info.deduplicated,
        retention: info.retention,
    })
}

/// The facts of an operation: those of an `INFO`,
/// `OperationInfo::post(name, route, RateLimitTier::Tier5).twice_same("source")`, or of a declaration,
/// `"name": POST "route", Tier5, twice_same("source");`.
struct Info {
    name: String,
    method: String,
    route: String,
    tier: String,
    repetition: Option<Repetition>,
    idempotency_key: bool,
    deduplicated: bool,
    retention: bool,
}

impl Info {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse::<LitStr>()?.value();
        input.parse::<Token![:]>()?;
        let method = input.parse::<Ident>()?.to_string();
        let route = input.parse::<LitStr>()?.value();
        input.parse::<Token![,]>()?;
        let tier = input.parse::<Ident>()?.to_string();
        let mut info = Self::new(name, method, route, &tier);
        while input.parse::<Option<Token![,]>>()?.is_some() {
            let fact: Ident = input.parse()?;
            let mut details = Vec::new();
            if input.peek(Paren) {
                let list;
                parenthesized!(list in input);
                let list = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
                details.extend(list.iter().map(LitStr::value));
            }
            if !info.add(&fact.to_string(), details) {
                return Err(syn::Error::new(fact.span(), "an unknown fact, or one with other arguments"));
            }
        }
        input.parse::<Token![;]>()?;
        Ok(info)
    }

    fn new(name: String, method: String, route: String, tier: &str) -> Self {
        let repetition = (method == "GET").then(Repetition::none);
        let tier = tier.trim_start_matches("Tier").to_owned();
        Self {
            name,
            method,
            route,
            tier,
            repetition,
            idempotency_key: false,
            deduplicated: false,
            retention: false,
        }
    }

    /// Adds a fact by the name and the arguments of its method. Returns `false` if there is none.
    fn add(&mut self, fact: &str, arguments: Vec<String>) -> bool {
        match fact {
            "honours_idempotency_key" => self.idempotency_key = true,
            "deduplicated" => self.deduplicated = true,
            "under_retention" => self.retention = true,
            _ => {
                self.repetition = Repetition::read(fact, arguments);
                return self.repetition.is_some();
            }
        }
        arguments.is_empty()
    }

    fn repeatable(&self) -> Repeatable {
        match &self.repetition {
            Some(repetition) if !repetition.is_safe() => Repeatable::No,
            _ if self.idempotency_key => Repeatable::WithKey,
            _ => Repeatable::Yes,
        }
    }

    /// The name of the function that makes the operation.
    fn function(&self, module: &str, type_name: &str) -> Result<String> {
        let name = self.name.strip_prefix(module).and_then(|rest| rest.strip_prefix('.'));
        name.map(str::to_owned).ok_or_else(|| {
            format!("`{type_name}`: its name `{}` does not begin with `{module}.`", self.name).into()
        })
    }

    fn read(expression: &Expr) -> Option<Self> {
        match expression {
            Expr::Call(call) => Self::read_call(call),
            Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) => {
                let mut info = Self::read(receiver)?;
                let arguments = args.iter().map(text).collect::<Option<_>>()?;
                info.add(&method.to_string(), arguments).then_some(())?;
                Some(info)
            }
            _ => None,
        }
    }

    fn read_call(call: &ExprCall) -> Option<Self> {
        let method = last_segment(&call.func)?.to_uppercase();
        let mut arguments = call.args.iter();
        let (name, route, tier) = (arguments.next()?, arguments.next()?, arguments.next()?);
        Some(Self::new(text(name)?, method, text(route)?, &last_segment(tier)?))
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

/// The texts of `#[doc(alias = "…")]`.
fn aliases(attributes: &[Attribute]) -> Vec<String> {
    let mut aliases = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        // Other forms of `#[doc]` are not lists, or not of aliases.
        let _ = attribute.parse_nested_meta(|meta| {
            let alias: LitStr = meta.value()?.parse()?;
            aliases.push(alias.value());
            Ok(())
        });
    }
    aliases
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

    const IMPLEMENTED: &str = r#"
        //! Users: the people
        //! who are notified.
        //!
        //! More.

        /// Gets a user, or [`is_not_found`](crate::Error::is_not_found). And more.
        ///
        /// [Reference](https://docs.knock.app/api-reference/users/get)
        #[doc(alias = "users.get")]
        #[deprecated(note = "use another")]
        pub fn get(user_id: impl Into<Text>) -> Get { todo!() }

        impl Operation for Get {
            type Output = User;
            const INFO: OperationInfo =
                OperationInfo::post("users.get", "/v1/users/{user_id}", RateLimitTier::Tier4)
                    .honours_idempotency_key()
                    .twice_returns("an empty list", "the source")
                    .under_retention();
        }
    "#;

    const DECLARED: &str = r#"
        //! Users: the people
        //! who are notified.

        operation! {
            /// Gets a user, or [`is_not_found`](crate::Error::is_not_found). And more.
            ///
            /// [Reference](https://docs.knock.app/api-reference/users/get)
            #[doc(alias = "users.get")]
            #[deprecated(note = "use another")]
            pub fn get(user_id; data: Data) -> Get {
                "users.get": POST "/v1/users/{user_id}", Tier4, honours_idempotency_key, under_retention,
                    twice_returns("an empty list", "the source");
                returns (User);
                body { data }
            }
        }
    "#;

    #[test]
    fn reads_the_facts_of_an_operation_in_either_form() {
        for source in [IMPLEMENTED, DECLARED] {
            let resource = read("users", source).unwrap();
            assert_eq!(resource.title, "Users: the people who are notified.");
            let [get] = &resource.operations[..] else { panic!("there is one operation") };
            assert_eq!(get.endpoint(), "POST /v1/users/{user_id}");
            assert_eq!((get.type_path.as_str(), get.function.as_str()), ("users::Get", "users::get"));
            assert_eq!(get.summary, "Gets a user, or `is_not_found`");
            assert_eq!(get.reference.as_deref(), Some("https://docs.knock.app/api-reference/users/get"));
            assert_eq!(get.deprecated.as_deref(), Some("use another"));
            assert_eq!(get.aliases, ["users.get"]);
            assert_eq!((get.tier.as_str(), get.retention), ("4", true));
            assert!(matches!(get.repeatable, Repeatable::WithKey));
            assert_eq!(get.repetition.to_string(), "same, but the response is an empty list");
            assert_eq!(get.repetition.source, "the source");
        }
    }

    #[test]
    fn the_function_that_makes_an_operation_may_be_another() {
        let begun = DECLARED.replace("pub fn get(", "fn get_by(")
            + "/// Begins to get.\n#[doc(alias = \"users.find\")]\npub fn get() -> GetBy { todo!() }";
        let resource = read("users", &begun).unwrap();
        assert_eq!(resource.operations[0].summary, "Begins to get");
        assert_eq!(resource.operations[0].aliases, ["users.find"]);
    }

    #[test]
    fn repeatable_follows_from_what_a_second_time_does() {
        let facts = [
            ("twice_same(\"x\")", "with a key"),
            ("twice_same_effect(\"x\")", "with a key"),
            ("twice_returns(\"a list\", \"x\")", "with a key"),
            ("twice_emits(\"an event\", \"x\")", "no"),
            ("twice_adds(\"a schedule\", \"x\")", "no"),
            ("twice_undocumented(\"x\")", "no"),
        ];
        for source in [IMPLEMENTED, DECLARED] {
            for (fact, repeatable) in facts {
                let changed = source.replace("twice_returns(\"an empty list\", \"the source\")", fact);
                assert_eq!(read("users", &changed).unwrap().operations[0].repeatable.to_string(), repeatable);
            }
        }
    }

    #[test]
    fn refuses_an_operation_that_does_not_tell_what_a_second_time_does() {
        let without =
            DECLARED.replace(",\n                    twice_returns(\"an empty list\", \"the source\")", "");
        assert!(read("users", &without).err().unwrap().to_string().contains("a second time"));
        for wrong in
            ["repeatable", "twice_same", "twice_same(\"\")", "twice_same(\"a\", \"x\")", "twice_adds(\"x\")"]
        {
            let changed = DECLARED.replace("twice_returns(\"an empty list\", \"the source\")", wrong);
            assert!(read("users", &changed).is_err(), "{wrong}");
        }
        for (returns, facts) in [("batch of User, by \"ids\"", "under_retention"), ("User", "deduplicated")] {
            let changed = DECLARED
                .replace("returns (User)", &format!("returns ({returns})"))
                .replace("under_retention", facts);
            assert!(read("users", &changed).err().unwrap().to_string().contains("`deduplicated`"));
        }
    }

    #[test]
    fn refuses_a_name_that_does_not_match() {
        let problem = |module, source: &str| read(module, source).err().unwrap().to_string();
        for source in [IMPLEMENTED, DECLARED] {
            assert!(problem("objects", source).contains("does not begin with `objects.`"));
            let renamed = source
                .replace("\"users.get\", ", "\"users.find\", ")
                .replace("\"users.get\":", "\"users.find\":");
            assert!(problem("users", &renamed).contains("no function `find`"));
        }
    }
}
