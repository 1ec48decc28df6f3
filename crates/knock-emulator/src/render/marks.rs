//! Words that stand for parts of a text while something else works on it.

/// Parts of a text, and the words that stand for them.
pub(crate) struct Marks<'t> {
    /// What each word begins with, and what the text does not have.
    word: String,
    parts: Vec<&'t str>,
}

impl<'t> Marks<'t> {
    pub(crate) fn new(text: &str) -> Self {
        // One letter more than wherever the text has it.
        let longest = text.split("mark").skip(1).map(|rest| rest.len() - rest.trim_start_matches('q').len());
        let word = format!("mark{}", "q".repeat(longest.max().map_or(0, |letters| letters + 1)));
        Self { word, parts: Vec::new() }
    }

    /// A word that stands for a part: only letters and digits.
    pub(crate) fn mark(&mut self, part: &'t str) -> String {
        self.parts.push(part);
        format!("{}{}x", self.word, self.parts.len() - 1)
    }

    /// A comment of HTML that stands for the part that a word stands for.
    #[expect(clippy::unused_self, reason = "the form of comments is known here only")]
    pub(crate) fn comment(&self, mark: &str) -> String {
        format!("<!--{mark}-->")
    }

    /// Puts the parts back.
    pub(crate) fn restore(&self, text: &str) -> String {
        let text =
            without(text, &format!("<!--{}", self.word), "x-->", |number| format!("{}{number}x", self.word));
        without(&text, &self.word, "x", |number| {
            let part = number.parse().ok().and_then(|number: usize| self.parts.get(number));
            part.copied().unwrap_or_default().to_owned()
        })
    }
}

/// Replaces what stands between a start and an end.
fn without(text: &str, start: &str, end: &str, replacement: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inner, rest) = part.split_once(end).unwrap_or((part, ""));
        out.push_str(&replacement(inner));
        out.push_str(rest);
    }
    out
}
