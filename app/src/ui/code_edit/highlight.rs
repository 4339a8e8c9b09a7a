//! Colours of a text: keywords, texts in quotes, numbers, comments, and the names of properties.

use egui::{
    Color32, TextFormat,
    text::{ByteIndex, LayoutJob, LayoutSection},
};

use super::Language;
use crate::ui::{Tokens, theme};

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
    /// A property between its signs.
    Name,
}

/// A piece of a text and where it ends, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub end: usize,
    pub kind: Kind,
}

/// Splits a text into pieces that cover all of it.
pub(super) fn pieces(language: Language, text: &str) -> Vec<Piece> {
    let mut lexer = Lexer { language, text, at: 0, pieces: Vec::new() };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.pieces
}

/// The text as a job of the layouter, in the colours of its pieces.
pub(super) fn job(language: Language, text: &str, width: f32, colors: &Tokens) -> LayoutJob {
    let mut job = LayoutJob { text: text.to_owned(), ..LayoutJob::default() };
    job.wrap.max_width = width;
    job.keep_trailing_whitespace = true;
    let mut start = 0;
    for piece in pieces(language, text) {
        job.sections.push(LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(start)..ByteIndex(piece.end),
            format: format(piece.kind, colors),
        });
        start = piece.end;
    }
    if text.is_empty() {
        job.append("", 0.0, format(Kind::Plain, colors));
    }
    job
}

fn format(kind: Kind, colors: &Tokens) -> TextFormat {
    let (color, background) = match kind {
        Kind::Plain => (colors.text, Color32::TRANSPARENT),
        Kind::Keyword => (colors.central, Color32::TRANSPARENT),
        Kind::Text => (colors.success, Color32::TRANSPARENT),
        Kind::Number => (colors.warning, Color32::TRANSPARENT),
        Kind::Comment => (colors.text_secondary, Color32::TRANSPARENT),
        Kind::Name => (colors.target, Tokens::wash(colors.target)),
    };
    TextFormat {
        font_id: theme::mono(),
        color,
        background,
        italics: kind == Kind::Comment,
        line_height: Some(18.0),
        ..TextFormat::default()
    }
}

struct Lexer<'a> {
    language: Language,
    text: &'a str,
    at: usize,
    pieces: Vec<Piece>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, length: usize, kind: Kind) {
        self.at += length;
        match self.pieces.last_mut() {
            Some(last) if last.kind == kind && kind != Kind::Name => last.end = self.at,
            _ => self.pieces.push(Piece { end: self.at, kind }),
        }
    }

    fn step(&mut self) {
        let Some(next) = self.rest().chars().next() else { return };
        if let Some(length) = self.name() {
            return self.push(length, Kind::Name);
        }
        if self.language == Language::Template {
            return self.push(next.len_utf8(), Kind::Plain);
        }
        if let Some(length) = self.comment() {
            return self.push(length, Kind::Comment);
        }
        if self.quotes().contains(&next) {
            return self.quoted(next);
        }
        if next.is_alphabetic() || next == '_' {
            let length = length_of(self.rest(), |letter| letter.is_alphanumeric() || letter == '_');
            let word = self.rest().get(..length).unwrap_or_default();
            let kind = if self.language.is_keyword(word) { Kind::Keyword } else { Kind::Plain };
            return self.push(length, kind);
        }
        if next.is_ascii_digit() {
            let length = length_of(self.rest(), |letter| letter.is_ascii_alphanumeric() || letter == '.');
            return self.push(length, Kind::Number);
        }
        self.push(next.len_utf8(), Kind::Plain);
    }

    /// Length of a property between its signs that begins here, in code.
    fn name(&self) -> Option<usize> {
        let rest = self.rest();
        match self.language {
            Language::Pattern => between(rest, '%'),
            Language::Template if rest.starts_with("${") => rest.find('}').map(|end| end + 1),
            Language::Template => between(rest, '%'),
            Language::Expression | Language::Rhai | Language::JavaScript => between(rest, '$'),
        }
    }

    fn comment(&self) -> Option<usize> {
        let rest = self.rest();
        let line = if self.language.is_script() { "//" } else { "--" };
        if rest.starts_with(line) {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            Some(rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else {
            None
        }
    }

    const fn quotes(&self) -> &'static [char] {
        match self.language {
            Language::Pattern | Language::Expression => &['\''],
            Language::Rhai | Language::JavaScript => &['\'', '"', '`'],
            Language::Template => &[],
        }
    }

    /// A text in quotes; placeholders in it are names.
    fn quoted(&mut self, quote: char) {
        self.push(quote.len_utf8(), Kind::Text);
        while let Some(next) = self.rest().chars().next() {
            if self.language != Language::Expression
                && let Some(length) = between(self.rest(), '%')
            {
                self.push(length, Kind::Name);
            } else if next == '\\' && self.language.is_script() {
                let escaped = self.rest().chars().nth(1).map_or(0, char::len_utf8);
                self.push(1 + escaped, Kind::Text);
            } else {
                self.push(next.len_utf8(), Kind::Text);
                let ends_with_line = next == '\n' && self.language.is_script() && quote != '`';
                if next == quote || ends_with_line {
                    return;
                }
            }
        }
    }
}

/// Length of the longest beginning whose letters all fulfil a condition.
fn length_of(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is_part(letter)).unwrap_or(text.len())
}

/// Length of `%Name%` with which a text begins; a name has no line break, and no quotes of either kind.
fn between(text: &str, sign: char) -> Option<usize> {
    let name = text.strip_prefix(sign)?;
    let end = name.find([sign, '\n', '\'', '"', '`'])?;
    (end > 0 && name.get(end..)?.starts_with(sign)).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(language: Language, text: &str) -> Vec<(&str, Kind)> {
        let mut start = 0;
        let found = pieces(language, text);
        found
            .into_iter()
            .map(|piece| {
                let part = &text[start..piece.end];
                start = piece.end;
                (part, piece.kind)
            })
            .collect()
    }

    #[test]
    fn patterns_show_their_placeholders_in_quotes_too() {
        assert_eq!(
            shown(Language::Pattern, "exec p('%UId%', %No%, 7)"),
            [
                ("exec", Kind::Keyword),
                (" p(", Kind::Plain),
                ("'", Kind::Text),
                ("%UId%", Kind::Name),
                ("'", Kind::Text),
                (", ", Kind::Plain),
                ("%No%", Kind::Name),
                (", ", Kind::Plain),
                ("7", Kind::Number),
                (")", Kind::Plain),
            ]
        );
    }

    #[test]
    fn scripts_show_names_texts_and_comments() {
        assert_eq!(
            shown(Language::JavaScript, "$First Name$ // it's\n'a\\'%X%'"),
            [
                ("$First Name$", Kind::Name),
                (" ", Kind::Plain),
                ("// it's", Kind::Comment),
                ("\n", Kind::Plain),
                ("'a\\'", Kind::Text),
                ("%X%", Kind::Name),
                ("'", Kind::Text),
            ]
        );
    }

    #[test]
    fn whatever_is_typed_is_covered_whole() {
        let texts = ["", "%", "'%", "$$", "/*", "é'\u{1f600}", "`${a}", "\\", "'\\", "%%", "1.2.3é", "--"];
        let languages = [
            Language::Pattern,
            Language::Template,
            Language::Expression,
            Language::Rhai,
            Language::JavaScript,
        ];
        for language in languages {
            for text in texts {
                let whole: String = shown(language, text).into_iter().map(|(part, _)| part).collect();
                assert_eq!(whole, text, "{language:?}");
            }
        }
    }
}
