//! Busy objects (R5): changed but not provisioned yet, in an unfinished process, or blocked. Table `sw_pending`.
//!
//! Whoever keeps an object busy says so with [`Journal::set_busy`] and takes it back with
//! [`Journal::clear_busy`]: the queue of provisioning, processes, and other programs that work on the central
//! database. Runs with collision detection ask before they evaluate rules or before they save; nothing here
//! ever ends by itself.

use jiff::Timestamp;

use super::{
    Journal, JournalError,
    store::eq,
    tables::{self, Row, optional, text},
};
use crate::{project::Side, value::Value};

/// Why an object is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusyReason {
    /// It was changed, and the change is not provisioned yet.
    PendingProvisioning,
    /// A process works on it that is not finished.
    Process,
    /// Somebody blocked it.
    Blocked,
}

impl BusyReason {
    const ALL: [Self; 3] = [Self::PendingProvisioning, Self::Process, Self::Blocked];

    /// The reason in the table.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::PendingProvisioning => "pending_provisioning",
            Self::Process => "process",
            Self::Blocked => "blocked",
        }
    }

    /// The reason in words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::PendingProvisioning => "changed, but not provisioned yet",
            Self::Process => "in an unfinished process",
            Self::Blocked => "blocked",
        }
    }

    /// The reason with that [`BusyReason::id`]; another program's own word counts as blocked.
    #[must_use]
    pub fn from_id(id: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.id() == id).unwrap_or(Self::Blocked)
    }
}

/// An object that is busy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusyObject {
    /// Its key, as [`super::label_key`] writes it.
    pub key: String,
    /// Why it is busy.
    pub reason: BusyReason,
    /// Since when, RFC 3339; what [`Journal::set_busy`] is given here is not used, it takes the present.
    pub since: String,
    /// More about it, for people: which process, who blocked it.
    pub text: Option<String>,
}

impl BusyObject {
    /// A busy object, from now on.
    #[must_use]
    pub fn new(key: impl Into<String>, reason: BusyReason) -> Self {
        Self { key: key.into(), reason, since: Timestamp::now().to_string(), text: None }
    }

    /// The reason as the log tells it.
    #[must_use]
    pub fn why(&self) -> String {
        let more = self.text.as_deref().map(|text| format!(" ({text})")).unwrap_or_default();
        format!("{}{more}, since {}", self.reason.label(), self.since)
    }
}

impl Journal {
    /// All busy objects of a type.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn busy(&mut self, side: Side, schema_type: &str) -> Result<Vec<BusyObject>, JournalError> {
        let table = tables::busy();
        if !self.connector.has_table(&table)? {
            return Ok(Vec::new());
        }
        let filters = [
            eq(&table, "system_identifier", text(&self.system_identifier)),
            eq(&table, "side", text(side.id())),
            eq(&table, "schema_type", text(schema_type)),
        ];
        let batch = self.read(&table, &filters)?;
        Ok((0..batch.num_rows()).map(|row| object(&Row { batch: &batch, row })).collect())
    }

    /// Those of the objects with these keys that are busy now.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn busy_among(
        &mut self,
        side: Side,
        schema_type: &str,
        keys: &[String],
    ) -> Result<Vec<BusyObject>, JournalError> {
        let table = tables::busy();
        let columns = tables::properties(&table);
        let Some(batch) = self.rows_among(&table, (side, schema_type), keys, &columns)? else {
            return Ok(Vec::new());
        };
        Ok((0..batch.num_rows()).map(|row| object(&Row { batch: &batch, row })).collect())
    }

    /// Says that objects are busy from now on; of one that is busy already reason and text are replaced.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn set_busy(
        &mut self,
        side: Side,
        schema_type: &str,
        objects: &[BusyObject],
    ) -> Result<(), JournalError> {
        let keys: Vec<String> = objects.iter().map(|object| object.key.clone()).collect();
        let known = self.known_busy(side, schema_type, &keys)?;
        let now = Timestamp::now().to_string();
        let rows: Vec<Vec<Value>> = objects
            .iter()
            .map(|object| {
                let own = [text(object.reason.id()), text(&now), optional(object.text.as_deref())];
                self.object_row(side, schema_type, &object.key).into_iter().chain(own).collect()
            })
            .collect();
        self.in_transaction(|journal| {
            journal.delete_object_rows(&tables::busy(), &known)?;
            journal.insert(&tables::busy(), &rows)
        })
    }

    /// Says that objects are no longer busy; others stay as they are.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn clear_busy(&mut self, side: Side, schema_type: &str, keys: &[String]) -> Result<(), JournalError> {
        let known = self.known_busy(side, schema_type, keys)?;
        self.in_transaction(|journal| journal.delete_object_rows(&tables::busy(), &known))
    }

    fn known_busy(
        &mut self,
        side: Side,
        schema_type: &str,
        keys: &[String],
    ) -> Result<Vec<Vec<Value>>, JournalError> {
        let known = self.busy_among(side, schema_type, keys)?;
        Ok(known.iter().map(|object| self.object_row(side, schema_type, &object.key)).collect())
    }
}

fn object(row: &Row<'_>) -> BusyObject {
    BusyObject {
        key: row.text("object_key"),
        reason: BusyReason::from_id(&row.text("reason")),
        since: row.text("since"),
        text: row.optional("text"),
    }
}
