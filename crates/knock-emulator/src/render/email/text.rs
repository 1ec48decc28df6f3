//! How elements of HTML are written in text. Knock does not document its way.

use std::cell::RefCell;
use std::rc::Rc;

use html2text::render::TextDecorator;

/// Writes the targets of links after them.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    open: Vec<String>,
    all: Rc<RefCell<Vec<String>>>,
}

impl Links {
    /// Removes the targets of links that show them.
    pub(super) fn finished(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let mut all = self.all.borrow().clone();
        all.sort_unstable();
        all.dedup();
        // As many as people read.
        for url in all.iter().take(100) {
            let shown = url.strip_prefix("mailto:").unwrap_or(url);
            text = text.replace(&format!("{shown} ({url})"), shown);
        }
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

impl TextDecorator for Links {
    type Annotation = ();

    fn decorate_link_start(&mut self, url: &str) -> (String, ()) {
        self.open.push(url.to_owned());
        self.all.borrow_mut().push(url.to_owned());
        (String::new(), ())
    }

    fn decorate_link_end(&mut self) -> String {
        self.open.pop().map(|url| format!(" ({url})")).unwrap_or_default()
    }

    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_em_end(&self) -> String {
        String::new()
    }

    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_strong_end(&self) -> String {
        String::new()
    }

    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }

    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_code_end(&self) -> String {
        String::new()
    }

    fn decorate_preformat_first(&self) {}

    fn decorate_preformat_cont(&self) {}

    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, ()) {
        (title.to_owned(), ())
    }

    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }

    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }

    fn unordered_item_prefix(&self) -> String {
        "- ".to_owned()
    }

    fn ordered_item_prefix(&self, number: i64) -> String {
        format!("{number}. ")
    }

    fn make_subblock_decorator(&self) -> Self {
        Self { open: Vec::new(), all: Rc::clone(&self.all) }
    }
}
