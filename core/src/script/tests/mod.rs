//! Tests of the script engines: both languages against the same tables.
