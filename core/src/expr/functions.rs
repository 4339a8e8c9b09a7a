//! Functions that conditions and expressions may use (E1).
//!
//! A list of our own, not whatever the engine brings: each of these is documented with an example that a
//! test runs, works on one object at a time and gives the same result every time.

/// Functions of one kind.
#[derive(Debug, Clone, Copy)]
pub struct FunctionGroup {
    /// What they are for, as a heading of the guide.
    pub title: &'static str,
    /// Their names, in alphabetical order.
    pub names: &'static [&'static str],
}

/// All functions, by group.
pub const FUNCTIONS: &[FunctionGroup] = &[
    FunctionGroup {
        title: "Texts",
        names: &[
            "ascii",
            "bit_length",
            "btrim",
            "character_length",
            "chr",
            "concat",
            "concat_ws",
            "contains",
            "ends_with",
            "find_in_set",
            "initcap",
            "left",
            "levenshtein",
            "lower",
            "lpad",
            "ltrim",
            "octet_length",
            "overlay",
            "repeat",
            "replace",
            "reverse",
            "right",
            "rpad",
            "rtrim",
            "split_part",
            "starts_with",
            "strpos",
            "substr",
            "substr_index",
            "to_hex",
            "translate",
            "upper",
        ],
    },
    FunctionGroup {
        title: "Regular expressions",
        names: &["regexp_count", "regexp_instr", "regexp_like", "regexp_match", "regexp_replace"],
    },
    FunctionGroup {
        title: "Dates and times",
        names: &[
            "current_date",
            "current_time",
            "date_bin",
            "date_part",
            "date_trunc",
            "from_unixtime",
            "make_date",
            "make_time",
            "now",
            "to_char",
            "to_date",
            "to_local_time",
            "to_time",
            "to_timestamp",
            "to_timestamp_micros",
            "to_timestamp_millis",
            "to_timestamp_nanos",
            "to_timestamp_seconds",
            "to_unixtime",
        ],
    },
    FunctionGroup {
        title: "NULL and choice",
        names: &["coalesce", "greatest", "least", "nullif", "nvl", "nvl2"],
    },
    FunctionGroup {
        title: "Lists",
        names: &[
            "array_append",
            "array_concat",
            "array_distinct",
            "array_element",
            "array_except",
            "array_has",
            "array_has_all",
            "array_has_any",
            "array_intersect",
            "array_length",
            "array_max",
            "array_min",
            "array_position",
            "array_prepend",
            "array_remove_all",
            "array_sort",
            "array_to_string",
            "array_union",
            "cardinality",
            "make_array",
            "string_to_array",
        ],
    },
];

/// True for the functions in [`FUNCTIONS`]; `name` is the engine's own name, not an alias.
pub(super) fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}

/// The names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().flat_map(|group| group.names.iter().copied())
}

/// Why a function of the engine is refused, where there is more to say than that it is not known.
pub(super) fn refusal(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "random" | "uuid" => Some((
            "gives another value every time, so two runs would write two results",
            "let new objects get a GUID by auto fill, or compute the value from properties",
        )),
        "arrow_cast" | "arrow_try_cast" | "cast_to_type" | "try_cast_to_type" => {
            Some(("uses types of the engine", "write CAST(value AS type)"))
        }
        _ => None,
    }
}
