//! Channels: changing the status of many messages of one channel at once.
