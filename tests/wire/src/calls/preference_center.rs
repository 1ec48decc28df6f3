use knock_core::preference_center;

use super::Table;

pub(super) const NODE_1: Table = &[
    ("users.preferenceCenter.getConfig", |args| {
        args.send_of_texts(|[user]| preference_center::get_config(user))
    }),
    ("users.preferenceCenter.generateSignedURL", |args| {
        args.send_of_texts(|[user]| preference_center::generate_signed_url(user))
    }),
];
