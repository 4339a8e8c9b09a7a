//! A batch gives what its rows give one by one, in any order, on any thread.

use std::{sync::Arc, thread};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int32Array, ListArray, StringArray, StringViewArray, StructArray},
    buffer::OffsetBuffer,
    datatypes::DataType,
};
use datafusion::{
    arrow::{
        datatypes::{Field, Schema},
        record_batch::RecordBatch,
    },
    prelude::{SessionContext, col},
};
use proptest::prelude::*;

use super::*;
use crate::value::{Value, ValueType, array_of, list_type, value_at};

/// Scripts that succeed on some rows and fail on others.
const SCRIPTS: [(ScriptLanguage, &str); 6] = [
    (RHAI, "if $N$ == () { () } else { $T$ + $N$ }"),
    (RHAI, "$T$.len() / $N$"),
    (RHAI, "if $N$ > 5 { throw \"too large\" } $N$ * 2"),
    (JAVASCRIPT, "$N$ === null ? null : $T$ + $N$"),
    (JAVASCRIPT, "$T$.length / $N$"),
    (JAVASCRIPT, "if ($N$ > 5) throw 'too large'; return $N$ * 2;"),
];

fn rows() -> impl Strategy<Value = Vec<(Value, Value)>> {
    let texts = prop_oneof![Just(Value::Null), ".{0,12}".prop_map(Value::String)];
    let numbers = prop_oneof![
        Just(Value::Null),
        (-3_i64..12).prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Integer)
    ];
    prop::collection::vec((texts, numbers), 0..20)
}

fn arguments(script: &CompiledScript, rows: &[(Value, Value)]) -> Vec<ArrayRef> {
    let columns = script.names().iter().map(|name| match name.property.as_str() {
        "T" => array_of(ValueType::String, rows.iter().map(|(text, _)| text)),
        _ => array_of(ValueType::Integer, rows.iter().map(|(_, number)| number)),
    });
    columns.collect()
}

fn outcomes(
    script: &CompiledScript,
    rows: &[(Value, Value)],
    wanted: ValueType,
) -> Vec<Result<Value, String>> {
    let (values, errors) = script.evaluate(&arguments(script, rows), rows.len(), wanted, false);
    assert_eq!((values.len(), errors.len()), (rows.len(), rows.len()));
    assert_eq!(values.data_type(), &wanted.arrow());
    let outcome = |row| {
        if errors.is_null(row) { Ok(value_at(&values, row)) } else { Err(errors.value(row).to_owned()) }
    };
    (0..rows.len()).map(outcome).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_batch_is_its_rows(rows in rows(), text in any::<bool>()) {
        let wanted = if text { ValueType::String } else { ValueType::Integer };
        for (language, code) in SCRIPTS {
            let script = script(language, code);
            let batch = outcomes(&script, &rows, wanted);
            for (row, found) in batch.iter().enumerate() {
                let arguments: Vec<Value> =
                    arguments(&script, &rows).iter().map(|column| value_at(column, row)).collect();
                let single = script.value_as(&arguments, wanted).map_err(|error| error.to_string());
                prop_assert_eq!(found, &single, "{}", code);
            }
            let mut backwards = rows.clone();
            backwards.reverse();
            let mut other = outcomes(&script, &backwards, wanted);
            other.reverse();
            prop_assert_eq!(batch, other, "{}", code);
        }
    }
}

#[test]
fn one_row_in_error_leaves_the_others() {
    let cases = [
        (RHAI, "if $N$ == 1 { loop { } } if $N$ == 2 { let s = \"a\"; loop { s += s; } } $N$"),
        (
            JAVASCRIPT,
            "if ($N$ === 1) for (;;) { } if ($N$ === 2) 'x'.repeat(1e8); if ($N$ === 3) [].a.b; return $N$;",
        ),
    ];
    for (language, code) in cases {
        let rows: Vec<(Value, Value)> =
            [0, 1, 2, 3, 2, 1, 4].map(|n| (Value::Null, Value::Integer(n))).into();
        let scripts = Scripts::new(language, &[], variables(), ScriptLimits::default()).unwrap();
        let script = scripts.compile("rule Test", code, ScriptKind::Value).unwrap();
        let found = outcomes(&script, &rows, ValueType::Integer);
        assert_eq!((&found[0], &found[6]), (&Ok(Value::Integer(0)), &Ok(Value::Integer(4))));
        for (row, part) in
            [(1, "was stopped after 250 ms"), (2, "more memory"), (4, "more memory"), (5, "was stopped")]
        {
            let error = found[row].as_ref().unwrap_err();
            assert!(error.contains(part), "{language:?}, row {row}: {error}");
        }
    }
}

#[test]
fn every_kind_of_text_column_is_read() {
    let columns: [ArrayRef; 3] = [
        Arc::new(StringArray::from(vec![Some("a"), None])),
        Arc::new(StringViewArray::from(vec![Some("a"), None])),
        arrow::compute::cast(
            &StringArray::from(vec![Some("a"), None]),
            &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        )
        .unwrap(),
    ];
    for (language, code) in [(RHAI, "if $T$ == () { \"none\" } else { $T$ }"), (JAVASCRIPT, "$T$ ?? 'none'")]
    {
        let script = script(language, code);
        for column in &columns {
            let (values, _) = script.evaluate(&[Arc::clone(column)], 2, ValueType::String, false);
            assert_eq!(values.as_string::<i32>(), &StringArray::from(vec!["a", "none"]), "{language:?}");
        }
        let narrow: ArrayRef = Arc::new(Int32Array::from(vec![Some(5), None]));
        let (values, _) = script.evaluate(&[narrow], 2, ValueType::String, false);
        assert_eq!(values.as_string::<i32>(), &StringArray::from(vec!["5", "none"]), "{language:?}");
    }
}

#[test]
fn threads_share_a_script() {
    for (language, code) in [(RHAI, "$N$ * 2"), (JAVASCRIPT, "$N$ * 2")] {
        let script = script(language, code);
        thread::scope(|threads| {
            for thread_number in 0..4_i64 {
                let script = script.clone();
                threads.spawn(move || {
                    for n in 0..50 {
                        let n = n * 4 + thread_number;
                        assert_eq!(script.value(&[Value::Integer(n)]), Ok(Value::Integer(n * 2)));
                    }
                });
            }
        });
    }
}

#[test]
fn many_projects_do_not_fill_a_thread() {
    let kept: Vec<CompiledScript> = (0..12)
        .map(|n| {
            let scripts = scripts(JAVASCRIPT);
            scripts.compile("rule Test", &format!("$N$ + {n}"), ScriptKind::Value).unwrap()
        })
        .collect();
    for _ in 0..2 {
        for (n, script) in (0..).zip(&kept) {
            assert_eq!(script.value(&[Value::Integer(1)]), Ok(Value::Integer(n + 1)));
        }
    }
}

#[test]
fn multi_valued_properties_are_lists() {
    let items = Field::new_list_field(DataType::Utf8, true);
    let lengths = OffsetBuffer::from_lengths([2, 0, 1]);
    let elements: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), Some("a"), None]));
    let lists: ArrayRef = Arc::new(ListArray::new(Arc::new(items), lengths, elements, None));
    let cases = [
        (RHAI, "let all = \"\"; for mail in $Mails$ { all += `<${mail}>`; } all", ["<b><a>", "", "<>"]),
        (JAVASCRIPT, "$Mails$.map(mail => `<${mail ?? ''}>`).join('')", ["<b><a>", "", "<>"]),
    ];
    for (language, code, expected) in cases {
        let (values, errors) =
            script(language, code).evaluate(&[Arc::clone(&lists)], 3, ValueType::String, false);
        assert_eq!(values.as_string::<i32>(), &StringArray::from(expected.to_vec()), "{errors:?}");
    }
}

#[test]
fn scripts_give_lists_to_properties_with_several_values() {
    for language in BOTH {
        let of = |code: &str, wanted: ValueType| {
            let (values, errors) = script(language, code).evaluate(&[], 1, wanted, true);
            assert_eq!(*values.data_type(), list_type(wanted));
            (value_at(&values, 0), errors.is_valid(0).then(|| errors.value(0).to_owned()))
        };
        let numbers = [1, 2].map(Value::Integer).to_vec();
        assert_eq!(of("[1, 2]", ValueType::Integer), (Value::List(numbers.clone()), None));
        assert_eq!(of(r#"["1", 2]"#, ValueType::Integer), (Value::List(numbers), None));
        assert_eq!(of("[]", ValueType::String), (Value::List(Vec::new()), None));
        assert_eq!(of(r#""a""#, ValueType::String), (Value::List(vec![Value::String("a".to_owned())]), None));
        let (value, error) = of(r#"["x"]"#, ValueType::Integer);
        assert_eq!(value, Value::Null);
        assert!(error.unwrap().contains("list of integer"));
        let (value, error) = of("[[1]]", ValueType::Integer);
        assert_eq!(value, Value::Null);
        assert!(error.unwrap().contains("a list in a list"));
        // A property with a single value takes no list, not even as text.
        let (values, errors) = script(language, "[1]").evaluate(&[], 1, ValueType::String, false);
        assert_eq!((values.null_count(), errors.null_count()), (1, 0));
    }
    let (values, errors) = script(JAVASCRIPT, "(() => { const a = []; a.push(a); return a; })()").evaluate(
        &[],
        1,
        ValueType::String,
        true,
    );
    assert_eq!((values.null_count(), errors.null_count()), (1, 0));
}

#[tokio::test]
async fn the_query_engine_runs_scripts() {
    let names = StringArray::from(vec![Some("Ada"), None, Some("Alan")]);
    let schema = Arc::new(Schema::new(vec![Field::new("name", DataType::Utf8, true)]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(names)]).unwrap();
    for (language, code) in [(RHAI, "$Left::Name$.to_lower()"), (JAVASCRIPT, "$Left::Name$.toLowerCase()")] {
        let function = script(language, code).function(ValueType::String, false);
        let constant = script(language, "1 + 1").function(ValueType::Integer, false);
        let session = SessionContext::new();
        let found = session
            .read_batch(batch.clone())
            .unwrap()
            .select(vec![function.call(vec![col("name")]).alias("lower"), constant.call(vec![]).alias("two")])
            .unwrap()
            .collect()
            .await
            .unwrap();
        let column = |at: usize| found[0].column(at).as_any().downcast_ref::<StructArray>().unwrap().clone();
        let lower = column(0);
        let expected = StringArray::from(vec![Some("ada"), None, Some("alan")]);
        assert_eq!(lower.column(0).as_string::<i32>(), &expected);
        assert_eq!(lower.column(1).null_count(), 2, "{language:?}");
        assert_eq!(value_at(column(1).column(0), 2), Value::Integer(2));
    }
}
