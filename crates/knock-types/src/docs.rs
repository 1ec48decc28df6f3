//! Documentation comments from texts of users.

use syn::{Attribute, parse_quote};

/// Returns documentation comments with these paragraphs.
pub(crate) fn attributes(paragraphs: &[String]) -> Vec<Attribute> {
    let text = paragraphs.join("\n\n");
    let lines = text
        .lines()
        .map(str::trim)
        .map(|line| if line.is_empty() { String::new() } else { line_of(&visible(line)) });
    lines.map(|line| parse_quote!(#[doc = #line])).collect()
}

/// Writes control characters as escapes, since Rust allows few of them in comments.
fn visible(line: &str) -> String {
    let char =
        |char: char| if char.is_control() { char.escape_default().to_string() } else { char.to_string() };
    line.chars().map(char).collect()
}

/// A line begins with a space, as people write it.
fn line_of(line: &str) -> String {
    let words: Vec<_> = by_code(line).collect();
    let mut text = " ".to_owned();
    // A tab or a fence would begin a block of code, whose lines are compiled.
    let fences = line.starts_with("```") || line.starts_with("~~~");
    if fences {
        text.push('\\');
    }
    for (is_code, part) in words {
        if is_code {
            text.push_str(part);
        } else {
            text.push_str(&plain(part));
        }
    }
    text
}

/// Divides a line into parts in backticks, with these, and others.
fn by_code(line: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find('`').unwrap_or(rest.len());
        if start > 0 {
            let (text, code) = rest.split_at(start);
            rest = code;
            return Some((false, text));
        }
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let end = rest.get(ticks..)?.find(&rest[..ticks]).map(|end| ticks + end + ticks);
        match end {
            _ if ticks == 0 => None,
            Some(end) => {
                let (code, text) = rest.split_at(end);
                rest = text;
                Some((true, code))
            }
            // They have no end.
            None => {
                let (text, others) = rest.split_at(ticks);
                rest = others;
                Some((false, text))
            }
        }
    })
}

/// Escapes what rustdoc would take for links and tags, and sets names of code in backticks.
fn plain(text: &str) -> String {
    let word = |word: &str| {
        let inner = word.trim_matches(|char: char| !char.is_alphanumeric() && char != '_' && char != '/');
        if inner.starts_with("http://") || inner.starts_with("https://") {
            return word.replacen(inner, &format!("<{inner}>"), 1);
        }
        if is_name(inner) {
            return escaped(word).replacen(inner, &format!("`{inner}`"), 1);
        }
        escaped(word)
    };
    let words: Vec<_> = text.split(' ').map(word).collect();
    words.join(" ")
}

fn escaped(word: &str) -> String {
    let mut text = String::new();
    for char in word.chars() {
        if matches!(char, '[' | ']' | '<' | '>' | '`' | '\\') {
            text.push('\\');
        }
        text.push(char);
    }
    text
}

/// Returns whether a word is a name in code: `snake_case` or `camelCase`.
fn is_name(word: &str) -> bool {
    let is_ascii = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let has_hump =
        word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    is_ascii && (has_hump || word.trim_matches('_').contains('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_markdown_that_rustdoc_reads_as_text() {
        let cases = [
            ("The id of a comment.", " The id of a comment."),
            ("See [docs] <b> and `a[0]`", r" See \[docs\] \<b\> and `a[0]`"),
            ("The user_id or GitHub, fooBar.", " The `user_id` or `GitHub`, `fooBar`."),
            ("At https://knock.app/a_b.", " At <https://knock.app/a_b>."),
            ("```", r" \\`\`\`"),
            ("a ` b", r" a \` b"),
        ];
        for (text, line) in cases {
            assert_eq!(line_of(text), line, "{text}");
        }
    }
}
