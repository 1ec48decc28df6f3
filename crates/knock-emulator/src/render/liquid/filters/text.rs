//! Filters of texts.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::render::error::Problem;
use crate::render::liquid::filters::input::{Filter, Input, Outcome, takes, takes_up_to};
use crate::render::liquid::value::{Value, integer};

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "append" => takes(1, |input| {
            let (text, more) = (input.text()?, input.argument_text(0)?);
            input.limits().text(text.len() + more.len())?;
            input.make(format!("{text}{more}"))
        }),
        "prepend" => takes(1, |input| {
            let (text, more) = (input.text()?, input.argument_text(0)?);
            input.limits().text(text.len() + more.len())?;
            input.make(format!("{more}{text}"))
        }),
        "capitalize" => takes(0, |input| input.make(capitalized(&input.text()?))),
        "titlecase" => takes(0, |input| {
            let text = input.text()?;
            input.make(text.split(' ').map(capitalized).collect::<Vec<_>>().join(" "))
        }),
        "downcase" => takes(0, |input| input.make(input.text()?.to_lowercase())),
        "upcase" => takes(0, |input| input.make(input.text()?.to_uppercase())),
        "strip" => takes(0, |input| input.make(input.text()?.trim())),
        "lstrip" => takes(0, |input| input.make(input.text()?.trim_start())),
        "rstrip" => takes(0, |input| input.make(input.text()?.trim_end())),
        "strip_newlines" => takes(0, |input| input.make(input.text()?.replace("\r\n", "").replace('\n', ""))),
        "newline_to_br" => {
            takes(0, |input| input.make(input.text()?.replace("\r\n", "\n").replace('\n', "<br />\n")))
        }
        "strip_html" => takes(0, |input| input.make(without_tags(&input.text()?))),
        "escape" => takes(0, |input| match &input.value {
            Value::Nil => Ok(Value::Nil),
            _ => input.make(escaped(&input.text()?)),
        }),
        "escape_once" => takes(0, |input| input.make(escaped_once(&input.text()?))),
        "url_encode" => takes(0, |input| match &input.value {
            Value::Nil => Ok(Value::Nil),
            _ => input.make(utf8_percent_encode(&input.text()?, &FORM).to_string().replace("%20", "+")),
        }),
        "url_decode" => takes(0, |input| {
            let text = input.text()?.replace('+', " ");
            let decoded =
                percent_decode_str(&text).decode_utf8().map_err(|_| not("percent-encoded UTF-8"))?;
            input.make(&*decoded)
        }),
        "base64_encode" => takes(0, |input| input.make(BASE64_STANDARD.encode(&*input.text()?))),
        "base64_decode" => takes(0, |input| decode(input, &BASE64_STANDARD)),
        "base64_url_safe_encode" => takes(0, |input| input.make(BASE64_URL_SAFE.encode(&*input.text()?))),
        "base64_url_safe_decode" => takes(0, |input| decode(input, &BASE64_URL_SAFE)),
        "remove" => takes(1, |input| replace(input, "", |text, from, _| text.replace(from, ""))),
        "remove_first" => takes(1, |input| replace(input, "", |text, from, _| text.replacen(from, "", 1))),
        "remove_last" => takes(1, |input| replace(input, "", replace_last)),
        "replace" => takes_up_to(1, 2, |input| {
            let (text, from, to) = (input.text()?, input.argument_text(0)?, input.argument_text(1)?);
            let count = text.matches(&*from).count();
            input.limits().text(text.len().saturating_add(count.saturating_mul(to.len())))?;
            input.make(text.replace(&*from, &to))
        }),
        "replace_first" => takes_up_to(1, 2, |input| {
            let to = input.argument_text(1)?;
            replace(input, &to, |text, from, to| text.replacen(from, to, 1))
        }),
        "replace_last" => takes(2, |input| {
            let to = input.argument_text(1)?;
            replace(input, &to, replace_last)
        }),
        "truncate" => takes_up_to(0, 2, truncate),
        "truncatewords" => takes_up_to(0, 2, truncate_words),
        "pluralize" => takes(2, |input| {
            let one = match &input.value {
                Value::Text(text) => text.trim() == "1",
                value => integer(value) == 1,
            };
            Ok(input.argument(usize::from(!one)))
        }),
        _ => return None,
    })
}

/// What `application/x-www-form-urlencoded` encodes.
const FORM: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn not(what: &str) -> Problem {
    Problem::new(format!("the text is not {what}"))
}

fn decode(input: &Input<'_>, engine: &impl base64::Engine) -> Outcome {
    let bytes = engine.decode(&*input.text()?).map_err(|_| not("Base64"))?;
    input.make(String::from_utf8(bytes).map_err(|_| not("UTF-8 in Base64"))?)
}

/// The first letter large, the others small.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    first + &letters.as_str().to_lowercase()
}

fn replace(input: &Input<'_>, to: &str, replace: impl Fn(&str, &str, &str) -> String) -> Outcome {
    let (text, from) = (input.text()?, input.argument_text(0)?);
    input.limits().text(text.len() + to.len())?;
    input.make(replace(&text, &from, to))
}

fn replace_last(text: &str, from: &str, to: &str) -> String {
    match text.rfind(from) {
        Some(at) => format!("{}{to}{}", &text[..at], &text[at + from.len()..]),
        None => text.to_owned(),
    }
}

/// Replaces what HTML gives a meaning.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Like [`escaped`], but character references stay.
fn escaped_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, letter) in text.char_indices() {
        match letter {
            '&' if is_reference(&text[index + 1..]) => out.push('&'),
            letter => out.push_str(&escaped(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

/// Whether what follows a `&` makes it a character reference.
fn is_reference(rest: &str) -> bool {
    let end = rest.bytes().take(12).position(|byte| byte == b';');
    let Some(name) = end.and_then(|end| rest.get(..end)) else { return false };
    match name.strip_prefix('#') {
        Some(number) => !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
        None => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
}

/// Removes tags, comments, scripts and styles.
pub(crate) fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // What does not occur any more is not searched again.
    let mut missing = [false; 4];
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let ends = [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->"), ("<", ">")];
        let end = ends.iter().zip(&mut missing).find_map(|((open, close), missing)| {
            if *missing || !rest.starts_with(open) {
                return None;
            }
            let end = rest.find(close).map(|end| end + close.len());
            *missing = end.is_none();
            end
        });
        if end.is_none() {
            out.push('<');
        }
        rest = &rest[end.unwrap_or(1)..];
    }
    out + rest
}

fn truncate(input: &Input<'_>) -> Outcome {
    if matches!(input.value, Value::Nil) {
        return Ok(Value::Nil);
    }
    let text = input.text()?;
    let length = match input.argument(0) {
        Value::Nil if input.arguments.is_empty() => 50,
        length => whole(&length)?,
    };
    let ellipsis = ellipsis(input)?;
    let length = usize::try_from(length).unwrap_or_default();
    if text.chars().count() <= length {
        return Ok(Value::Text(text));
    }
    let kept: String = text.chars().take(length.saturating_sub(ellipsis.chars().count())).collect();
    input.make(kept + &ellipsis)
}

fn truncate_words(input: &Input<'_>) -> Outcome {
    if matches!(input.value, Value::Nil) {
        return Ok(Value::Nil);
    }
    let text = input.text()?;
    let length = match input.argument(0) {
        Value::Nil if input.arguments.is_empty() => 15,
        length => whole(&length)?,
    };
    let length = usize::try_from(length).unwrap_or_default().max(1);
    let mut words = text.split_whitespace();
    let kept: Vec<&str> = words.by_ref().take(length).collect();
    let cut = words.next().is_some();
    input.make(if cut { Cow::Owned(kept.join(" ") + &ellipsis(input)?) } else { Cow::Borrowed(&*text) })
}

fn ellipsis(input: &Input<'_>) -> Result<String, Problem> {
    match input.arguments.get(1) {
        Some(ellipsis) => Ok(ellipsis.to_text(input.limits())?.to_string()),
        None => Ok("...".to_owned()),
    }
}

/// A whole number that an argument has to be.
pub(super) fn whole(value: &Value) -> Result<i64, Problem> {
    match value {
        Value::Integer(number) => Ok(*number),
        Value::Text(text) => {
            text.trim().parse().map_err(|_| Problem::new("the argument has to be a whole number"))
        }
        _ => Err(Problem::new("the argument has to be a whole number")),
    }
}
