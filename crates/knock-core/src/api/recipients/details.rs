//! The fields that users and objects share.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::value::{Field, InvalidInput, Text, Time};
use crate::wire::{Members, ObjectSink, members_of};

/// The custom properties of a user, an object or a tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Properties {
    members: Members,
    /// The first invalid argument, which is reported when the call is made.
    problem: Option<InvalidInput>,
}

impl Properties {
    pub(crate) fn set(&mut self, name: String, value: &impl Serialize) {
        self.members.set(name, value);
    }

    /// Sets all properties of a struct or map, except those that repeat the `identity`.
    pub(crate) fn set_all(&mut self, properties: impl Serialize, identity: &[(&str, &str)]) {
        let properties = match members_of("properties", &properties) {
            Ok(properties) => properties,
            Err(problem) => return self.refuse(problem),
        };
        let repeats = |name: &str, json: &RawValue| {
            let known = identity.iter().find(|(known, _)| *known == name);
            known.is_some_and(|(_, text)| {
                serde_json::from_str(json.get()).is_ok_and(|repeated: String| repeated == *text)
            })
        };
        let others = properties.into_iter().filter(|(name, json)| !repeats(name, json));
        self.members.set_each(others.map(|(name, json)| (name, json.into())));
    }

    /// Keeps the first invalid argument.
    pub(crate) fn refuse(&mut self, problem: InvalidInput) {
        self.problem.get_or_insert(problem);
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// Refuses invalid properties, and those that the request sets in another way, `taken`.
    pub(crate) fn check(
        &self,
        field: impl Fn() -> String,
        taken: &[(&'static str, bool)],
    ) -> Result<(), InvalidInput> {
        if self.members.is_empty() && self.problem.is_none() {
            return Ok(());
        }
        self.members.check().map_err(|problem| problem.inside(&field()))?;
        let twice = taken.iter().find(|(name, taken)| *taken && self.members.contains(name));
        match (&self.problem, twice) {
            (Some(problem), _) => Err(problem.clone().inside(&field())),
            (None, Some((name, _))) => {
                let name = format!("{}.{name}", field());
                Err(InvalidInput::new(name, "is set twice, once as a custom property"))
            }
            (None, None) => Ok(()),
        }
    }

    pub(crate) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.members.write_into(object)
    }
}

/// The fields of a user or an object that few requests set, boxed since a call may have a thousand recipients.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Details(pub(super) Option<Box<DetailFields>>);

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DetailFields {
    pub(super) phone_number: Field<Text>,
    pub(super) avatar: Field<Text>,
    pub(super) locale: Field<Text>,
    pub(super) timezone: Field<Text>,
    // Already as text: a Worker that sets none of these does not contain the code that writes them.
    pub(super) created_at: Field<Text>,
    pub(super) channel_data: Field<Members>,
    pub(super) preferences: Field<Members>,
    pub(super) properties: Properties,
}

impl Details {
    pub(super) fn set(&mut self) -> &mut DetailFields {
        self.0.get_or_insert_default()
    }

    /// Refuses properties as [`Properties::check`] does; `taken` are the fields beside these.
    pub(super) fn check(
        &self,
        field: impl Fn() -> String,
        taken: &[(&'static str, bool)],
    ) -> Result<(), InvalidInput> {
        self.0.as_ref().map_or(Ok(()), |fields| fields.check(field, taken))
    }

    pub(super) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        self.0.as_ref().map_or(Ok(()), |fields| fields.write_into(object))
    }
}

impl DetailFields {
    /// Sets when the recipient was created.
    pub(super) fn set_created_at(&mut self, time: Field<Time>) {
        self.created_at = match time {
            Field::Keep => return,
            Field::Clear => Field::Clear,
            Field::Set(time) => match time.get("created_at") {
                Ok(time) => Field::Set(time.to_string().into()),
                Err(problem) => return self.properties.refuse(problem),
            },
        };
    }

    fn check(&self, field: impl Fn() -> String, taken: &[(&'static str, bool)]) -> Result<(), InvalidInput> {
        self.properties.check(&field, taken)?;
        self.properties.check(
            &field,
            &[
                ("phone_number", !self.phone_number.is_keep()),
                ("avatar", !self.avatar.is_keep()),
                ("locale", !self.locale.is_keep()),
                ("timezone", !self.timezone.is_keep()),
                ("created_at", !self.created_at.is_keep()),
                ("channel_data", !self.channel_data.is_keep()),
                ("preferences", !self.preferences.is_keep()),
            ],
        )
    }

    fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("phone_number", &self.phone_number)?;
        object.field("avatar", &self.avatar)?;
        object.field("locale", &self.locale)?;
        object.field("timezone", &self.timezone)?;
        object.field("created_at", &self.created_at)?;
        object.field("channel_data", &self.channel_data)?;
        object.field("preferences", &self.preferences)?;
        self.properties.write_into(object)
    }
}
