//! A sample of every operation, by resource.

mod audiences;
mod bulk_operations;
mod channels;
mod feeds;
mod guides;
mod integrations;
mod legacy_preferences;
mod messages;
mod ms_teams;
mod notify;
mod objects;
mod preference_center;
mod schedules;
mod slack;
mod tenants;
mod users;
mod values;
mod workflow_recipient_runs;
mod workflows;

use crate::sample::Sample;

/// All samples.
pub fn all() -> Vec<Sample> {
    [
        audiences::samples(),
        bulk_operations::samples(),
        channels::samples(),
        feeds::samples(),
        guides::samples(),
        integrations::samples(),
        legacy_preferences::samples(),
        messages::samples(),
        ms_teams::samples(),
        notify::samples(),
        objects::samples(),
        preference_center::samples(),
        schedules::samples(),
        slack::samples(),
        tenants::samples(),
        users::samples(),
        workflow_recipient_runs::samples(),
        workflows::samples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
