//! ICF filters: what they mean, what is refused and where.

use super::*;
use crate::{
    expr::{IcfFilter, SpecialNames, icf_to_sql, parse_icf, parse_named},
    project::{SchemaProperty, SchemaType},
    value::ValueType,
};

const T: Option<bool> = Some(true);
const F: Option<bool> = Some(false);
const N: Option<bool> = None;

fn names() -> SpecialNames {
    SpecialNames { name: Some("Common Name".to_owned()), uid: Some("Age".to_owned()) }
}

/// The filter itself and its SQL text mean the same.
#[track_caller]
fn means(text: &str, expected: [Option<bool>; 4]) {
    let filter = parse_icf(&people(), &names(), text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(truth(&PEOPLE, &filter), expected, "{text}: {filter}");
    let sql = icf_to_sql(&people(), &names(), text).unwrap();
    let condition = parse(&SESSION, &people(), &sql).unwrap_or_else(|error| panic!("{text}: {sql}: {error}"));
    assert_eq!(truth(&PEOPLE, &condition), expected, "{text}: {sql}");
}

#[test]
fn filters_mean_what_they_say() {
    means("startsWith('__NAME__','A') & endsWith('__NAME__','a')", [T, F, F, N]);
    means("equalTo('__UID__', 2)", [F, T, F, N]);
    means("equalTo('Country', 'PL') | equalTo('Country', 'DE')", [T, T, F, N]);
    means("or(equalTo('Country', 'PL'), equalTo('Country', 'DE'))", [T, T, F, N]);
    means("and(greaterThan('Age', 1), lessThan('Age', '30'))", [F, T, F, N]);
    means("greaterThanOrEqualTo('Age', 2) and lessThanOrEqualTo('Age', 30)", [F, T, T, N]);
    means("not equalTo('Country', 'PL')", [F, T, T, N]);
    means("!equalTo('Country', 'PL') && !(equalTo('Country', 'DE'))", [F, F, T, N]);
    means("not(not(contains('Country', 'L')))", [T, F, F, N]);
    // & binds more tightly than |.
    means("equalTo('Age', 1) | equalTo('Age', 2) & equalTo('Country', 'PL')", [T, F, F, N]);
    means("(equalTo('Age', 1) | equalTo('Age', 2)) & equalTo('Country', 'PL')", [T, F, F, N]);
    means("equalTo('Active', true)", [T, F, T, N]);
    means("equalTo('Born', '2024-02-29')", [F, T, F, N]);
    means("greaterThan('Salary', -0.05)", [T, T, F, N]);
    means("lessThan('Score', 0.75)", [T, T, F, N]);
    means("equalTo('SeenUtc', '1970-01-01T01:00:00+01:00')", [T, F, F, N]);
}

#[test]
fn null_is_found_by_equal_to_only() {
    means("equalTo('Country', null)", [F, F, F, T]);
    means("not(equalTo('Country', null))", [T, T, T, F]);
    means("equalTo('Common Name', '')", [F, F, T, N]);
    let error = parse_icf(&people(), &names(), "contains('Country', null)").unwrap_err();
    assert_eq!(error.position, Some((1, 21)));
}

#[test]
fn special_characters_stand_for_themselves() {
    means("contains('Country', '%')", [F, F, T, N]);
    means("startsWith('Country', '_')", [F, F, F, N]);
    means("endsWith('Country', '0%')", [F, F, T, N]);
    means(r"equalTo('Common Name', 'O\'Neil')", [F, T, F, N]);
    means("equalTo('Common Name', 'O''Neil')", [F, T, F, N]);
    means(r#"equalTo("Common Name", "O'Neil")"#, [F, T, F, N]);
    means(r"contains('Country', '\\')", [F, F, F, N]);
}

#[test]
fn lists_of_values() {
    means("containsAllValues('Groups', [1, 2])", [T, F, F, N]);
    means("containsAllValues('Groups', 2)", [T, T, F, N]);
    means("containsAllValues('Country', ['PL'])", [T, F, F, N]);
    means("containsAllValues('Country', ['PL', 'PL'])", [T, F, F, N]);
    means("containsAllValues('Country', ['PL', 'DE'])", [F, F, F, N]);
    means("not(containsAllValues('Country', ['PL', 'DE']))", [T, T, T, N]);
    means("equalTo('Country', ['DE'])", [F, T, F, N]);
}

#[test]
fn both_sides_have_names() {
    let filter = parse_icf(&sides(), &SpecialNames::default(), "equalTo('Left.Country', 'PL')").unwrap();
    assert_eq!(filter.to_string(), "Left.Country = Utf8(\"PL\")");
    let sql = icf_to_sql(&sides(), &SpecialNames::default(), "equalTo('Right.Common Name', 'x')").unwrap();
    assert_eq!(sql, "Right.\"Common Name\" = 'x'");
    parse(&SESSION, &sides(), &sql).unwrap();
}

#[test]
fn errors_say_where() {
    let cases: &[(&str, (usize, usize), &str, &str)] = &[
        ("", (1, 1), "empty", "equalTo"),
        ("icf: ", (1, 6), "empty", "equalTo"),
        ("equalsTo('Age', 1)", (1, 1), "no test equalsTo", "did you mean equalTo?"),
        ("equalTo(Age, 1)", (1, 9), "name of an attribute", "quotes"),
        ("equalTo('Agee', 1)", (1, 9), "no attribute Agee", "did you mean Age?"),
        ("equalTo('Age', 'x')", (1, 16), "no value of Age, which is of type integer", "'7'"),
        ("icf:equalTo('Age', 1) &\n  equalTo('Born', 'yesterday')", (2, 19), "of type date", "2024-02-29"),
        ("equalTo('Age', 1) equalTo('Age', 2)", (1, 19), "does not continue", "& and |"),
        ("equalTo('Age', 1", (1, 17), "the end of the filter", ""),
        ("equalTo('Age' 1)", (1, 15), "a comma", ""),
        ("equalTo('Age', [1, 2])", (1, 16), "compares one value, not 2", "|"),
        ("equalTo('Age', [])", (1, 17), "where a value should be", ""),
        ("equalTo('Age', 1x)", (1, 16), "no number", ""),
        ("equalTo('Age', x)", (1, 16), "where a value should be", ""),
        ("startsWith('Age', '1')", (1, 12), "looks at texts, but Age is of type integer", "equalTo"),
        ("startsWith('Groups', '1')", (1, 12), "holds a list", "containsAllValues"),
        ("equalTo('Country', 'PL)", (1, 20), "not closed", "'"),
        (r"equalTo('Country', 'DOM\user')", (1, 24), "backslash", r"\\"),
        ("(equalTo('Age', 1)", (1, 19), "the end of the filter", "bracket"),
        ("equalTo('Age', 1) & ", (1, 21), "the end of the filter", ""),
        ("equalTo('Age', 1); drop", (1, 18), "no meaning", ""),
        ("not", (1, 4), "the end of the filter", ""),
    ];
    for (text, position, what, help) in cases {
        let error = parse_icf(&people(), &names(), text).unwrap_err();
        assert_eq!(error.position, Some(*position), "{text}: {error:?}");
        assert!(error.text.contains(what), "{text}: {error:?}");
        assert!(error.help.as_deref().is_some_and(|found| found.contains(help)), "{text}: {error:?}");
    }
    let deep = format!("{}equalTo('Age', 1){}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(parse_icf(&people(), &names(), &deep).unwrap_err().text.contains("nested"));
    let long = vec!["equalTo('Age', 1)"; 5_000].join(" & ");
    assert!(parse_icf(&people(), &names(), &long).unwrap_err().text.contains("more than"));
    means(&vec!["equalTo('Age', 1)"; 200].join(" & "), [T, F, F, N]);
}

#[test]
fn special_names_come_from_the_type() {
    let mut person = SchemaType {
        name: "Person".to_owned(),
        properties: ["id", "Age", "Country"].map(|name| SchemaProperty::new(name, ValueType::Integer)).into(),
        key: vec!["id".to_owned()],
        ..SchemaType::default()
    };
    let both =
        |name: &str, uid: &str| SpecialNames { name: Some(name.to_owned()), uid: Some(uid.to_owned()) };
    assert_eq!(SpecialNames::of(&person), both("id", "id"));
    person.properties[2].display_value = true;
    assert_eq!(SpecialNames::of(&person), both("Country", "id"));
    person.key.push("Age".to_owned());
    assert_eq!(SpecialNames::of(&person).uid, None);
    let error = parse_icf(&people(), &SpecialNames::of(&person), "equalTo('__UID__', 1)").unwrap_err();
    assert!(error.text.contains("the key is not one property"), "{error}");
}

#[test]
fn the_prefix_decides() {
    let text = " icf:equalTo('__UID__', 1)";
    let parsed = parse_named(&SESSION, &people(), &names(), text).unwrap();
    assert_eq!(parsed, parse_icf(&people(), &names(), "equalTo('__UID__', 1)").unwrap());
    let error = parse(&SESSION, &people(), text).unwrap_err();
    assert_eq!(error.position, Some((1, 14)), "{error}");
    wrong("equalTo('Age', 1)");
}

#[test]
fn the_canonical_spelling_is_the_same_filter() {
    let cases = [
        ("!equalTo( \"Age\" , 1 )", "not(equalTo('Age', 1))"),
        ("a", ""),
        (
            "equalTo('a','b')||and(contains('c',[\"d'\"]),not lessThan('e', -5))",
            r"equalTo('a', 'b') | (contains('c', ['d\'']) & not(lessThan('e', -5)))",
        ),
        (
            "(equalTo('a', null) & equalTo('b', true)) & equalTo('c', 'x\ty')",
            r"(equalTo('a', null) & equalTo('b', true)) & equalTo('c', 'x\ty')",
        ),
    ];
    for (text, canonical) in cases {
        let Ok(filter) = IcfFilter::parse(text) else {
            assert_eq!(canonical, "");
            continue;
        };
        assert_eq!(filter.to_string(), canonical);
        assert_eq!(IcfFilter::parse(canonical).unwrap(), filter);
    }
}
