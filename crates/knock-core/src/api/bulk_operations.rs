//! Bulk operations: what became of a call on many entities that Knock works through in the background.
