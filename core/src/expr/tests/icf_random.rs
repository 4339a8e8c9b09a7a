//! Random ICF filters over random rows: the filter, its SQL text and an evaluator of this test agree.

use proptest::prelude::*;

use super::{sql::and, *};
use crate::expr::{IcfFilter, SpecialNames, icf_to_sql, parse_icf};

#[derive(Debug, Clone)]
struct Row {
    name: Option<String>,
    age: Option<i64>,
    active: Option<bool>,
}

#[derive(Debug, Clone)]
enum Filter {
    Name(&'static str, String),
    Age(&'static str, i64),
    Active(bool),
    Null(&'static str),
    AllNames(Vec<String>),
    Not(Box<Filter>),
    And(Vec<Filter>),
    Or(Vec<Filter>),
}

impl Filter {
    fn icf(&self) -> String {
        let joined = |parts: &[Self], sign: &str| {
            parts.iter().map(|part| format!("({})", part.icf())).collect::<Vec<_>>().join(sign)
        };
        match self {
            Self::Name(operator, text) => format!("{operator}('__NAME__', {})", quoted(text)),
            Self::Age(operator, age) => format!("{operator}('Age', {age})"),
            Self::Active(value) => format!("equalTo('Active', {value})"),
            Self::Null(name) => format!("equalTo('{name}', null)"),
            Self::AllNames(texts) => {
                let texts = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(",");
                format!("containsAllValues('Name', [{texts}])")
            }
            Self::Not(inner) => format!("!({})", inner.icf()),
            Self::And(parts) => joined(parts, " & "),
            Self::Or(parts) => joined(parts, " or "),
        }
    }

    fn truth(&self, row: &Row) -> Option<bool> {
        match self {
            Self::Name(operator, text) => row.name.as_ref().map(|name| match *operator {
                "equalTo" => name == text,
                "startsWith" => name.starts_with(text),
                "endsWith" => name.ends_with(text),
                "contains" => name.contains(text),
                operator => ordered(operator, name.cmp(text)),
            }),
            Self::Age(operator, age) => row.age.map(|own| ordered(operator, own.cmp(age))),
            Self::Active(value) => row.active.map(|own| own == *value),
            Self::Null(name) => Some(match *name {
                "Name" => row.name.is_none(),
                "Age" => row.age.is_none(),
                _ => row.active.is_none(),
            }),
            Self::AllNames(texts) => row.name.as_ref().map(|name| texts.iter().all(|text| text == name)),
            Self::Not(inner) => inner.truth(row).map(|truth| !truth),
            Self::And(parts) => parts.iter().map(|part| part.truth(row)).fold(Some(true), and),
            Self::Or(parts) => {
                let none = parts.iter().map(|part| part.truth(row).map(|truth| !truth)).fold(Some(true), and);
                none.map(|truth| !truth)
            }
        }
    }
}

fn ordered(operator: &str, order: std::cmp::Ordering) -> bool {
    match operator {
        "equalTo" => order.is_eq(),
        "greaterThan" => order.is_gt(),
        "greaterThanOrEqualTo" => order.is_ge(),
        "lessThan" => order.is_lt(),
        _ => order.is_le(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Texts with everything that means something in LIKE, SQL or ICF.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec!["a", "b", "%", "_", "'", "\\", "\"", " ", "ä", "高", "--", ")"]);
    prop::collection::vec(pieces, 0..3).prop_map(|pieces| pieces.concat())
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (prop::option::of(texts()), prop::option::of(-2_i64..4), prop::option::of(any::<bool>()))
        .prop_map(|(name, age, active)| Row { name, age, active });
    prop::collection::vec(row, 1..12)
}

fn filters() -> impl Strategy<Value = Filter> {
    let orders = ["equalTo", "greaterThan", "greaterThanOrEqualTo", "lessThan", "lessThanOrEqualTo"];
    let of_texts = [&orders[..], &["startsWith", "endsWith", "contains"]].concat();
    let leaf = prop_oneof![
        4 => (prop::sample::select(of_texts), texts()).prop_map(|(operator, text)| Filter::Name(operator, text)),
        3 => (prop::sample::select(orders.to_vec()), -2_i64..4).prop_map(|(operator, age)| Filter::Age(operator, age)),
        1 => any::<bool>().prop_map(Filter::Active),
        1 => prop::sample::select(vec!["Name", "Age", "Active"]).prop_map(Filter::Null),
        1 => prop::collection::vec(texts(), 1..3).prop_map(Filter::AllNames),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Filter::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::And),
            prop::collection::vec(inner, 1..4).prop_map(Filter::Or),
        ]
    })
}

fn batch(rows: &[Row]) -> RecordBatch {
    let names = rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Name", Arc::new(StringArray::from(names))),
        ("Age", Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.age)))),
        ("Active", Arc::new(BooleanArray::from_iter(rows.iter().map(|row| row.active)))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn filter_sql_and_model_agree(filter in filters(), rows in rows()) {
        let (text, batch) = (filter.icf(), batch(&rows));
        let schema = schema_of(&batch.schema());
        let names = SpecialNames { name: Some("Name".to_owned()), uid: None };
        // As a run asks: is it true? (For the engine, false and NULL may be one where nobody asks which.)
        let holds = |expression: Expr| truth(&batch, &expression.is_true());
        let expected: Vec<Option<bool>> = rows.iter().map(|row| Some(filter.truth(row) == Some(true))).collect();

        let parsed = parse_icf(&schema, &names, &text).unwrap();
        prop_assert_eq!(&holds(parsed), &expected, "{}", &text);

        let sql = icf_to_sql(&schema, &names, &text).unwrap();
        let condition = parse(&SESSION, &schema, &sql).unwrap();
        prop_assert_eq!(&holds(condition), &expected, "{}: {}", &text, &sql);

        let again = IcfFilter::parse(&IcfFilter::parse(&text).unwrap().to_string()).unwrap();
        prop_assert_eq!(again, IcfFilter::parse(&text).unwrap());
    }
}
