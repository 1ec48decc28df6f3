//! The frames of a Phoenix socket: `[join_ref, ref, topic, event, payload]`.

use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    /// The number of the join that the frame belongs to.
    pub(crate) join_ref: Option<String>,
    /// The number of the frame, which the reply repeats.
    pub(crate) reference: Option<String>,
    pub(crate) topic: String,
    pub(crate) event: String,
    pub(crate) payload: Value,
}

impl Frame {
    /// Returns `None` if the text is not a frame.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (join_ref, reference, topic, event, payload) = serde_json::from_str(text).ok()?;
        Some(Self { join_ref, reference, topic, event, payload })
    }

    pub(crate) fn render(&self) -> String {
        json!([self.join_ref, self.reference, self.topic, self.event, self.payload]).to_string()
    }

    /// The reply to this frame.
    pub(crate) fn reply(&self, status: &str, response: Value) -> Self {
        let mut payload = json!({ "status": status });
        payload["response"] = response;
        Self {
            join_ref: self.join_ref.clone(),
            reference: self.reference.clone(),
            topic: self.topic.clone(),
            event: "phx_reply".to_owned(),
            payload,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_frame_is_read_as_it_was_written(
            join_ref: Option<String>, reference: Option<String>, topic: String, event: String, payload in value(),
        ) {
            let frame = Frame { join_ref, reference, topic, event, payload };
            prop_assert_eq!(Frame::parse(&frame.render()), Some(frame));
        }

        #[test]
        fn any_text_is_a_frame_or_none(text: String) {
            if let Some(frame) = Frame::parse(&text) {
                prop_assert_eq!(Frame::parse(&frame.render()), Some(frame));
            }
        }
    }

    #[test]
    fn what_is_not_a_frame_is_refused() {
        for text in [
            "",
            "null",
            "{}",
            "[]",
            r#"[null,"1","phoenix","heartbeat"]"#,
            r#"[null,"1","phoenix","heartbeat",{},1]"#,
            r#"[1,"1","phoenix","heartbeat",{}]"#,
            r#"[null,"1",null,"heartbeat",{}]"#,
            r#"[null,"1","phoenix","heartbeat",{}] x"#,
        ] {
            assert_eq!(Frame::parse(text), None, "{text}");
        }
        let deep = format!("[null,null,\"t\",\"e\",{}{}]", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Frame::parse(&deep), None);
    }
}
