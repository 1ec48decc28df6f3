//! Schedules: workflows that run later, once or again and again.
