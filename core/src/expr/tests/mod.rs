//! Tests of the condition language as a whole.
