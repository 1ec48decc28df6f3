//! Audiences: lists of users, each perhaps in a tenant, that workflows address or react to.
