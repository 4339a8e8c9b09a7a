//! The queue of provisioning (O6, D5): central objects that imports changed and that primary systems have not got yet.
//! Tables `sw_provisioning` and, for who wants them, `sw_primary`.
//!
//! What waits is also busy ([`super::BusyObject`]), so that runs with collision detection leave it alone. An object
//! that is busy for another reason stays so.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

use super::{
    BusyObject, BusyReason, Journal, JournalError,
    store::{eq, internal},
    tables::{self, Row, number, optional, text},
};
use crate::{project::Side, value::Value};

/// A central object that waits for being provisioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedObject {
    /// Its schema type.
    pub schema_type: String,
    /// Its key, as [`super::label_key`] writes it.
    pub key: String,
    /// The project whose import changed it.
    pub origin: String,
    /// The run that did.
    pub run: String,
    /// Since when it waits, RFC 3339.
    pub since: String,
    /// How often provisioning it failed.
    pub tries: u64,
    /// Why it failed last.
    pub error: Option<String>,
}

impl Journal {
    /// Says that the system of this project wants to know what imports change of these central types.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn subscribe(&mut self, schema_types: &BTreeSet<String>) -> Result<(), JournalError> {
        let table = tables::primaries();
        let own = [eq(&table, "system_identifier", text(&self.system_identifier))];
        let known = self.read(&table, &own)?;
        let known: HashSet<String> =
            (0..known.num_rows()).map(|row| Row { batch: &known, row }.text("schema_type")).collect();
        let now = Timestamp::now().to_string();
        let new = schema_types.iter().filter(|name| !known.contains(*name));
        let rows: Vec<Vec<Value>> = new
            .map(|name| vec![text(&self.system_identifier), text(name), text(&self.project), text(&now)])
            .collect();
        self.in_transaction(|journal| journal.insert(&table, &rows))
    }

    /// The systems that want to know what imports change of a central type.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn subscribers(&mut self, schema_type: &str) -> Result<BTreeSet<String>, JournalError> {
        let table = tables::primaries();
        let found = self.read(&table, &[eq(&table, "schema_type", text(schema_type))])?;
        Ok((0..found.num_rows()).map(|row| Row { batch: &found, row }.text("system_identifier")).collect())
    }

    /// Lets central objects wait for being provisioned to a system; what waits already begins anew, as never tried.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn queue(
        &mut self,
        system_identifier: &str,
        schema_type: &str,
        keys: &[String],
        run: &str,
    ) -> Result<(), JournalError> {
        let own = std::mem::replace(&mut self.system_identifier, system_identifier.to_owned());
        let queued = self.queue_here(schema_type, keys, run);
        self.system_identifier = own;
        queued
    }

    fn queue_here(&mut self, schema_type: &str, keys: &[String], run: &str) -> Result<(), JournalError> {
        let table = tables::provisioning();
        let known = self.known_queued(schema_type, keys)?;
        let now = Timestamp::now().to_string();
        let origin = self.project.clone();
        let rows: Vec<Vec<Value>> = keys
            .iter()
            .map(|key| {
                let own = [text(&origin), text(run), text(&now), number(0), Value::Null];
                self.object_row(Side::Left, schema_type, key).into_iter().chain(own).collect()
            })
            .collect();
        self.in_transaction(|journal| {
            journal.delete_object_rows(&table, &known)?;
            journal.insert(&table, &rows)
        })?;
        let busy = self.busy_among(Side::Left, schema_type, keys)?;
        let busy: HashSet<&str> = busy.iter().map(|object| object.key.as_str()).collect();
        let waits = |key: &&String| !busy.contains(key.as_str());
        let origin = format!("changed by an import of {origin}");
        let objects: Vec<BusyObject> = keys
            .iter()
            .filter(waits)
            .map(|key| BusyObject {
                text: Some(origin.clone()),
                ..BusyObject::new(key.clone(), BusyReason::PendingProvisioning)
            })
            .collect();
        self.set_busy(Side::Left, schema_type, &objects)
    }

    /// The central objects that wait for being provisioned to the system of this project, the oldest first.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn queued(&mut self) -> Result<Vec<QueuedObject>, JournalError> {
        let table = tables::provisioning();
        if !self.connector.has_table(&table)? {
            return Ok(Vec::new());
        }
        let own = [eq(&table, "system_identifier", text(&self.system_identifier))];
        let found = self.read(&table, &own)?;
        let object = |row: Row<'_>| QueuedObject {
            schema_type: row.text("schema_type"),
            key: row.text("object_key"),
            origin: row.text("origin"),
            run: row.text("run_id"),
            since: row.text("since"),
            tries: row.number("tries"),
            error: row.optional("error"),
        };
        let mut queued: Vec<QueuedObject> =
            (0..found.num_rows()).map(|row| object(Row { batch: &found, row })).collect();
        queued.sort_by(|one, other| (&one.since, &one.key).cmp(&(&other.since, &other.key)));
        Ok(queued)
    }

    /// These objects are provisioned: they leave the queue and are not busy for it any more.
    ///
    /// # Errors
    ///
    /// If the central database refuses; and if one of them was queued again meanwhile, which changes nothing then.
    pub fn provisioned(&mut self, objects: &[QueuedObject]) -> Result<(), JournalError> {
        if objects.is_empty() {
            return Ok(());
        }
        let table = tables::provisioning();
        let rows: Vec<Vec<Value>> = objects
            .iter()
            .map(|object| {
                let own = self.object_row(Side::Left, &object.schema_type, &object.key);
                own.into_iter().chain([text(&object.run), text(&object.since)]).collect()
            })
            .collect();
        let names = ["system_identifier", "side", "schema_type", "object_key", "run_id", "since"];
        let keys = tables::columns_of(&table, &names, &rows).map_err(internal)?;
        self.in_transaction(|journal| Ok(journal.connector.delete(&table, &keys)?))?;
        let mut by_type: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for object in objects {
            by_type.entry(&object.schema_type).or_default().push(object.key.clone());
        }
        for (schema_type, keys) in by_type {
            let busy = self.busy_among(Side::Left, schema_type, &keys)?;
            let waited = busy.into_iter().filter(|object| object.reason == BusyReason::PendingProvisioning);
            let waited: Vec<String> = waited.map(|object| object.key).collect();
            self.clear_busy(Side::Left, schema_type, &waited)?;
        }
        Ok(())
    }

    /// These objects stay in the queue, with why they are not provisioned; others are not concerned.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn not_provisioned(&mut self, failed: &[(QueuedObject, String)]) -> Result<(), JournalError> {
        if failed.is_empty() {
            return Ok(());
        }
        let table = tables::provisioning();
        let keys: Vec<Vec<Value>> = failed
            .iter()
            .map(|(object, _)| self.object_row(Side::Left, &object.schema_type, &object.key))
            .collect();
        let values: Vec<Vec<Value>> =
            failed.iter().map(|(object, why)| vec![number(object.tries + 1), optional(Some(why))]).collect();
        let names = ["system_identifier", "side", "schema_type", "object_key"];
        let keys = tables::columns_of(&table, &names, &keys).map_err(internal)?;
        let values = tables::columns_of(&table, &["tries", "error"], &values).map_err(internal)?;
        self.in_transaction(|journal| Ok(journal.connector.update(&table, &keys, &values)?))
    }

    fn known_queued(&mut self, schema_type: &str, keys: &[String]) -> Result<Vec<Vec<Value>>, JournalError> {
        let table = tables::provisioning();
        let columns = ["object_key".to_owned()];
        let Some(found) = self.rows_among(&table, (Side::Left, schema_type), keys, &columns)? else {
            return Ok(Vec::new());
        };
        let keys = (0..found.num_rows()).map(|row| Row { batch: &found, row }.text("object_key"));
        let keys: Vec<String> = keys.collect();
        Ok(keys.iter().map(|key| self.object_row(Side::Left, schema_type, key)).collect())
    }
}
