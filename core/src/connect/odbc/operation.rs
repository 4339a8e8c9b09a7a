//! Timeouts and rate limits per kind of operation (F16).
//!
//! Limits hold for a system as a whole, so the times of requests are kept per system, not per connection. A
//! request is one call: a block of rows that is written together counts once.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    connect::{ConnectError, ErrorKind},
    expr::OperationKind,
    progress::CancelToken,
    project::{Connection, OperationLimits, RateLimit},
};

/// How often somebody who waits looks at the cancel switch.
const LOOK: Duration = Duration::from_millis(20);

/// How much longer than the query timeout is waited here.
const AFTER_THE_DATABASE: Duration = Duration::from_secs(1);

/// When the last requests of each kind began, by system.
type Requests = HashMap<(String, Operation), VecDeque<Instant>>;

static REQUESTS: Mutex<Option<Requests>> = Mutex::new(None);

/// Kind of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Inserting.
    Create,
    /// Updating.
    Update,
    /// Deleting.
    Delete,
    /// Reading many.
    Search,
    /// Reading by key.
    Get,
    /// Testing the connection.
    Test,
    /// Reading the catalog.
    Schema,
    /// Initial SQL.
    Script,
}

impl Operation {
    /// All kinds.
    const ALL: [Self; 8] = [
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Search,
        Self::Get,
        Self::Test,
        Self::Schema,
        Self::Script,
    ];

    /// Name in project files.
    const fn id(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Search => "search",
            Self::Get => "get",
            Self::Test => "test",
            Self::Schema => "schema",
            Self::Script => "script",
        }
    }
}

/// The kinds of operations that limits can be set for, as project files name them.
pub fn operation_kinds() -> impl Iterator<Item = &'static str> {
    Operation::ALL.into_iter().map(Operation::id)
}

/// Longest time that something may take, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The query timeout of the connection, in seconds. The database is told it, too, where its driver can.
    Query(u32),
    /// A limit of the kind of operation, or one of this program; heeded here.
    Own(Duration),
}

impl Limit {
    /// How long is waited here.
    pub fn time(self) -> Duration {
        match self {
            // The database's own end of the statement gives the better text, and leaves less behind: it goes first.
            Self::Query(seconds) => Duration::from_secs(seconds.into()) + AFTER_THE_DATABASE,
            Self::Own(time) => time,
        }
    }

    /// What a driver is told.
    pub const fn query_timeout(self) -> Option<u32> {
        match self {
            Self::Query(seconds) => Some(seconds),
            Self::Own(_) => None,
        }
    }
}

/// Limits of one connection.
#[derive(Debug, Clone, Default)]
pub struct OperationTimes {
    system: String,
    limits: BTreeMap<String, OperationLimits>,
    query_timeout: Option<u32>,
}

impl From<OperationKind> for Operation {
    /// A data operation counts as what it is done in place of.
    fn from(kind: OperationKind) -> Self {
        match kind {
            OperationKind::Insert => Self::Create,
            OperationKind::Update => Self::Update,
            OperationKind::Delete => Self::Delete,
        }
    }
}

impl OperationTimes {
    /// The limits that a connection sets.
    pub fn of(connection: &Connection) -> Self {
        Self {
            system: connection.system_identifier.clone(),
            limits: connection.operation_limits.clone(),
            query_timeout: connection.query_timeout_secs.filter(|seconds| *seconds > 0),
        }
    }

    /// Longest time that one operation may take: its own limit, else the query timeout.
    pub fn limit(&self, operation: Operation) -> Option<Limit> {
        match self.limits.get(operation.id()).map(|limits| u64::try_from(limits.timeout_ms)) {
            Some(Ok(milliseconds)) => Some(Limit::Own(Duration::from_millis(milliseconds))),
            // A negative timeout is none, whatever the query timeout says.
            Some(Err(_)) => None,
            None => self.query_timeout.map(Limit::Query),
        }
    }

    /// Seconds after which a session may end every statement, whatever it is for: the query timeout, or a limit
    /// of operations that is longer; `None` if some have no limit.
    pub fn session_limit(&self) -> Option<u32> {
        let query_timeout = self.query_timeout?;
        let limits = Operation::ALL.into_iter().map(|operation| match self.limit(operation)? {
            Limit::Query(seconds) => Some(seconds),
            Limit::Own(time) => u32::try_from(time.as_millis().div_ceil(1000)).ok(),
        });
        limits.collect::<Option<Vec<u32>>>()?.into_iter().chain([query_timeout]).max()
    }

    /// Waits until the operation may begin; gives the longest time that it may take.
    ///
    /// # Errors
    ///
    /// If that would take longer than the rate limit allows, or on cancel.
    pub fn begin(
        &self,
        operation: Operation,
        label: &str,
        cancel: &CancelToken,
    ) -> Result<Option<Limit>, ConnectError> {
        if let Some(rate) = self.limits.get(operation.id()).and_then(|limits| limits.rate.as_ref()) {
            self.wait_for_turn(operation, rate, label, cancel)?;
        }
        Ok(self.limit(operation))
    }

    fn wait_for_turn(
        &self,
        operation: Operation,
        rate: &RateLimit,
        label: &str,
        cancel: &CancelToken,
    ) -> Result<(), ConnectError> {
        let since = Instant::now();
        while let Some(wait) = self.take_turn(operation, rate) {
            if cancel.is_cancelled() {
                let text = format!("waiting for the rate limit of {} was cancelled", operation.id());
                return Err(ConnectError::new(ErrorKind::Cancelled, label, text));
            }
            if since.elapsed() + wait > Duration::from_millis(rate.wait_ms) {
                let text = format!(
                    "the rate limit of {} allows {} requests in {} ms; the next one would have to wait longer \
                     than {} ms",
                    operation.id(),
                    rate.requests,
                    rate.period_ms,
                    rate.wait_ms
                );
                return Err(ConnectError::new(ErrorKind::Timeout, label, text).with_help(
                    "raise the rate limit or the wait in the operation limits of the connection",
                ));
            }
            thread::sleep(wait.min(LOOK));
        }
        Ok(())
    }

    /// Notes a request if it may begin now; else gives the time until it may.
    fn take_turn(&self, operation: Operation, rate: &RateLimit) -> Option<Duration> {
        let period = Duration::from_millis(rate.period_ms);
        let mut requests = REQUESTS.lock().unwrap_or_else(PoisonError::into_inner);
        let begun =
            requests.get_or_insert_with(HashMap::new).entry((self.system.clone(), operation)).or_default();
        while begun.front().is_some_and(|first| first.elapsed() >= period) {
            begun.pop_front();
        }
        match begun.front() {
            Some(first) if begun.len() >= rate.requests.max(1) as usize => {
                Some(period.saturating_sub(first.elapsed()))
            }
            _ => {
                begun.push_back(Instant::now());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(system: &str, period_ms: u64, wait_ms: u64) -> OperationTimes {
        let rate = RateLimit { requests: 2, period_ms, wait_ms };
        let limits = OperationLimits { timeout_ms: -1, rate: Some(rate) };
        OperationTimes {
            system: system.to_owned(),
            limits: BTreeMap::from([("create".to_owned(), limits)]),
            query_timeout: Some(9),
        }
    }

    #[test]
    fn the_third_request_waits_for_the_period() {
        let times = limited("waits", 120, 1000);
        let begin = Instant::now();
        for _ in 0..3 {
            times.begin(Operation::Create, "x", &CancelToken::default()).expect("may begin");
        }
        assert!(begin.elapsed() >= Duration::from_millis(110), "{:?}", begin.elapsed());
    }

    #[test]
    fn whoever_would_wait_too_long_is_told() {
        // The period must not be over before the third request, however busy the machine is.
        let times = limited("told", 60_000, 10);
        for _ in 0..2 {
            times.begin(Operation::Create, "x", &CancelToken::default()).expect("may begin");
        }
        let error = times.begin(Operation::Create, "x", &CancelToken::default()).expect_err("too many");
        assert_eq!(error.kind, ErrorKind::Timeout);
        assert!(error.text.contains("2 requests in 60000 ms"), "{error}");
        assert!(times.begin(Operation::Delete, "x", &CancelToken::default()).is_ok());
    }

    #[test]
    fn a_negative_timeout_is_none() {
        let times = limited("negative", 120, 10);
        assert_eq!(times.limit(Operation::Create), None);
        assert_eq!(times.limit(Operation::Search), Some(Limit::Query(9)));
        assert_eq!(times.session_limit(), None);
    }

    #[test]
    fn a_session_allows_what_its_longest_operation_may_take() {
        let mut times = OperationTimes { query_timeout: Some(9), ..OperationTimes::default() };
        assert_eq!(times.session_limit(), Some(9));
        let mut set = |kind: &str, timeout_ms| {
            times.limits.insert(kind.to_owned(), OperationLimits { timeout_ms, rate: None });
            times.session_limit()
        };
        assert_eq!(set("search", 100), Some(9));
        assert_eq!(set("schema", 60_001), Some(61));
        assert_eq!(set("create", -1), None);
        assert_eq!(OperationTimes::default().session_limit(), None);
    }
}
