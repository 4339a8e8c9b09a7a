//! Places in texts that people write: line and column, counted in characters from 1.

use datafusion::sql::sqlparser::tokenizer::Location;

/// Line and column.
pub(super) type Position = (usize, usize);

/// Line and column of the character at a byte offset; the end of the text for offsets behind it.
pub(super) fn position_of(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}

/// Where the text ends.
pub(super) fn end_of(text: &str) -> Position {
    position_of(text, text.len())
}

/// A place that the SQL parser names, if it is one inside the text; the end of the text if it is behind it.
pub(super) fn located(text: &str, location: Location) -> Option<Position> {
    let line = usize::try_from(location.line).ok()?;
    let column = usize::try_from(location.column).ok()?;
    inside(text, (line, column))
}

/// `None` for line or column 0; places behind the text become its end.
pub(super) fn inside(text: &str, (line, column): Position) -> Option<Position> {
    if line == 0 || column == 0 {
        return None;
    }
    let length = text.split('\n').nth(line - 1).map(|line| line.chars().count());
    match length {
        Some(length) => Some((line, column.min(length + 1))),
        None => Some(end_of(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let text = "a\nß高x";
        assert_eq!(position_of(text, 0), (1, 1));
        assert_eq!(position_of(text, text.find('x').unwrap()), (2, 3));
        assert_eq!(end_of(text), (2, 4));
        assert_eq!(inside(text, (2, 99)), Some((2, 4)));
        assert_eq!(inside(text, (3, 1)), Some((2, 4)));
        assert_eq!(inside(text, (0, 0)), None);
    }
}
