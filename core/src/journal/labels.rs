//! Labels of objects that are outstanding (O1): set, taken off and read. Table `sw_outstanding`.
//!
//! What a label means is up to `sync`; here it is a row with the key of an object, as [`super::label_key`] writes it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Journal, JournalError,
    store::eq,
    tables::{self, Row, text},
};
use crate::{project::Side, value::Value};

impl Journal {
    /// Keys of the objects of a type that are labelled as outstanding, as canonical JSON (O1).
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn labels(&mut self, side: Side, schema_type: &str) -> Result<Vec<String>, JournalError> {
        let table = tables::outstanding();
        if !self.connector.has_table(&table)? {
            return Ok(Vec::new());
        }
        let filters = [
            eq(&table, "system_identifier", text(&self.system_identifier)),
            eq(&table, "side", text(side.id())),
            eq(&table, "schema_type", text(schema_type)),
        ];
        let batch = self.read_columns(&table, &["object_key".to_owned()], &filters, &[])?;
        Ok((0..batch.num_rows()).map(|row| Row { batch: &batch, row }.text("object_key")).collect())
    }

    /// Those of the keys, as [`super::label_key`] writes them, whose objects are labelled as outstanding.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn labels_among(
        &mut self,
        side: Side,
        schema_type: &str,
        keys: &[String],
    ) -> Result<BTreeSet<String>, JournalError> {
        let table = tables::outstanding();
        let columns = ["object_key".to_owned()];
        let Some(batch) = self.rows_among(&table, (side, schema_type), keys, &columns)? else {
            return Ok(BTreeSet::new());
        };
        Ok((0..batch.num_rows()).map(|row| Row { batch: &batch, row }.text("object_key")).collect())
    }

    /// Labels objects as outstanding; such as are labelled already stay so.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn mark(
        &mut self,
        run: &str,
        side: Side,
        schema_type: &str,
        keys: &[String],
    ) -> Result<(), JournalError> {
        let known = self.labels_among(side, schema_type, keys)?;
        let now = Timestamp::now().to_string();
        let rows: Vec<Vec<Value>> = keys
            .iter()
            .filter(|key| !known.contains(*key))
            .map(|key| {
                let own = [text(&now), text(run)];
                self.object_row(side, schema_type, key).into_iter().chain(own).collect()
            })
            .collect();
        self.in_transaction(|journal| journal.insert(&tables::outstanding(), &rows))
    }

    /// Takes labels off; objects without one stay as they are.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn reset(&mut self, side: Side, schema_type: &str, keys: &[String]) -> Result<(), JournalError> {
        let known = self.labels_among(side, schema_type, keys)?;
        let table = tables::outstanding();
        let rows: Vec<Vec<Value>> = known.iter().map(|key| self.object_row(side, schema_type, key)).collect();
        self.in_transaction(|journal| journal.delete_object_rows(&table, &rows))
    }
}
