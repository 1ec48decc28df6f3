//! The conditions of steps: <https://docs.knock.app/designing-workflows/step-conditions>.

use std::borrow::Cow;

use knock_directory::{AudienceType, Condition, Conditions};
use serde_json::Value;

use super::super::conditions::{Scope, decide};
use super::super::store::World;
use super::live::Live;

impl World {
    /// Whether conditions hold. Returns the first condition that does not, or that cannot be decided.
    pub(super) fn check(&self, live: &Live, scope: &Value, conditions: &Conditions) -> Result<(), String> {
        if conditions.always() {
            return Ok(());
        }
        // unlike templates, conditions see all data after a batch: a workflow of Knock relies on it
        self.check_with(live, scope, conditions, &live.data, None)
    }

    /// The same for conditions on an event that happened.
    pub(super) fn check_event(
        &self,
        live: &Live,
        scope: &Value,
        conditions: &Conditions,
        event: &Value,
    ) -> Result<(), String> {
        self.check_with(live, scope, conditions, &live.data, Some(event))
    }

    fn check_with(
        &self,
        live: &Live,
        scope: &Value,
        conditions: &Conditions,
        data: &Value,
        event: Option<&Value>,
    ) -> Result<(), String> {
        let templates = scope;
        let tenant = live.trigger.tenant.as_deref();
        let is_member = |who: &Value, audience: &str| self.is_member(who, audience, tenant);
        let scope = Scope {
            data,
            recipient: &scope["recipient"],
            actor: &scope["actor"],
            tenant: &scope["tenant"],
            workflow: &scope["workflow"],
            run: &scope["run"],
            vars: Some(&scope["vars"]),
            refs: Some(&scope["refs"]),
            event,
            now: self.now,
            is_member: &is_member,
        };
        let mut refused = None;
        for group in &conditions.any {
            let refusal = |condition| refusal(&self.with_argument(condition, templates), &scope);
            match group.iter().find_map(refusal) {
                None => return Ok(()),
                Some(condition) => refused = refused.or(Some(condition)),
            }
        }
        Err(refused.unwrap_or_else(|| "there are no conditions that could hold".to_owned()))
    }

    /// A condition whose argument is no template any more. An argument that cannot be rendered stays as it is.
    fn with_argument<'c>(&self, condition: &'c Condition, scope: &Value) -> Cow<'c, Condition> {
        let rendered = match &condition.argument {
            Value::String(text) if text.contains("{{") => self.text(text, scope).ok(),
            _ => None,
        };
        let Some(text) = rendered else { return Cow::Borrowed(condition) };
        let mut condition = condition.clone();
        condition.argument = Value::String(text.trim().to_owned());
        Cow::Owned(condition)
    }

    /// Whether a recipient is in a dynamic audience of the directory. `None` if there is no such audience.
    pub(in super::super) fn is_in_segment(&self, who: &Value, audience: &str) -> Option<bool> {
        let audience = self.settings.directory.as_ref()?.audiences.get(audience)?;
        if audience.audience_type == AudienceType::Static {
            return Some(false);
        }
        let none = Value::Null;
        let scope = Scope {
            data: &none,
            recipient: who,
            actor: &none,
            tenant: &none,
            workflow: &none,
            run: &none,
            vars: None,
            refs: None,
            event: None,
            now: self.now,
            // an audience cannot refer to another
            is_member: &|_, _| None,
        };
        let holds =
            |group: &Vec<Condition>| group.iter().all(|condition| refusal(condition, &scope).is_none());
        Some(audience.segments.any.iter().any(holds))
    }
}

/// The condition as text if it does not hold.
pub(super) fn refusal(condition: &Condition, scope: &Scope<'_>) -> Option<String> {
    let Condition { variable, operator, argument, .. } = condition;
    let decided = decide(variable, operator, argument, scope);
    let suffix = match decided {
        Some(true) => return None,
        Some(false) => "",
        None => " (cannot be decided)",
    };
    let argument = argument.as_str().map_or_else(|| argument.to_string(), str::to_owned);
    Some(format!("{variable} {operator} {argument}{suffix}"))
}
