//! Reports read back from the journal.

use std::{io, path::Path, str::FromStr as _};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{
    ChangeList, Journal, JournalError, Message, MessageLevel, RunHeader, RunKind, RunReport, RunStatus,
    Situations, StepPass, StepReport, Writes,
    step::checksum,
    store::eq,
    tables::{self, Row, text},
};
use crate::project::{Direction, Method};

impl Journal {
    /// The report of one run; `id` may be `last`.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if there is no such run, or its files are missing or damaged.
    pub fn report(&mut self, id: &str) -> Result<RunReport, JournalError> {
        let unknown = || JournalError::UnknownRun { id: id.to_owned() };
        if !self.is_ready() {
            return Err(unknown());
        }
        let run =
            self.runs(None)?.into_iter().find(|run| id == "last" || run.id == id).ok_or_else(unknown)?;
        let failure = self.failure(&run.id)?;
        let steps = match self.steps_with_changes(&run.id) {
            // A run that is under way put another list in place of the one of which the index just said that it counts.
            Err(JournalError::Folder { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                self.steps_with_changes(&run.id)?
            }
            steps => steps?,
        };
        Ok(RunReport { run, steps, failure })
    }

    fn steps_with_changes(&mut self, id: &str) -> Result<Vec<StepReport>, JournalError> {
        let folder = self.run_folder(id);
        let with_changes = |StoredStep { report, file, .. }| {
            let changes = file.map(|file| file.load(&folder)).transpose()?.unwrap_or_default();
            Ok(StepReport { changes, ..report })
        };
        self.stored_steps(id)?.into_iter().map(with_changes).collect()
    }

    /// The steps of a run, without their change lists.
    pub(super) fn stored_steps(&mut self, id: &str) -> Result<Vec<StoredStep>, JournalError> {
        let table = tables::steps();
        let steps = self.read(&table, &[eq(&table, "run_id", text(id))])?;
        let table = tables::messages();
        let messages = self.read(&table, &[eq(&table, "run_id", text(id))])?;
        let messages_of = |position: u64| {
            (0..messages.num_rows())
                .map(|row| Row { batch: &messages, row })
                .filter(move |row| row.number("step_position") == position)
                .map(|row| message(&row))
                .collect()
        };
        let stored = |row: usize| {
            let row = Row { batch: &steps, row };
            let position = row.number("position");
            StoredStep {
                position: usize::try_from(position).unwrap_or(usize::MAX),
                report: StepReport { messages: messages_of(position), ..step(&row) },
                file: row
                    .optional("changes_file")
                    .zip(row.optional("changes_sha256"))
                    .map(|(name, checksum)| StoredChanges { name, checksum }),
            }
        };
        Ok((0..steps.num_rows()).map(stored).collect())
    }
}

/// A step as the index has it.
pub(super) struct StoredStep {
    pub position: usize,
    /// Everything but the change list.
    pub report: StepReport,
    /// Where the change list is, if it is kept.
    pub file: Option<StoredChanges>,
}

/// A change list as the index has it.
pub(super) struct StoredChanges {
    name: String,
    checksum: String,
}

impl StoredChanges {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// If there is none in the folder of the run, or it is not the one that was written.
    pub(super) fn load(&self, folder: &Path) -> Result<ChangeList, JournalError> {
        let path = folder.join(&self.name);
        let failed = |source| JournalError::Folder { path: path.clone(), source };
        if checksum(&path).map_err(failed)? != self.checksum {
            return Err(JournalError::Damaged { path });
        }
        ChangeList::load(&path).map_err(failed)
    }
}

pub(super) fn header(row: &Row<'_>) -> RunHeader {
    let moment = |name: &str| row.optional(name).and_then(|text| Timestamp::from_str(&text).ok());
    RunHeader {
        id: row.text("id"),
        kind: RunKind::Run,
        project: row.text("project"),
        start_up: row.text("start_up"),
        workflow: row.text("workflow"),
        direction: direction(&row.text("direction")),
        status: RunStatus::from_id(&row.text("status")).unwrap_or(RunStatus::Interrupted),
        started: moment("started").unwrap_or_default(),
        ended: moment("ended"),
        started_by: row.text("started_by"),
    }
}

fn direction(id: &str) -> Direction {
    if id == Direction::ToTarget.id() { Direction::ToTarget } else { Direction::ToCentral }
}

fn step(row: &Row<'_>) -> StepReport {
    let summary: Json = serde_json::from_str(&row.text("summary")).unwrap_or_default();
    let count = |part: &str, name: &str| {
        summary.get(part).and_then(|part| part.get(name)).and_then(Json::as_u64).unwrap_or(0)
    };
    let situation = |name: &str| count("situations", name);
    let mut writes = Writes { failed: count("writes", "failed"), ..Writes::default() };
    for method in
        [Method::Insert, Method::Update, Method::Delete, Method::MarkOutstanding, Method::ResetOutstanding]
    {
        writes.add(method, count("writes", method.id()));
    }
    StepReport {
        step: row.text("step"),
        pass: StepPass::from_id(summary.get("pass").and_then(Json::as_str).unwrap_or_default()),
        mapping: row.text("mapping"),
        direction: direction(&row.text("direction")),
        left_objects: row.number("left_objects"),
        right_objects: row.number("right_objects"),
        situations: Situations {
            both_equal: situation("both_equal"),
            both_differ: situation("both_differ"),
            left_only: situation("left_only"),
            right_only: situation("right_only"),
            ambiguous: situation("ambiguous"),
            outstanding: situation("outstanding"),
            outstanding_returned: situation("outstanding_returned"),
            skipped: situation("skipped"),
            excluded: situation("excluded"),
            busy: situation("busy"),
        },
        writes,
        quota_exceeded: Vec::new(),
        changes: ChangeList::default(),
        messages: Vec::new(),
    }
}

fn message(row: &Row<'_>) -> Message {
    Message {
        level: MessageLevel::from_id(&row.text("level")).unwrap_or(MessageLevel::Info),
        code: row.text("code"),
        text: row.text("text"),
        object: row.optional("object"),
        property: row.optional("property"),
        rule: row.optional("rule"),
    }
}
