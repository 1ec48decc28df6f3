//! The setters of one group or one setting, which 1.x no longer has.

// Knock has deprecated them in favor of `merge`.
#![allow(deprecated)]

use knock_core::legacy_preferences;
use knock_core::preferences::{ChannelType, ChannelTypes, Setting, WorkflowSetting, Workflows};

use super::Table;
use super::values::{read, take_set};

pub(super) const NODE_0: Table = &[
    ("users.setChannelTypesPreferences", |mut args| {
        let (user, settings) = (args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_user_channel_types(user, set, read::<ChannelTypes>(&settings)))
    }),
    ("users.setChannelTypePreferences", |mut args| {
        let (user, channel_type, setting) = (args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_user_channel_type(
            user,
            set,
            ChannelType::from(channel_type),
            read::<Setting>(&setting),
        ))
    }),
    ("users.setWorkflowsPreferences", |mut args| {
        let (user, settings) = (args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_user_workflows(user, set, read::<Workflows>(&settings)))
    }),
    ("users.setWorkflowPreferences", |mut args| {
        let (user, key, setting) = (args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_user_workflow(user, set, key, read::<WorkflowSetting>(&setting)))
    }),
    ("users.setCategoriesPreferences", |mut args| {
        let (user, settings) = (args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_user_categories(user, set, read::<Workflows>(&settings)))
    }),
    ("users.setCategoryPreferences", |mut args| {
        let (user, key, setting) = (args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_user_category(user, set, key, read::<WorkflowSetting>(&setting)))
    }),
    ("objects.setChannelTypesPreferences", |mut args| {
        let (collection, id, settings) = (args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_object_channel_types(
            collection,
            id,
            set,
            read::<ChannelTypes>(&settings),
        ))
    }),
    ("objects.setChannelTypePreferences", |mut args| {
        let (collection, id, channel_type, setting) = (args.text(), args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_object_channel_type(
            collection,
            id,
            set,
            ChannelType::from(channel_type),
            read::<Setting>(&setting),
        ))
    }),
    ("objects.setWorkflowsPreferences", |mut args| {
        let (collection, id, settings) = (args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_object_workflows(collection, id, set, read::<Workflows>(&settings)))
    }),
    ("objects.setWorkflowPreferences", |mut args| {
        let (collection, id, key, setting) = (args.text(), args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_object_workflow(
            collection,
            id,
            set,
            key,
            read::<WorkflowSetting>(&setting),
        ))
    }),
    ("objects.setCategoriesPreferences", |mut args| {
        let (collection, id, settings) = (args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_object_categories(
            collection,
            id,
            set,
            read::<Workflows>(&settings),
        ))
    }),
    ("objects.setCategoryPreferences", |mut args| {
        let (collection, id, key, setting) = (args.text(), args.text(), args.text(), args.value());
        let set = take_set(&mut args.object());
        args.send(legacy_preferences::set_object_category(
            collection,
            id,
            set,
            key,
            read::<WorkflowSetting>(&setting),
        ))
    }),
];
