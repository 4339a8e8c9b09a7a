//! How the files of a folder are written: the checked form of [`CsvFormat`], and how one field is written.
//!
//! A field is written in quotes if it contains the delimiter, the quote, the escape character or a line
//! break, if it begins or ends with a blank, and if it begins with what could be taken for a byte order
//! mark. A record of one empty field is a pair of quotes, because an empty line is no record. NULL is the
//! null value, or an empty field if there is none.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8};

use crate::project::{CsvFormat, Newline};

/// Text that stands for NULL in the program's own tables.
const OWN_NULL: &str = "\\N";

/// First characters of fields that at the beginning of a file could be taken for a byte order mark: the mark
/// itself, and what its bytes are in the encodings with one byte a character.
const LIKE_A_MARK: [char; 4] = ['\u{feff}', 'ï', 'ÿ', 'þ'];

/// How files are written.
#[derive(Debug, Clone)]
pub struct Format {
    /// The first record names the columns.
    pub header: bool,
    /// Between two fields.
    pub delimiter: char,
    /// Around fields.
    pub quote: char,
    /// Before a quote inside a quoted field; none = the quote is doubled.
    pub escape: Option<char>,
    /// End of a record.
    pub newline: &'static str,
    /// Encoding of files without a byte order mark.
    pub encoding: &'static Encoding,
    /// What NULL is written as; an empty field if empty.
    pub null: String,
}

impl Format {
    /// The checked form of a project's format.
    ///
    /// # Errors
    ///
    /// What contradicts itself, in words.
    pub fn new(format: &CsvFormat) -> Result<Self, String> {
        let encoding = Encoding::for_label(format.encoding.as_bytes())
            .filter(|encoding| *encoding != REPLACEMENT)
            .ok_or_else(|| format!("the encoding {:?} is not known", format.encoding))?;
        let mut characters = vec![("delimiter", format.delimiter), ("quote", format.quote)];
        let escape = format.escape.filter(|escape| *escape != format.quote);
        characters.extend(escape.map(|escape| ("escape character", escape)));
        for (number, (what, character)) in characters.iter().enumerate() {
            if matches!(character, '\n' | '\r' | '\u{feff}') {
                return Err(format!("{character:?} cannot be the {what}"));
            }
            if let Some((other, _)) = characters.iter().take(number).find(|(_, known)| known == character) {
                return Err(format!("{what} and {other} are both {character:?}"));
            }
        }
        Ok(Self {
            header: format.header,
            delimiter: format.delimiter,
            quote: format.quote,
            escape,
            newline: match format.newline {
                Newline::Lf => "\n",
                Newline::CrLf => "\r\n",
            },
            encoding,
            null: format.null_value.clone().unwrap_or_default(),
        })
    }

    /// The format of the program's own tables (`sw_…`), whatever the folder's is: they must hold every text,
    /// and tell NULL from an empty one.
    #[must_use]
    pub fn own() -> Self {
        Self {
            header: true,
            delimiter: ',',
            quote: '"',
            escape: None,
            newline: "\n",
            encoding: UTF_8,
            null: OWN_NULL.to_owned(),
        }
    }

    /// Writes one record with its end.
    pub fn write_record<'a>(&self, fields: impl ExactSizeIterator<Item = &'a str>, out: &mut String) {
        self.write_fields(fields, out);
        out.push_str(self.newline);
    }

    /// Writes the fields of one record.
    pub fn write_fields<'a>(&self, fields: impl ExactSizeIterator<Item = &'a str>, out: &mut String) {
        let alone = fields.len() == 1;
        for (number, field) in fields.enumerate() {
            if number > 0 {
                out.push(self.delimiter);
            }
            if self.needs_quotes(field) || (alone && field.is_empty()) {
                self.write_quoted(field, out);
            } else {
                out.push_str(field);
            }
        }
    }

    fn needs_quotes(&self, field: &str) -> bool {
        // The null value stands as it is, so that other programs know it: `\N` with the escape `\`.
        if field == self.null && !field.contains([self.delimiter, self.quote, '\n', '\r']) {
            return false;
        }
        field.starts_with(LIKE_A_MARK)
            || field.starts_with(char::is_whitespace)
            || field.ends_with(char::is_whitespace)
            || field.contains([self.delimiter, self.quote, '\n', '\r'])
            || self.escape.is_some_and(|escape| field.contains(escape))
    }

    fn write_quoted(&self, field: &str, out: &mut String) {
        out.push(self.quote);
        for character in field.chars() {
            if character == self.quote || Some(character) == self.escape {
                out.push(self.escape.unwrap_or(self.quote));
            }
            out.push(character);
        }
        out.push(self.quote);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: &CsvFormat, fields: &[&str]) -> String {
        let mut out = String::new();
        Format::new(format).unwrap().write_record(fields.iter().copied(), &mut out);
        out
    }

    #[test]
    fn quotes_only_where_they_are_needed() {
        let plain = CsvFormat::default();
        assert_eq!(written(&plain, &["a", "", "b c", "ä"]), "a,,b c,ä\n");
        assert_eq!(
            written(&plain, &["a,b", "say \"hi\"", "x\ny", " x", "x\t"]),
            "\"a,b\",\"say \"\"hi\"\"\",\"x\ny\",\" x\",\"x\t\"\n"
        );
        assert_eq!(written(&plain, &[""]), "\"\"\n");
        assert_eq!(written(&plain, &["\u{feff}x"]), "\"\u{feff}x\"\n");
        let escaped = CsvFormat {
            delimiter: ';',
            quote: '\'',
            escape: Some('\\'),
            newline: Newline::CrLf,
            null_value: Some("\\N".to_owned()),
            ..CsvFormat::default()
        };
        assert_eq!(written(&escaped, &["it's", "C:\\dir", "\\N", "a,b"]), "'it\\'s';'C:\\\\dir';\\N;a,b\r\n");
    }

    #[test]
    fn a_format_that_contradicts_itself_is_refused() {
        let plain = CsvFormat::default;
        let cases = [
            CsvFormat { encoding: "klingon".to_owned(), ..plain() },
            CsvFormat { encoding: "iso-2022-kr".to_owned(), ..plain() },
            CsvFormat { delimiter: '"', ..plain() },
            CsvFormat { escape: Some(','), ..plain() },
            CsvFormat { delimiter: '\n', ..plain() },
            CsvFormat { quote: '\r', ..plain() },
        ];
        for format in cases {
            assert!(Format::new(&format).is_err(), "{format:?}");
        }
        assert!(Format::new(&CsvFormat { escape: Some('"'), ..plain() }).unwrap().escape.is_none());
    }
}
