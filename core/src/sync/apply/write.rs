//! Writing rows: in one transaction, and in halves down to the row that is at fault (F11).

use super::{Applied, Applier, Stopped, messages::refused};
use crate::{
    connect::ConnectError,
    journal::ChangeStatus,
    project::{Method, SchemaType},
    sync::{
        deadlock::write_again,
        references::References,
        rows::{RowWrite, Rows},
    },
};

/// Is told what became of rows.
type Outcome<'o> = dyn FnMut(&[&RowWrite], Result<(), &ConnectError>) + 'o;

impl Applier<'_> {
    /// Writes objects of the step; new ones that are refused are taken out of `references` again.
    pub(super) fn write_objects(
        &mut self,
        rows: &[RowWrite],
        mut references: Option<&mut References>,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        self.stop_if_cancelled()?;
        let schema_type = &self.mapping.destination().schema_type;
        // Of some objects only members change, or references that are pending.
        let (rows, nothing): (Vec<&RowWrite>, Vec<&RowWrite>) =
            rows.iter().partition(|row| row.method != Method::Update || !row.columns.is_empty());
        applied.done(&nothing);
        self.write_rows(schema_type, &rows, &mut |rows, result| match (result, rows) {
            (Ok(()), rows) => applied.done(rows),
            (Err(error), rows) => {
                for row in rows {
                    if let (Method::Insert, Some(references)) = (row.method, references.as_deref_mut()) {
                        references.remove(&schema_type.name, |name| row.value(name));
                    }
                    applied.fail(row.index, refused(row, error));
                }
            }
        })
    }

    /// Writes rows of a type; `outcome` is told what became of them, refused ones one by one.
    pub(super) fn write_rows(
        &mut self,
        schema_type: &SchemaType,
        rows: &[&RowWrite],
        outcome: &mut Outcome<'_>,
    ) -> Result<(), Stopped> {
        if rows.is_empty() {
            return Ok(());
        }
        self.journal.keep_lock()?;
        let cancel = self.cancel;
        match write_again(rows.len(), cancel, || self.write_batch(schema_type, rows)) {
            Ok(()) => {
                outcome(rows, Ok(()));
                Ok(())
            }
            Err(error) if !error.kind.is_about_rows() => Err(error.into()),
            Err(error) if rows.len() == 1 => {
                outcome(rows, Err(&error));
                if self.continue_on_error { Ok(()) } else { Err(Stopped::FirstError) }
            }
            Err(_) => {
                let (before, after) = rows.split_at(rows.len() / 2);
                self.write_rows(schema_type, before, outcome)?;
                self.write_rows(schema_type, after, outcome)
            }
        }
    }

    /// Writes rows in one transaction.
    fn write_batch(&mut self, schema_type: &SchemaType, rows: &[&RowWrite]) -> Result<(), ConnectError> {
        self.connector.begin()?;
        let written = Rows::group(schema_type, rows).and_then(|groups| {
            groups.iter().try_for_each(|group| match group.method {
                Method::Insert => self.connector.insert(schema_type, &group.columns),
                Method::Update => self.connector.update(schema_type, &group.keys, &group.columns),
                Method::Delete => self.connector.delete(schema_type, &group.keys),
                _ => Ok(()),
            })
        });
        match written.and_then(|()| self.connector.commit()) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.connector.rollback()?;
                Err(error)
            }
        }
    }
}

impl Applied {
    /// Notes objects as written.
    fn done(&mut self, rows: &[&RowWrite]) {
        for row in rows {
            self.writes.add(row.method, 1);
            if let Some(status) = self.statuses.get_mut(row.index) {
                *status = ChangeStatus::Done;
            }
        }
    }
}
