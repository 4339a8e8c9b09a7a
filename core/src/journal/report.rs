//! The report of a simulation or run (L1, L3), and its JSON.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{ChangeList, Situation};
use crate::project::{Direction, Method};

/// Result of a simulation or run.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// What was run, by whom, and how it ended.
    pub run: RunHeader,
    /// The steps that took part, in the order in which they ran.
    pub steps: Vec<StepReport>,
    /// Why the run ended early, if it did.
    pub failure: Option<Failure>,
}

/// What was run, by whom, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHeader {
    /// Identifies the run; sorts by time. Empty for simulations.
    pub id: String,
    /// Simulation or run.
    pub kind: RunKind,
    /// Name of the project.
    pub project: String,
    /// Name of the start up configuration.
    pub start_up: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Direction of synchronization.
    pub direction: Direction,
    /// How it ended.
    pub status: RunStatus,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it runs or if it was interrupted.
    pub ended: Option<Timestamp>,
    /// Who started it: user and host.
    pub started_by: String,
}

/// Simulation or run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Nothing is written.
    Simulation,
    /// Differences are written.
    Run,
}

impl RunKind {
    /// `simulation` or `run`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Simulation => "simulation",
            Self::Run => "run",
        }
    }
}

/// How a run stands or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// It goes on.
    Running,
    /// Everything was done.
    Done,
    /// Done, with objects in error.
    DoneWithErrors,
    /// A quota was exceeded; nothing of that step was written, and no later step ran.
    QuotaExceeded,
    /// It stopped because a system could not be reached, read or written.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
    /// Its process ended in the middle.
    Interrupted,
    /// Another run of the same start up configuration held the lock.
    Frozen,
}

impl RunStatus {
    /// All statuses.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Done,
        Self::DoneWithErrors,
        Self::QuotaExceeded,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
        Self::Frozen,
    ];

    /// The status in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::DoneWithErrors => "done_with_errors",
            Self::QuotaExceeded => "quota_exceeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Frozen => "frozen",
        }
    }

    /// The status in the words of the editor.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Done => "Done",
            Self::DoneWithErrors => "Done, with errors",
            Self::QuotaExceeded => "Quota exceeded",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Interrupted => "Interrupted",
            Self::Frozen => "Frozen",
        }
    }

    /// The status with that [`RunStatus::id`].
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.id() == id)
    }
}

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable code, `SW-…`.
    pub code: String,
    /// What happened, on what.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
    /// Exit code of the command line.
    pub exit_code: u8,
}

/// Which part of a step a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepPass {
    /// The processing methods of the step.
    #[default]
    Main,
    /// Rogue modifications that are corrected on the side that is read (R11).
    Corrections,
    /// Forced rules, once the objects are saved (R9).
    Forced,
    /// Normalised values that are read back, once the objects are saved (R21).
    WriteBack,
}

impl StepPass {
    /// All passes, in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Main, Self::Corrections, Self::Forced, Self::WriteBack];

    /// The pass in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Corrections => "corrections",
            Self::Forced => "forced",
            Self::WriteBack => "write_back",
        }
    }

    /// The pass in the words of the editor.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Main => "changes",
            Self::Corrections => "corrections",
            Self::Forced => "forced mapping",
            Self::WriteBack => "write back",
        }
    }

    /// The pass with that [`StepPass::id`]; the main one if there is none.
    #[must_use]
    pub fn from_id(id: &str) -> Self {
        Self::ALL.into_iter().find(|pass| pass.id() == id).unwrap_or_default()
    }
}

/// What one step, or one pass of it, found and did.
#[derive(Debug, Clone)]
pub struct StepReport {
    /// Name of the step.
    pub step: String,
    /// Which part of the step.
    pub pass: StepPass,
    /// Name of its mapping.
    pub mapping: String,
    /// Its direction.
    pub direction: Direction,
    /// Objects read from the central system.
    pub left_objects: u64,
    /// Objects read from the target system.
    pub right_objects: u64,
    /// Objects or pairs per situation.
    pub situations: Situations,
    /// Objects per processing method: planned in a simulation, committed in a run.
    pub writes: Writes,
    /// Quotas that the change list exceeds; nothing of the step was written then.
    pub quota_exceeded: Vec<QuotaExceeded>,
    /// What changes, object by object.
    pub changes: ChangeList,
    /// What the log says, in order.
    pub messages: Vec<Message>,
}

/// Objects or pairs per situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Situations {
    /// Pairs that are equal.
    pub both_equal: u64,
    /// Pairs that differ.
    pub both_differ: u64,
    /// Objects only in the central system, without those labelled as outstanding.
    pub left_only: u64,
    /// Objects only in the target system.
    pub right_only: u64,
    /// Objects, of both sides, that have more than one candidate.
    pub ambiguous: u64,
    /// Objects labelled as outstanding and still missing on the other side.
    pub outstanding: u64,
    /// Pairs labelled as outstanding that are present again; also counted as equal or differing.
    pub outstanding_returned: u64,
    /// Objects left out: in error before anything could be written.
    pub skipped: u64,
    /// Source objects, with their counterparts, that are not to be processed (R19).
    pub excluded: u64,
    /// Objects and pairs left out because they are busy (R5).
    pub busy: u64,
}

impl Situations {
    /// How many objects or pairs are in `situation`.
    #[must_use]
    pub const fn count(&self, situation: Situation) -> u64 {
        match situation {
            Situation::BothEqual => self.both_equal,
            Situation::BothDiffer => self.both_differ,
            Situation::LeftOnly => self.left_only,
            Situation::RightOnly => self.right_only,
            Situation::Ambiguous => self.ambiguous,
            Situation::Outstanding => self.outstanding,
        }
    }

    fn to_json(self) -> Json {
        let mut json: Map<String, Json> = Situation::ALL
            .into_iter()
            .map(|situation| (situation.id().to_owned(), self.count(situation).into()))
            .collect();
        json.insert("outstanding_returned".to_owned(), self.outstanding_returned.into());
        json.insert("skipped".to_owned(), self.skipped.into());
        json.insert("excluded".to_owned(), self.excluded.into());
        json.insert("busy".to_owned(), self.busy.into());
        Json::Object(json)
    }
}

/// Objects per processing method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Writes {
    /// Inserted objects.
    pub insert: u64,
    /// Updated objects.
    pub update: u64,
    /// Deleted objects.
    pub delete: u64,
    /// Objects labelled as outstanding.
    pub mark_outstanding: u64,
    /// Objects whose label was taken off.
    pub reset_outstanding: u64,
    /// Objects in error.
    pub failed: u64,
}

impl Writes {
    /// Objects written by any method.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.insert + self.update + self.delete + self.mark_outstanding + self.reset_outstanding
    }

    /// Objects written by `method`.
    #[must_use]
    pub const fn count(&self, method: Method) -> u64 {
        match method {
            Method::Ignore => 0,
            Method::Insert => self.insert,
            Method::Update => self.update,
            Method::Delete => self.delete,
            Method::MarkOutstanding => self.mark_outstanding,
            Method::ResetOutstanding => self.reset_outstanding,
        }
    }

    /// Counts `objects` more for `method`.
    pub const fn add(&mut self, method: Method, objects: u64) {
        match method {
            Method::Ignore => {}
            Method::Insert => self.insert += objects,
            Method::Update => self.update += objects,
            Method::Delete => self.delete += objects,
            Method::MarkOutstanding => self.mark_outstanding += objects,
            Method::ResetOutstanding => self.reset_outstanding += objects,
        }
    }

    fn to_json(self) -> Json {
        json!({
            "insert": self.insert,
            "update": self.update,
            "delete": self.delete,
            "mark_outstanding": self.mark_outstanding,
            "reset_outstanding": self.reset_outstanding,
            "failed": self.failed,
        })
    }
}

/// A quota that a change list exceeds (F3).
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaExceeded {
    /// The method.
    pub method: Method,
    /// Objects that it would write.
    pub planned: u64,
    /// Objects that it may write.
    pub allowed: u64,
    /// Why so few: the quota in words.
    pub reason: String,
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageLevel {
    /// For information.
    Info,
    /// Something to look at; nothing is lost.
    Warning,
    /// An object, or the step, could not be processed.
    Error,
}

impl MessageLevel {
    /// The level in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level with that [`MessageLevel::id`].
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|level| level.id() == id)
    }
}

/// One line of the synchronization log (L1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How serious it is.
    pub level: MessageLevel,
    /// Stable code, `SW-…`.
    pub code: String,
    /// What happened.
    pub text: String,
    /// The object, if it is about one.
    pub object: Option<String>,
    /// The property, if it is about one.
    pub property: Option<String>,
    /// The rule, if it is about one.
    pub rule: Option<String>,
}

impl Message {
    /// The message as in the JSON of the command line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "level": self.level.id(),
            "code": self.code,
            "text": self.text,
            "object": self.object,
            "property": self.property,
            "rule": self.rule,
        })
    }
}

impl RunReport {
    /// Exit code of the command line for this report.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if let Some(failure) = &self.failure {
            return failure.exit_code;
        }
        match self.run.status {
            RunStatus::Done | RunStatus::Running => 0,
            RunStatus::DoneWithErrors => 1,
            RunStatus::QuotaExceeded => 3,
            RunStatus::Failed | RunStatus::Interrupted => 4,
            RunStatus::Frozen => 5,
            RunStatus::Cancelled => 130,
        }
    }

    /// Objects written, or planned, by all steps.
    #[must_use]
    pub fn total_writes(&self) -> u64 {
        self.steps.iter().map(|step| step.writes.total()).sum()
    }

    /// The report as the JSON document of the command line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "run": self.run.to_json(),
            "steps": self.steps.iter().map(StepReport::to_json).collect::<Vec<_>>(),
            "failure": self.failure.as_ref().map(Failure::to_json),
        })
    }
}

impl RunHeader {
    /// The header as in the JSON of the command line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "id": self.id,
            "kind": self.kind.id(),
            "project": self.project,
            "start_up": self.start_up,
            "workflow": self.workflow,
            "direction": self.direction.id(),
            "status": self.status.id(),
            "started": self.started.to_string(),
            "ended": self.ended.map(|ended| ended.to_string()),
            "started_by": self.started_by,
        })
    }
}

impl Failure {
    /// The failure as in the JSON of the command line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({ "code": self.code, "text": self.text, "help": self.help, "exit_code": self.exit_code })
    }

    /// A failure from [`Failure::to_json`].
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        Self {
            code: text("code").unwrap_or_default(),
            text: text("text").unwrap_or_default(),
            help: text("help"),
            exit_code: json
                .get("exit_code")
                .and_then(Json::as_u64)
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(4),
        }
    }
}

impl StepReport {
    /// The step as people know it, with the pass if it is not the main one.
    #[must_use]
    pub fn title(&self) -> String {
        match self.pass {
            StepPass::Main => self.step.clone(),
            pass => format!("{} · {}", self.step, pass.label()),
        }
    }

    /// Situations and writes, as in the JSON of the command line.
    pub(super) fn summary_json(&self) -> Json {
        json!({
            "pass": self.pass.id(),
            "situations": self.situations.to_json(),
            "writes": self.writes.to_json(),
        })
    }

    fn to_json(&self) -> Json {
        json!({
            "step": self.step,
            "pass": self.pass.id(),
            "mapping": self.mapping,
            "direction": self.direction.id(),
            "left_objects": self.left_objects,
            "right_objects": self.right_objects,
            "situations": self.situations.to_json(),
            "writes": self.writes.to_json(),
            "quota_exceeded": self.quota_exceeded.iter().map(|quota| json!({
                "method": quota.method.id(),
                "planned": quota.planned,
                "allowed": quota.allowed,
                "reason": quota.reason,
            })).collect::<Vec<_>>(),
            "changes": self.changes.iter().map(|change| change.to_json()).collect::<Vec<_>>(),
            "messages": self.messages.iter().map(Message::to_json).collect::<Vec<_>>(),
        })
    }
}
