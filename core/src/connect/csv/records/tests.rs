//! Records in every format, damaged ones, and what the crate `csv` makes of them.

use proptest::prelude::*;

use super::*;
use crate::project::CsvFormat;

type Read1 = (u64, Vec<String>, String);

fn read(text: &str, format: &CsvFormat) -> Result<(Vec<Read1>, String), RecordError> {
    let format = Format::new(format).unwrap();
    let decoder = Decoder::new(text.as_bytes(), format.encoding).unwrap();
    let mut records = Records::new(decoder, &format);
    let (mut record, mut found) = (Record::default(), Vec::new());
    loop {
        let mut peeked = Record::default();
        let there = records.peek(&mut peeked)?;
        if records.read(&mut record)? != there || (there && record.ends != peeked.ends) {
            let problem = "peeking and reading found different things".to_owned();
            return Err(RecordError::Damaged { line: 0, problem });
        }
        if !there {
            return Ok((found, records.raw().to_owned()));
        }
        let fields = record.fields().map(str::to_owned).collect();
        found.push((record.line(), fields, records.raw().to_owned()));
    }
}

fn fields(text: &str, format: &CsvFormat) -> Vec<Vec<String>> {
    read(text, format).unwrap().0.into_iter().map(|(_, fields, _)| fields).collect()
}

#[test]
fn records_have_lines_and_their_exact_text() {
    let (found, tail) = read("a,b\r\n\n\"x\ny\",\"\"\"\"\n\r\n1,\n,2\n\n", &CsvFormat::default()).unwrap();
    let expected = [
        (1, ["a", "b"], "a,b\r\n"),
        (3, ["x\ny", "\""], "\n\"x\ny\",\"\"\"\"\n"),
        (6, ["1", ""], "\r\n1,\n"),
        (7, ["", "2"], ",2\n"),
    ];
    let expected: Vec<Read1> = expected
        .into_iter()
        .map(|(line, fields, raw)| (line, fields.map(str::to_owned).to_vec(), raw.to_owned()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(tail, "\n");
}

#[test]
fn formats() {
    let plain = CsvFormat::default;
    let escaped = CsvFormat { escape: Some('\\'), ..plain() };
    let cases: Vec<(&str, CsvFormat, Vec<Vec<&str>>)> = vec![
        ("a,b", plain(), vec![vec!["a", "b"]]),
        ("", plain(), vec![]),
        ("\"\"\n", plain(), vec![vec![""]]),
        ("5\" disk,'x'\n", plain(), vec![vec!["5\" disk", "'x'"]]),
        (" \"a\",b \n", plain(), vec![vec![" \"a\"", "b "]]),
        ("a;b\tc", CsvFormat { delimiter: '\t', ..plain() }, vec![vec!["a;b", "c"]]),
        ("a§b§§c", CsvFormat { delimiter: '§', ..plain() }, vec![vec!["a", "b", "", "c"]]),
        ("«a,b«,c", CsvFormat { quote: '«', ..plain() }, vec![vec!["a,b", "c"]]),
        (r#""a\"b\\","c""d",\N,C:\dir"#, escaped, vec![vec!["a\"b\\", "c\"d", "\\N", "C:\\dir"]]),
    ];
    for (text, format, expected) in cases {
        assert_eq!(fields(text, &format), expected, "{text}");
    }
}

#[test]
fn what_is_not_in_the_format_is_an_error_with_its_line() {
    let escaped = CsvFormat { escape: Some('\\'), ..CsvFormat::default() };
    let cases = [
        ("a,b\n1,\"2\n3,4\n", CsvFormat::default(), 2, "never closed"),
        ("a\n\"b\"c\n", CsvFormat::default(), 2, "'c' stands behind"),
        ("a\n\"b\nc\" \n", CsvFormat::default(), 3, "' ' stands behind"),
        ("a\rb\r", CsvFormat::default(), 1, "carriage return"),
        ("a\nb\r", CsvFormat::default(), 2, "carriage return"),
        ("a\n\"C:\\dir\"\n", escaped.clone(), 2, "only \" and \\ can be escaped"),
        ("a\n\"x\\", escaped, 2, "never closed"),
    ];
    for (text, format, expected, words) in cases {
        match read(text, &format) {
            Err(RecordError::Damaged { line, problem }) => {
                assert_eq!(line, expected, "{text:?}: {problem}");
                assert!(problem.contains(words), "{text:?}: {problem}");
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

/// Quotes, escapes and line ends lie across the borders of what is read at a time.
#[test]
fn long_files_are_cut_at_the_same_places() {
    let format = CsvFormat { escape: Some('\\'), delimiter: '§', ..CsvFormat::default() };
    let record = "\"a\\\"\"\"\r\n\\\\\"§ä\r\n";
    for shift in 0..record.len() {
        let first = format!("{}§x\n", "-".repeat(shift));
        let text = format!("{first}{}", record.repeat(10_000));
        let (found, _) = read(&text, &format).unwrap();
        assert_eq!(found.len(), 10_001);
        let expected = vec!["a\"\"\r\n\\".to_owned(), "ä".to_owned()];
        for (number, (line, fields, raw)) in found.iter().enumerate().skip(1) {
            assert_eq!((*line, fields, raw.as_str()), (2 * number as u64, &expected, record));
        }
    }
    let huge = format!("\"{}\"\n1\n", "x\n".repeat(100_000));
    assert_eq!(read(&huge, &CsvFormat::default()).unwrap().0[1].0, 100_002);
}

/// Otherwise the whole rest of a large file would be read into memory.
#[test]
fn a_record_without_end_is_given_up() {
    let text = format!("id\n1\n\"{}", "x".repeat(1 << 22));
    let format = Format::new(&CsvFormat::default()).unwrap();
    let decoder = Decoder::new(text.as_bytes(), format.encoding).unwrap();
    let mut records = Records { longest: 1 << 20, ..Records::new(decoder, &format) };
    let mut record = Record::default();
    assert!(records.read(&mut record).unwrap() && records.read(&mut record).unwrap());
    match records.read(&mut record) {
        Err(RecordError::Damaged { line: 3, problem }) => assert!(problem.contains("1 MiB"), "{problem}"),
        other => panic!("{other:?}"),
    }
    assert!(records.decoder().bytes() < 1 << 21, "{}", records.decoder().bytes());
}

fn field() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab ,;\"'\\\\\n\rÄ🦀]{0,6}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written is read back, in every format; the crate `csv` agrees where it can.
    #[test]
    fn written_and_read_back(
        rows in proptest::collection::vec(proptest::collection::vec(field(), 1..4), 0..5),
        delimiter in proptest::sample::select(vec![',', ';', '\t', '§']),
        quote in proptest::sample::select(vec!['"', '\'', '🦀']),
        escape in proptest::option::of(Just('\\')),
        null_value in proptest::option::of(Just("\\N".to_owned())),
    ) {
        let format = CsvFormat { delimiter, quote, escape, null_value, ..CsvFormat::default() };
        let checked = Format::new(&format).unwrap();
        let mut text = String::new();
        for row in &rows {
            checked.write_record(row.iter().map(String::as_str), &mut text);
        }
        prop_assert_eq!(&fields(&text, &format), &rows, "{}", text);
        let raw: String = read(&text, &format).unwrap().0.into_iter().map(|(_, _, raw)| raw).collect();
        prop_assert_eq!(&raw, &text);
        if delimiter.is_ascii() && quote.is_ascii() && escape.is_none() {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter as u8)
                .quote(quote as u8)
                .from_reader(text.as_bytes());
            let other: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(&other, &rows);
        }
    }
}
