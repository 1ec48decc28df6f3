//! Messages: what workflows produced, its content, delivery and engagement.
