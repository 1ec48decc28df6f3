//! The core compared with hand-written code.
//!
//! Each [`Case`] passes the same owned values to both sides, as an application would. "By hand" is what an experienced
//! engineer would write for one endpoint: structs that borrow, constant headers, and no validation.

mod by_hand;
mod input;
mod sdk;

/// Runs a piece of work once and measures its cost.
pub type Count<'a> = &'a dyn Fn(&mut dyn FnMut());

/// One piece of work, done by the SDK and by hand.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)]
pub struct Case {
    /// Its name in the tables.
    pub name: &'static str,
    sdk: fn(Count<'_>),
    by_hand: fn(Count<'_>),
}

/// The two sides.
pub const SUBJECTS: [&str; 2] = ["knock-core", "by hand"];

impl Case {
    /// Measures the work of one side. Creating the input and dropping the output are not included.
    ///
    /// # Errors
    ///
    /// If `subject` is not one of [`SUBJECTS`].
    pub fn count(&self, subject: &str, count: Count<'_>) -> Result<(), String> {
        match subject {
            "knock-core" => (self.sdk)(count),
            "by hand" => (self.by_hand)(count),
            other => return Err(format!("{other}: not one of {SUBJECTS:?}")),
        }
        Ok(())
    }
}

/// All cases.
pub const CASES: &[Case] = &[
    Case {
        name: "build a trigger with 4 recipients",
        sdk: |count| run(input::alert, sdk::trigger, count),
        by_hand: |count| run(input::alert, by_hand::trigger, count),
    },
    Case {
        name: "build a trigger with 1,000 inline users",
        sdk: |count| run(input::broadcast, sdk::trigger_inline, count),
        by_hand: |count| run(input::broadcast, by_hand::trigger_inline, count),
    },
    Case {
        name: "parse the response to a trigger",
        sdk: |count| run(input::trigger_response, sdk::parse_trigger, count),
        by_hand: |count| run(input::trigger_response, by_hand::parse_trigger, count),
    },
    Case {
        name: "parse a page of 50 messages",
        sdk: |count| run(input::page_of_messages, sdk::parse_page, count),
        by_hand: |count| run(input::page_of_messages, by_hand::parse_page, count),
    },
];

fn run<I, O>(input: fn() -> I, work: fn(I) -> O, count: Count<'_>) {
    // Initializes statics before measuring.
    drop(work(input()));
    let mut input = Some(std::hint::black_box(input()));
    let mut output = None;
    count(&mut || output = input.take().map(work));
    drop(std::hint::black_box(output));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_build_the_same_requests() {
        let parts = |request: http::Request<bytes::Bytes>| {
            let (head, body) = request.into_parts();
            (head.method, head.uri, head.headers, body)
        };
        assert_eq!(parts(sdk::trigger(input::alert())), parts(by_hand::trigger(input::alert())));
        assert_eq!(
            parts(sdk::trigger_inline(input::broadcast())),
            parts(by_hand::trigger_inline(input::broadcast()))
        );
    }

    #[test]
    fn both_sides_read_the_same_responses() {
        assert_eq!(
            sdk::parse_trigger(input::trigger_response()).workflow_run_id,
            by_hand::parse_trigger(input::trigger_response()).workflow_run_id
        );
        let (theirs, ours) =
            (by_hand::parse_page(input::page_of_messages()), sdk::parse_page(input::page_of_messages()));
        assert_eq!(ours.items.len(), 50);
        let ours: Vec<_> = ours.items.iter().map(|item| serde_json::to_value(item).unwrap()).collect();
        let theirs: Vec<_> = theirs.items.iter().map(|item| serde_json::to_value(item).unwrap()).collect();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            // The SDK also serializes `__typename`.
            let mut ours = ours.clone();
            ours.as_object_mut().unwrap().remove("__typename");
            ours["source"].as_object_mut().unwrap().remove("__typename");
            assert_eq!(ours, *theirs);
        }
    }
}
