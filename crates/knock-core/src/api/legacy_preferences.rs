//! Setting a single part of a preference set; Knock deprecates these in favour of writing the set.
