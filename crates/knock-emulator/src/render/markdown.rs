//! Markdown, with what GitHub adds to it. Knock does not document which flavour it reads.

use pulldown_cmark::{Options, Parser, html};

/// Turns Markdown into HTML. HTML in it stays.
pub(crate) fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(markdown, options));
    out
}
