//! The preference center: Knock's hosted page for a user's preferences.
