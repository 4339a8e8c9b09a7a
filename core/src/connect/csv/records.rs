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
    longest: usize,
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
            longest: LONGEST,
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
                Found::Part if self.buffer.len() - self.at > self.longest => {
                    return Err(RecordError::Damaged {
                        line: record.line,
                        problem: format!(
                            "a record of more than {} MiB begins here; probably a quote is never closed",
                            self.longest >> 20
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
        let wanted = (2 * self.buffer.len()).min(self.longest);
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
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r') || *byte == first)
            else {
                end = bytes.len();
                break;
            };
            end += length;
            // The first byte of a long delimiter may begin another character.
            let found = rest.get(length..).unwrap_or_default();
            if found.starts_with(self.records.delimiter.as_bytes()) || !found.starts_with(&[first]) {
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
mod tests;
