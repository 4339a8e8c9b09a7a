//! Conditions in SQL: NULL, types, names, functions, places of errors.

use arrow::array::AsArray as _;
use proptest::prelude::*;

use super::*;
use crate::{
    expr::{SpecialNames, parse_condition, properties_of},
    project::Side,
};

const T: Option<bool> = Some(true);
const F: Option<bool> = Some(false);
const N: Option<bool> = None;

#[track_caller]
fn means(text: &str, expected: [Option<bool>; 4]) {
    let expression = parse(&SESSION, &people(), text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(truth(&PEOPLE, &expression), expected, "{text}: {expression}");
}

#[test]
fn lists_keep_the_meaning_of_null() {
    // Ages are 1, 2, 30 and NULL.
    means("Age NOT IN (1)", [F, T, T, N]);
    means("Age NOT IN (1) OR Age NOT IN (2)", [T, T, T, N]);
    means("Age NOT IN (1, 2, 3, 4, 5) OR Age NOT IN (30, 6, 7, 8)", [T, T, T, N]);
    means("NOT (Age IN (1, 2, 3, 4)) OR NOT (Age IN (30, 6, 7, 8))", [T, T, T, N]);
    means("NOT (Age = 1 OR Age = 2) OR NOT (Age = 30 OR Age = 5)", [T, T, T, N]);
    means("NOT (NOT (Age IN (1, 2)))", [T, T, F, N]);
    means("NOT (NOT (NOT (Age IN (1, 2, 3, 4))))", [F, F, T, N]);
    means("Age NOT IN (1, NULL)", [F, N, N, N]);
    means("Age IN (1, NULL)", [T, N, N, N]);
    means("NOT (Age NOT IN (1, NULL))", [T, N, N, N]);
    means("(Age NOT IN (1) OR Age NOT IN (2)) IS NULL", [F, F, F, T]);
    means("NOT (Age BETWEEN 2 AND 40 AND Country LIKE '%E')", [T, F, T, N]);
}

#[test]
fn values_get_the_type_of_what_they_stand_beside() {
    means("Age = '2'", [F, T, F, N]);
    means("'2' < Age", [F, F, T, N]);
    means("Age IN ('1', '30')", [T, F, T, N]);
    means("Age NOT BETWEEN '1' AND '2'", [F, F, T, N]);
    means("Born = '2024-02-29'", [F, T, F, N]);
    means("Born < '1970-01-01'", [F, F, T, N]);
    means("Salary = '12.50'", [T, F, F, N]);
    means("Salary < 0.005", [F, T, T, N]);
    means("Active = 'true'", [T, F, T, N]);
    means("Active = 1", [T, F, T, N]);
    means("Active = Age", [T, F, F, N]);
    means("Active", [T, F, T, N]);
    means("Seen <= '1970-01-01 00:00:00.000001'", [T, T, F, N]);
    means("SeenUtc = '1970-01-01T01:00:00+01:00'", [T, F, F, N]);
    means("Clock = '01:00'", [F, F, T, N]);
    means("Photo = '00ff'", [T, F, F, N]);
    means("Score > Age", [F, F, F, N]);
    means("CASE Age WHEN '2' THEN TRUE ELSE FALSE END", [F, T, F, F]);
    means("Born + INTERVAL '1 day' > Born", [T, T, T, N]);
}

#[test]
fn errors_say_where_and_what_to_do() {
    let cases: &[(&str, (usize, usize), &str, &str)] = &[
        ("Country = = 'PL'", (1, 11), "", "single quotes"),
        ("Country = 'PL", (1, 11), "Unterminated", ""),
        ("Country =", (1, 10), "", ""),
        ("Contry = 'PL'", (1, 1), "no property Contry", "did you mean Country?"),
        (
            "Age = 1 AND\n  (Country = 'x' OR Nothing = 2)",
            (2, 21),
            "no property Nothing",
            "the properties are: ",
        ),
        ("Country = \"PL\"", (1, 11), "no property PL", "single quotes"),
        ("Left.Country = 'PL'", (1, 1), "no property Left.Country", "Country"),
        ("Age = 1 AND lowr(Country) = 'x'", (1, 13), "no function lowr", "did you mean lower?"),
        ("Age = 1 AND random() < 0.5", (1, 13), "another value every time", ""),
        ("uuid() = Country", (1, 1), "another value every time", "auto fill"),
        ("max(Age) > 3", (1, 1), "summarises several objects", "view"),
        ("Age > 1 AND row_number() OVER () = 1", (1, 13), "several objects", "view"),
        ("Age = (SELECT 1)", (1, 8), "queries", "one object"),
        ("Age IN (SELECT 1)", (1, 1), "queries", "one object"),
        ("EXISTS (SELECT 1)", (1, 9), "queries", "one object"),
        ("Age = $1", (1, 7), "is no value", "$Name$"),
        ("Age = 'abc'", (1, 7), "'abc' is no value of type integer", "like '7'"),
        ("Age IN (1, '2', 'x')", (1, 17), "'x' is no value of type integer", ""),
        ("Born = '29.02.2024'", (1, 8), "no value of type date", "2024-02-29"),
        ("Salary = '12.505'", (1, 10), "no value of type decimal(12,2)", ""),
        (
            "Country = 5",
            (1, 11),
            "Country is of type string, 5 of type integer",
            "write the value as text: '5'",
        ),
        ("Country = Age", (1, 11), "of type integer; they cannot be compared", "CAST(Age AS VARCHAR)"),
        ("Born = Age", (1, 8), "Born is of type date, Age of type integer", "CAST"),
        ("Country = Born", (1, 11), "type date", "CAST(Born AS VARCHAR)"),
        ("Age AND Active", (1, 1), "Age is no condition: its value is of type integer", "compare"),
        ("Active AND (Country)", (1, 13), "(Country) is no condition", ""),
        ("NOT Country", (1, 5), "Country is no condition", ""),
        ("Age LIKE '1%'", (1, 1), "Age is not text", "CAST(Age AS VARCHAR)"),
        ("Country + 1 = 3", (1, 11), "there is no + for them", "||"),
        ("CASE WHEN Active THEN Age ELSE 'x' END = 3", (1, 32), "a CASE has one type", ""),
        ("substr(Age) = 'x'", (1, 8), "Substring without for/from is not valid", ""),
        ("Country = 'x' AS y", (1, 18), "AS y has no meaning", ""),
        ("count(*) > 1", (1, 1), "summarises", ""),
        ("array_agg(Country) = 1", (1, 1), "summarises", ""),
        ("arrow_typeof(Age) = 'x'", (1, 1), "no function arrow_typeof", ""),
    ];
    for (text, position, what, help) in cases {
        let error = wrong(text);
        assert_eq!(error.position, Some(*position), "{text}: {error:?}");
        assert!(error.text.contains(what), "{text}: {error:?}");
        assert!(error.help.as_deref().is_some_and(|found| found.contains(help)), "{text}: {error:?}");
    }
    assert!(wrong("  ").text.contains("empty"));
}

#[test]
fn names_of_both_sides_need_their_side() {
    let error = parse(&SESSION, &sides(), "Age = 1 AND Country = 'PL'").unwrap_err();
    assert_eq!(error.position, Some((1, 1)));
    assert!(error.help.unwrap().contains("Left.Age or Right.Age"));
    let expression =
        parse(&SESSION, &sides(), r#"Left.Country = 'PL' AND Right."Common Name" IS NOT NULL"#).unwrap();
    assert_eq!(Vec::from_iter(properties_of(&expression, Side::Left)), ["Country"]);
    assert_eq!(Vec::from_iter(properties_of(&expression, Side::Right)), ["Common Name"]);
    let error = parse(&SESSION, &sides(), "Left.Contry = 'PL'").unwrap_err();
    assert!(error.help.unwrap().contains("Left.Country"));
}

#[test]
fn a_condition_is_true_or_false() {
    let condition = |text| parse_condition(&SESSION, &people(), &SpecialNames::default(), text);
    condition("Active").unwrap();
    condition("icf:equalTo('Age', 1)").unwrap();
    for (text, kind) in [
        (" Country", "string"),
        ("Age + 1", "integer"),
        ("Born", "date"),
        ("coalesce(Age, 1)", "integer"),
        ("NULL", "NULL"),
    ] {
        let error = condition(text).unwrap_err();
        assert!(error.text.contains(&format!("of type {kind}")), "{error:?}");
        assert!(error.position.is_some() && error.help.is_some());
        parse(&SESSION, &people(), text).unwrap();
    }
}

#[test]
fn the_clock_stands_still_during_a_session() {
    let one = session();
    let moment = |session: &SessionContext, text: &str| parse(session, &people(), text).unwrap();
    for text in ["now()", "current_date", "current_date()", "current_time()", "CURRENT_TIMESTAMP", "today()"]
    {
        let expression = moment(&one, text);
        assert!(matches!(expression, Expr::Literal(..)), "{text}: {expression}");
        assert_eq!(expression, moment(&one, text));
    }
    let before = moment(&one, "now()");
    std::thread::sleep(std::time::Duration::from_millis(2));
    assert_ne!(before, moment(&session(), "now()"), "another session, another time");
    means("SeenUtc < now() AND Born < current_date AND Seen < now() - INTERVAL '1 year'", [T, T, T, N]);
}

#[test]
fn large_conditions_work_or_are_refused() {
    // In a thread with the usual small stack.
    let list = (0..20_000).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    means(&format!("Age IN ({list})"), [T, T, T, N]);
    let list = (2..2_000).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    means(&format!("Age NOT IN ({list})"), [T, F, F, N]);
    let chain = |terms: usize| vec!["Age = 1"; terms].join(" AND ");
    means(&chain(300), [T, F, F, N]);
    means(&vec!["Age = 1"; 300].join(" OR "), [T, F, F, N]);
    means(&format!("NOT ({})", vec!["Age = 1"; 300].join(" OR ")), [F, T, T, N]);
    means(&format!("Age{} = 61", " + 1".repeat(60)), [T, F, F, N]);
    assert!(wrong(&chain(20_000)).text.contains("too long"));
    for deep in [format!("Age{} = 1", " + 1".repeat(1_900)), format!("Active{}", " IS NULL".repeat(1_900))] {
        let error = wrong(&deep);
        assert!(error.text.contains("too deep") && error.position.is_some(), "{error:?}");
    }
    wrong(&format!("{}Active{}", "(".repeat(400), ")".repeat(400)));
    wrong(&format!("{}Active", "NOT ".repeat(990)));
}

/// Random conditions over `Age`, with what they mean for a value.
#[derive(Debug, Clone)]
enum Logic {
    In(Vec<i64>, bool),
    Equals(i64),
    Not(Box<Logic>),
    And(Box<Logic>, Box<Logic>),
    Or(Box<Logic>, Box<Logic>),
}

impl Logic {
    fn sql(&self) -> String {
        match self {
            Self::In(list, negated) => {
                let list = list.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
                format!("Age {}IN ({list})", if *negated { "NOT " } else { "" })
            }
            Self::Equals(number) => format!("Age = {number}"),
            Self::Not(inner) => format!("NOT ({})", inner.sql()),
            Self::And(one, other) => format!("({}) AND ({})", one.sql(), other.sql()),
            Self::Or(one, other) => format!("({}) OR ({})", one.sql(), other.sql()),
        }
    }

    fn truth(&self, age: Option<i64>) -> Option<bool> {
        match self {
            Self::In(list, negated) => age.map(|age| list.contains(&age) != *negated),
            Self::Equals(number) => age.map(|age| age == *number),
            Self::Not(inner) => inner.truth(age).map(|truth| !truth),
            Self::And(one, other) => and(one.truth(age), other.truth(age)),
            Self::Or(one, other) => {
                and(one.truth(age).map(|truth| !truth), other.truth(age).map(|truth| !truth))
                    .map(|truth| !truth)
            }
        }
    }
}

/// AND of three-valued logic.
pub(super) fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (F, _) | (_, F) => F,
        (T, T) => T,
        _ => N,
    }
}

fn logic() -> impl Strategy<Value = Logic> {
    let ages = || prop::sample::select(vec![1_i64, 2, 30, 4, 5]);
    let leaf = prop_oneof![
        (prop::collection::vec(ages(), 1..6), any::<bool>())
            .prop_map(|(list, negated)| Logic::In(list, negated)),
        ages().prop_map(Logic::Equals),
    ];
    leaf.prop_recursive(3, 10, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Logic::Not(Box::new(inner))),
            (inner.clone(), inner.clone())
                .prop_map(|(one, other)| Logic::And(Box::new(one), Box::new(other))),
            (inner.clone(), inner).prop_map(|(one, other)| Logic::Or(Box::new(one), Box::new(other))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// As a run asks: is it true?
    #[test]
    fn negated_lists_hold_for_the_right_rows(logic in logic()) {
        let expression = parse(&SESSION, &people(), &logic.sql()).unwrap();
        let found = truth(&PEOPLE, &expression.is_true());
        let ages = PEOPLE.column_by_name("Age").unwrap().as_primitive::<arrow::datatypes::Int64Type>();
        let expected: Vec<Option<bool>> = ages.iter().map(|age| Some(logic.truth(age) == T)).collect();
        prop_assert_eq!(found, expected, "{}", logic.sql());
    }
}
