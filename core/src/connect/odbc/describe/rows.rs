//! Rows of catalog queries: texts in a fixed order.

use std::str::FromStr;

use odbc_api::{
    Cursor as _,
    buffers::{BufferDesc, ColumnarDynBuffer},
};

use crate::{
    connect::{
        ConnectError, ErrorKind,
        odbc::{cursor::of_statement_used_once, session::Link},
    },
    progress::CancelToken,
};

/// Longest text of a catalog that is kept, in characters; longer comments and defaults are cut.
const LONGEST: usize = 1000;
/// Rows of a block.
const BLOCK: usize = 500;

/// One row, taken apart from left to right.
#[derive(Debug, Default)]
pub struct Cells {
    cells: Vec<Option<String>>,
    next: usize,
}

impl Cells {
    fn take(&mut self) -> Option<String> {
        let cell = self.cells.get_mut(self.next).and_then(Option::take);
        self.next += 1;
        cell
    }

    /// A text that is always there.
    pub fn text(&mut self) -> String {
        self.take().unwrap_or_default()
    }

    /// A text, or nothing.
    pub fn optional(&mut self) -> Option<String> {
        self.take().filter(|text| !text.is_empty())
    }

    /// `1` or `0`.
    pub fn flag(&mut self) -> bool {
        self.take().is_some_and(|text| text.trim() == "1")
    }

    /// A whole number, or nothing.
    pub fn number<N: FromStr>(&mut self) -> Option<N> {
        self.take().and_then(|text| text.trim().parse().ok())
    }
}

/// Executes a catalog query.
///
/// # Errors
///
/// What the driver says, or on cancel.
pub fn read_rows<R>(
    link: &Link,
    doing: &str,
    sql: &str,
    columns: usize,
    cancel: &CancelToken,
    row: fn(&mut Cells) -> R,
) -> Result<Vec<R>, ConnectError> {
    let failed = |error: odbc_api::Error| link.error(doing, &error);
    let mut statement = link.statement().map_err(failed)?;
    link.canceller.while_running(&mut statement, |statement| {
        let Some(cursor) = statement.execute(&link.spelled(sql), ()).map_err(failed)? else {
            return Ok(Vec::new());
        };
        let texts = if link.speaker.dialect.has_texts_in_utf8() {
            BufferDesc::Text { max_str_len: 4 * LONGEST }
        } else {
            BufferDesc::WText { max_str_len: LONGEST }
        };
        let buffer = ColumnarDynBuffer::from_descs(BLOCK, std::iter::repeat_n(texts, columns));
        let mut cursor = of_statement_used_once(cursor).bind_buffer(buffer).map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(block) = cursor.fetch().map_err(failed)? {
            if cancel.is_cancelled() {
                return Err(link.speaker.own(ErrorKind::Cancelled, format!("{doing} was cancelled")));
            }
            for index in 0..block.num_rows() {
                let cells = (0..columns)
                    .map(|column| match block.column(column).as_text() {
                        Some(texts) => {
                            texts.get(index).map(|text| String::from_utf8_lossy(text).into_owned())
                        }
                        None => block.column(column).as_wide_text()?.get(index).map(String::from_utf16_lossy),
                    })
                    .collect();
                rows.push(row(&mut Cells { cells, next: 0 }));
            }
        }
        Ok(rows)
    })
}
