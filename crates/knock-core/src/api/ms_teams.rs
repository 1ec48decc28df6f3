//! Microsoft Teams: helpers for connecting an organization and choosing its teams and channels.
