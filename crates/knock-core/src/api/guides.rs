//! Guides: in-app guides that a user is eligible to see.
