//! Records of a file: text cut into fields, strictly, with the line of each record and its exact text.
//!
//! Not the crate `csv`, because a synchronization needs what that hides: a quote that is never closed, text
//! behind a closing quote, and an old Mac's line ends must be errors, not other values; delimiters may be any
//! character; a backslash before a backslash is undone; and untouched records are written back as they were.
//! Tests compare both on what both understand.
//!
//! A line feed, alone or behind a carriage return, ends a record. Lines without any character are no records.
//! A quote counts where a field begins; elsewhere in a field it is a character like others.

use std::{io::Read, ops::Range};

use super::{
    encoding::{DecodeError, Decoder},
    format::Format,
};

/// Most bytes of one record: more are a quote that is never closed.
pub const LONGEST: usize = 1 << 26;

/// Why a file is not what its format says.
#[derive(Debug)]
pub enum RecordError {
    /// The text cannot be read.
    Decode(DecodeError),
    /// The text is not in the format.
    Damaged {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong there.
        problem: String,
    },
}

/// One record.
#[derive(Debug, Default, Clone)]
pub struct Record {
    line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// Line of the file that it begins on, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// Number of fields.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields, without quotes.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|number| self.field(number))
    }

    /// A field, without quotes; empty beyond the last.
    pub fn field(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(number).copied());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    fn begin(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.ends.clear();
    }

    fn end_field(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// What looking for a record found.
enum Found {
    /// A record that ends before this position.
    Record(usize),
    /// The text ends within it.
    Part,
    /// No more records.
    Nothing,
}

/// Reads the records of a file one after the other.
pub struct Records<R> {
    decoder: Decoder<R>,
    delimiter: String,
    quote: char,
    escape: Option<char>,
    /// Decoded text; what lies before `at` is read.
    buffer: String,
    at: usize,
    /// The text of the record that was read last.
    raw: Range<usize>,
    line: u64,
    complete: bool,
}

impl<R: Read> Records<R> {
    /// The records of a text.
    pub fn new(decoder: Decoder<R>, format: &Format) -> Self {
        Self {
            decoder,
            delimiter: format.delimiter.to_string(),
            quote: format.quote,
            escape: format.escape,
            buffer: String::new(),
            at: 0,
            raw: 0..0,
            line: 1,
            complete: false,
        }
    }

    /// The decoder, for what it knows of the file.
    pub const fn decoder(&self) -> &Decoder<R> {
        &self.decoder
    }

    /// The exact text of the record that was read last: with empty lines before it, quotes, and its end. At
    /// the end of the file, the empty lines there.
    pub fn raw(&self) -> &str {
        self.buffer.get(self.raw.clone()).unwrap_or_default()
    }

    /// Reads the next record; `false` at the end.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        let end = self.look(record)?;
        self.raw = self.at..end.unwrap_or(self.buffer.len());
        self.at = self.raw.end;
        self.line += self.raw().bytes().filter(|byte| *byte == b'\n').count() as u64;
        Ok(end.is_some())
    }

    /// Reads the next record and leaves it to be read again; `false` at the end.
    pub fn peek(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        Ok(self.look(record)?.is_some())
    }

    /// Where the next record ends.
    fn look(&mut self, record: &mut Record) -> Result<Option<usize>, RecordError> {
        loop {
            match self.find(record)? {
                Found::Record(end) => return Ok(Some(end)),
                Found::Nothing => return Ok(None),
                Found::Part if self.buffer.len() - self.at > LONGEST => {
                    return Err(RecordError::Damaged {
                        line: record.line,
                        problem: format!(
                            "a record of more than {} MiB begins here; probably a quote is never closed",
                            LONGEST >> 20
                        ),
                    });
                }
                Found::Part => self.refill()?,
            }
        }
    }

    /// Reads at least as much as waits already, so that long records are not looked through too often.
    fn refill(&mut self) -> Result<(), RecordError> {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.raw = 0..0;
        let wanted = 2 * self.buffer.len();
        loop {
            self.complete = !self.decoder.more(&mut self.buffer).map_err(RecordError::Decode)?;
            if self.complete || self.buffer.len() > wanted {
                return Ok(());
            }
        }
    }

    /// Cuts the record at the beginning of the unread text into fields.
    fn find(&self, record: &mut Record) -> Result<Found, RecordError> {
        let mut cut = Cut {
            text: self.buffer.get(self.at..).unwrap_or_default(),
            at: 0,
            complete: self.complete,
            records: self,
        };
        let Some(empty_lines) = cut.skip_empty_lines() else { return Ok(Found::Part) };
        record.begin(self.line + empty_lines);
        if cut.at == cut.text.len() {
            return Ok(if self.complete { Found::Nothing } else { Found::Part });
        }
        match cut.fields(record) {
            Ok(true) => Ok(Found::Record(self.at + cut.at)),
            Ok(false) => Ok(Found::Part),
            Err(problem) => {
                let before = cut.text.get(..cut.at).unwrap_or_default();
                let breaks = before.bytes().filter(|byte| *byte == b'\n').count() as u64;
                Err(RecordError::Damaged { line: self.line + breaks, problem })
            }
        }
    }
}

/// A place in the text at which a record is being cut into fields.
struct Cut<'a, R> {
    text: &'a str,
    at: usize,
    /// The text is all there is.
    complete: bool,
    records: &'a Records<R>,
}

/// What stands behind a field.
enum Behind {
    Delimiter,
    End,
    /// The text ends before one knows.
    Unknown,
}

impl<R> Cut<'_, R> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips empty lines and counts them; `None` if the text ends before one knows.
    fn skip_empty_lines(&mut self) -> Option<u64> {
        let mut lines = 0;
        loop {
            let rest = self.rest();
            let length = if rest.starts_with('\n') {
                1
            } else if rest.starts_with("\r\n") {
                2
            } else if rest == "\r" && !self.complete {
                return None;
            } else {
                return Some(lines);
            };
            self.at += length;
            lines += 1;
        }
    }

    /// Cuts fields until the record ends; `false` if the text ends before.
    fn fields(&mut self, record: &mut Record) -> Result<bool, String> {
        loop {
            let whole = if self.rest().starts_with(self.records.quote) {
                self.quoted(record)?
            } else {
                self.plain(record);
                true
            };
            if !whole {
                return Ok(false);
            }
            match self.behind()? {
                Behind::Delimiter => record.end_field(),
                Behind::End => {
                    record.end_field();
                    return Ok(true);
                }
                Behind::Unknown => return Ok(false),
            }
        }
    }

    /// Takes a field without quotes, up to the delimiter or a line break.
    fn plain(&mut self, record: &mut Record) {
        let first = self.records.delimiter.as_bytes().first().copied().unwrap_or_default();
        let bytes = self.text.as_bytes();
        let mut end = self.at;
        while let Some(byte) = bytes.get(end) {
            let is_end = matches!(byte, b'\n' | b'\r')
                || (*byte == first
                    && bytes
                        .get(end..)
                        .is_some_and(|rest| rest.starts_with(self.records.delimiter.as_bytes())));
            if is_end {
                break;
            }
            end += 1;
        }
        record.text.push_str(self.text.get(self.at..end).unwrap_or_default());
        self.at = end;
    }

    /// Takes a field in quotes; `false` if the text ends before it.
    fn quoted(&mut self, record: &mut Record) -> Result<bool, String> {
        let (quote, escape) = (self.records.quote, self.records.escape);
        let opened = self.at;
        self.at += quote.len_utf8();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find(|letter| letter == quote || Some(letter) == escape) else {
                return self.part_of(opened);
            };
            record.text.push_str(rest.get(..length).unwrap_or_default());
            let mut letters = rest.get(length..).unwrap_or_default().chars();
            let (found, next) = (letters.next(), letters.next());
            self.at += length;
            match (found, next) {
                // Whether a quote closes the field depends on what comes next.
                (_, None) if !self.complete => return Ok(false),
                (Some(found), Some(next)) if next == quote || (found != quote && Some(next) == escape) => {
                    record.text.push(next);
                    self.at += found.len_utf8() + next.len_utf8();
                }
                (Some(found), _) if found == quote => {
                    self.at += found.len_utf8();
                    return Ok(true);
                }
                (_, None) => return self.part_of(opened),
                (Some(found), Some(next)) => {
                    return Err(format!(
                        "the escape character {found} stands before {next:?}; only {quote} and {found} can be escaped"
                    ));
                }
                (None, Some(_)) => return Ok(false),
            }
        }
    }

    /// The text ends within quotes that were opened there.
    fn part_of(&mut self, opened: usize) -> Result<bool, String> {
        if self.complete {
            self.at = opened;
            return Err(format!("the quote {} that opens here is never closed", self.records.quote));
        }
        Ok(false)
    }

    /// Takes what stands behind a field.
    fn behind(&mut self) -> Result<Behind, String> {
        let rest = self.rest();
        if rest.starts_with(&self.records.delimiter) {
            self.at += self.records.delimiter.len();
            return Ok(Behind::Delimiter);
        }
        let end = match rest.chars().next() {
            None if self.complete => 0,
            None => return Ok(Behind::Unknown),
            Some('\n') => 1,
            Some('\r') if rest.starts_with("\r\n") => 2,
            Some('\r') if rest.len() == 1 && !self.complete => return Ok(Behind::Unknown),
            Some('\r') => {
                return Err(
                    "a carriage return stands outside of quotes and without a line feed behind it".to_owned()
                );
            }
            Some(other) => {
                return Err(format!("{other:?} stands behind a closing quote, where a field must end"));
            }
        };
        self.at += end;
        Ok(Behind::End)
    }
}

#[cfg(test)]
mod tests {
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
        let (found, tail) =
            read("a,b\r\n\n\"x\ny\",\"\"\"\"\n\r\n1,\n,2\n\n", &CsvFormat::default()).unwrap();
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
}
