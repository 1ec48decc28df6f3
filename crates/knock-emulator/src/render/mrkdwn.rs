//! Markdown in Slack's markup.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Turns Markdown into mrkdwn.
pub(crate) fn from_markdown(markdown: &str) -> String {
    let mut writer = Writer::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
        writer.event(event);
    }
    writer.out.trim_end().to_owned()
}

#[derive(Default)]
struct Writer {
    out: String,
    /// The number of the next item, for each list that is open.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// The targets of the links that are open.
    links: Vec<String>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.code(&code),
            Event::Html(html) | Event::InlineHtml(html) => self.out.push_str(&escaped(&html)),
            Event::SoftBreak | Event::HardBreak => self.line(),
            Event::Rule => self.out.push_str("———\n\n"),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&escaped(text));
    }

    fn code(&mut self, code: &str) {
        self.out.push('`');
        self.text(code);
        self.out.push('`');
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&"> ".repeat(self.quotes.min(1)));
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong | Tag::Heading { .. } => self.out.push('*'),
            Tag::Emphasis => self.out.push('_'),
            Tag::Strikethrough => self.out.push('~'),
            Tag::CodeBlock(_) => {
                self.out.push_str("```\n");
            }
            Tag::BlockQuote(_) => {
                self.quotes += 1;
                // Slack does not nest quotes.
                if self.quotes == 1 {
                    self.out.push_str("> ");
                }
            }
            Tag::List(first) => {
                if !self.lists.is_empty() {
                    self.line();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.out.push_str(&"    ".repeat(self.lists.len().saturating_sub(1).min(8)));
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        self.out.push_str(&number.to_string());
                        self.out.push_str(". ");
                        *number = number.saturating_add(1);
                    }
                    _ => self.out.push_str("• "),
                }
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.out.push('<');
                self.out.push_str(&escaped(&dest_url).replace('|', "%7C"));
                self.out.push('|');
                self.links.push(dest_url.to_string());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.out.push('*'),
            TagEnd::Heading(_) => self.out.push_str("*\n\n"),
            TagEnd::Emphasis => self.out.push('_'),
            TagEnd::Strikethrough => self.out.push('~'),
            TagEnd::Paragraph if self.lists.is_empty() && self.quotes == 0 => self.out.push_str("\n\n"),
            TagEnd::Paragraph => self.line(),
            TagEnd::CodeBlock => {
                self.out.push_str("```\n\n");
            }
            TagEnd::BlockQuote(_) => {
                self.quotes = self.quotes.saturating_sub(1);
                if self.quotes == 0 {
                    let end = self.out.trim_end_matches(['\n', ' ', '>']).len();
                    self.out.truncate(end);
                    self.out.push_str("\n\n");
                }
            }
            TagEnd::Item if !self.out.ends_with('\n') => self.out.push('\n'),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.out.push('\n');
                }
            }
            TagEnd::Link | TagEnd::Image => {
                self.links.pop();
                self.out.push('>');
            }
            _ => {}
        }
    }
}

/// What Slack gives a meaning: `&`, `<` and `>`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::from_markdown;

    #[test]
    fn marks() {
        assert_eq!(from_markdown("**a** *b* ~~c~~ `d`"), "*a* _b_ ~c~ `d`");
        assert_eq!(from_markdown("# Title\n\nText"), "*Title*\n\nText");
        assert_eq!(
            from_markdown("[Knock](https://knock.app) & <b>"),
            "<https://knock.app|Knock> &amp; &lt;b&gt;"
        );
    }

    #[test]
    fn blocks() {
        assert_eq!(from_markdown("- a\n- b\n  - c\n"), "• a\n• b\n    • c");
        assert_eq!(from_markdown("1. a\n2. b"), "1. a\n2. b");
        assert_eq!(from_markdown("> a\n> b\n\nc"), "> a\n> b\n\nc");
        assert_eq!(from_markdown("```\na < b\n```"), "```\na &lt; b\n```");
    }
}
