//! Feeds: the messages in a user's in-app feed.
