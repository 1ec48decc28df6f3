#![allow(deprecated)]

use knock_core::legacy_preferences::{
    set_object_categories, set_object_category, set_object_channel_type, set_object_channel_types,
    set_object_workflow, set_object_workflows, set_user_categories, set_user_category, set_user_channel_type,
    set_user_channel_types, set_user_workflow, set_user_workflows,
};
use knock_core::preferences::{ChannelType, ChannelTypes, Workflows};

use super::values::{condition, workflow_settings};
use crate::sample::Sample;

const USER: &str = "jhammond";
const OBJECT: (&str, &str) = ("projects", "paddock-9");
const SET: &str = "default";

pub(super) fn samples() -> Vec<Sample> {
    let (collection, id) = OBJECT;
    let types =
        || ChannelTypes::from([(ChannelType::Email, true.into()), (ChannelType::Sms, condition().into())]);
    let workflows = || -> Workflows {
        Workflows::from([
            ("feeding".to_owned(), true.into()),
            ("loose".to_owned(), workflow_settings().into()),
        ])
    };
    vec![
        Sample::of(set_user_channel_types(USER, SET, types())),
        Sample::of(set_user_channel_type(USER, SET, ChannelType::Email, true)).full(set_user_channel_type(
            USER,
            SET,
            ChannelType::Email,
            condition(),
        )),
        Sample::of(set_user_workflows(USER, SET, workflows())),
        Sample::of(set_user_workflow(USER, SET, "loose", true)).full(set_user_workflow(
            USER,
            SET,
            "loose",
            workflow_settings(),
        )),
        Sample::of(set_user_categories(USER, SET, workflows())),
        Sample::of(set_user_category(USER, SET, "digests", true)).full(set_user_category(
            USER,
            SET,
            "digests",
            workflow_settings(),
        )),
        Sample::of(set_object_channel_types(collection, id, SET, types())),
        Sample::of(set_object_channel_type(collection, id, SET, ChannelType::Email, true))
            .full(set_object_channel_type(collection, id, SET, ChannelType::Email, condition())),
        Sample::of(set_object_workflows(collection, id, SET, workflows())),
        Sample::of(set_object_workflow(collection, id, SET, "loose", true)).full(set_object_workflow(
            collection,
            id,
            SET,
            "loose",
            workflow_settings(),
        )),
        Sample::of(set_object_categories(collection, id, SET, workflows())),
        Sample::of(set_object_category(collection, id, SET, "digests", true)).full(set_object_category(
            collection,
            id,
            SET,
            "digests",
            workflow_settings(),
        )),
    ]
}
