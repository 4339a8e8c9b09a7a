//! A connection on a thread of its own, so that nobody waits for a driver longer than they want to.
//!
//! Drivers block, some of them for minutes when a network is gone. The thread owns the connection; callers
//! send it work and wait for the answer, looking at their cancel switch and at the clock meanwhile. Work that
//! is to stop is cancelled in the driver; if even that does not help, the session is given up: its thread
//! ends, and closes the connection, when the driver lets it.

use std::{
    borrow::Cow,
    cell::Cell,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use arrow::array::RecordBatch;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use odbc_api::{
    Connection, ConnectionOptions, Cursor as _, Preallocated, Prepared, environment, handles::StatementImpl,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    cancel::Canceller,
    cursor::of_statement_used_once,
    diagnostics::{Diagnosis, Speaker},
    lengths,
    operation::Limit,
    spelling,
};
use crate::{
    connect::{ConnectError, ErrorKind, Flow},
    progress::CancelToken,
};

/// How often a waiting caller looks at its cancel switch.
const LOOK: Duration = Duration::from_millis(20);
/// How long a cancelled statement may take to end before the session is given up.
const GRACE: Duration = Duration::from_millis(700);
/// What to do about a query timeout.
const QUERY_TIMEOUT_HELP: &str =
    "look at the load of the database, or give the connection a longer `query_timeout_secs`";
/// Blocks that may wait between the driver's thread and the caller.
const BLOCKS_IN_FLIGHT: usize = 2;

/// What the thread of a session works with.
pub struct Link {
    /// The connection; dropped first, on this thread.
    pub connection: Connection<'static>,
    /// For errors.
    pub speaker: Arc<Speaker>,
    /// Knows the statement that executes.
    pub canceller: Arc<Canceller>,
    /// What the present work may take, and since when it is done.
    query_timeout: Cell<Option<QueryTimeout>>,
}

/// A query timeout that is running.
#[derive(Debug, Clone, Copy)]
struct QueryTimeout {
    seconds: u32,
    since: Instant,
}

impl Link {
    /// An error of the driver while `doing` something.
    pub fn error(&self, doing: &str, error: &odbc_api::Error) -> ConnectError {
        let error = self.speaker.error(doing, error);
        match self.query_timeout.get() {
            // Whether a statement was cancelled or took too long some databases tell only in their own language.
            Some(QueryTimeout { seconds, since })
                if matches!(error.kind, ErrorKind::Timeout | ErrorKind::Cancelled)
                    && since.elapsed() >= Duration::from_secs(seconds.into()) =>
            {
                let text = format!("the query timeout of {seconds} s is over: {}", error.text);
                self.speaker.own(ErrorKind::Timeout, text).with_help(QUERY_TIMEOUT_HELP)
            }
            _ => error,
        }
    }

    /// A new statement, which the driver ends after the query timeout if it can.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub fn statement(&self) -> Result<Preallocated<StatementImpl<'_>>, odbc_api::Error> {
        let mut statement = self.connection.preallocate()?;
        if let Some(seconds) = self.seconds() {
            // A driver that does not know the attribute is stopped from here.
            drop(statement.set_query_timeout_sec(seconds));
        }
        Ok(statement)
    }

    /// A prepared statement, which the driver ends after the query timeout if it can.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub fn prepare(&self, sql: &str) -> Result<Prepared<StatementImpl<'_>>, odbc_api::Error> {
        let mut statement = self.connection.prepare(&self.spelled(sql))?;
        if let Some(seconds) = self.seconds() {
            drop(statement.set_query_timeout_sec(seconds));
        }
        Ok(statement)
    }

    /// The query timeout that is running.
    fn seconds(&self) -> Option<usize> {
        self.query_timeout.get().map(|timeout| timeout.seconds as usize)
    }

    /// From now on statements are for work that may take so long.
    fn begin(&self, limit: Option<Limit>) {
        let seconds = limit.and_then(Limit::query_timeout);
        self.query_timeout.set(seconds.map(|seconds| QueryTimeout { seconds, since: Instant::now() }));
    }

    /// A statement as it has to be spelled for the driver manager.
    pub fn spelled<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        spelling::for_manager(self.speaker.dialect, sql)
    }

    /// Executes a statement without parameters and without a result that anybody wants.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub fn execute(&self, doing: &str, sql: &str) -> Result<(), ConnectError> {
        let failed = |error: odbc_api::Error| self.error(doing, &error);
        let mut statement = self.statement().map_err(failed)?;
        self.canceller
            .while_running(&mut statement, |statement| {
                let Some(cursor) = statement.execute(&self.spelled(sql), ())? else { return Ok(()) };
                // Some drivers do what a statement with a result says only when its rows are asked for.
                let mut cursor = of_statement_used_once(cursor);
                while cursor.next_row()?.is_some() {}
                Ok(())
            })
            .map_err(failed)
    }
}

impl Link {
    /// Takes everything back that was not committed.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub fn roll_back(&self) -> Result<(), ConnectError> {
        let doing = "rolling back";
        let Err(error) = self.connection.rollback() else { return Ok(()) };
        let diagnosis = Diagnosis::of(&error);
        match diagnosis.and_then(|diagnosis| self.speaker.dialect.begin_what_is_rolled_back(&diagnosis)) {
            Some(begin) => {
                self.execute(doing, begin)?;
                self.connection.rollback().map_err(|error| self.error(doing, &error))
            }
            None => Err(self.error(doing, &error)),
        }
    }
}

type Job = Box<dyn FnOnce(&Link) + Send>;

/// How long a caller waits.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// Who stops it.
    pub cancel: Option<&'a CancelToken>,
    /// Longest time until an answer, or until the next block of one.
    pub limit: Option<Limit>,
}

impl Patience<'_> {
    fn is_over(&self, since: Instant) -> Option<ErrorKind> {
        if self.cancel.is_some_and(CancelToken::is_cancelled) {
            return Some(ErrorKind::Cancelled);
        }
        self.limit.filter(|limit| since.elapsed() >= limit.time()).map(|_| ErrorKind::Timeout)
    }
}

/// A connection and its thread.
pub struct Session {
    /// None once the session is given up or its thread ended.
    jobs: Option<Sender<Job>>,
    speaker: Arc<Speaker>,
    canceller: Arc<Canceller>,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    ///
    /// What the driver says; a timeout if it says nothing within `login_timeout`.
    pub fn connect(
        connection_string: SecretString,
        speaker: Speaker,
        login_timeout: Duration,
        cancel: Option<&CancelToken>,
    ) -> Result<Self, ConnectError> {
        let speaker = Arc::new(speaker);
        let canceller = Arc::new(Canceller::default());
        let (jobs, queue) = bounded::<Job>(1);
        let (connected, answer) = bounded(1);
        let (own_speaker, own_canceller) = (Arc::clone(&speaker), Arc::clone(&canceller));
        thread::Builder::new()
            .name("odbc".to_owned())
            .spawn(move || match connect(&connection_string, &own_speaker, login_timeout) {
                Ok(connection) => {
                    drop(connection_string);
                    if connected.send(Ok(())).is_ok() {
                        let link = Link {
                            connection,
                            speaker: own_speaker,
                            canceller: own_canceller,
                            query_timeout: Cell::new(None),
                        };
                        queue.into_iter().for_each(|job| job(&link));
                        close(link);
                    }
                }
                Err(error) => drop(connected.send(Err(error))),
            })
            .map_err(|error| speaker.own(ErrorKind::Other, format!("cannot start a thread: {error}")))?;
        let mut session = Self { jobs: Some(jobs), speaker, canceller };
        // The driver's own timeout gives the better text: it goes first.
        let limit = Some(Limit::Own(login_timeout + Duration::from_secs(1)));
        session.wait(&answer, "connecting", Patience { cancel, limit })??;
        Ok(session)
    }

    /// False once the session was given up.
    pub const fn is_alive(&self) -> bool {
        self.jobs.is_some()
    }

    /// Has work done with the connection.
    ///
    /// # Errors
    ///
    /// What the work says; timeout, cancel, or that the session was lost.
    pub fn call<R: Send + 'static>(
        &mut self,
        doing: &str,
        patience: Patience<'_>,
        work: impl FnOnce(&Link) -> Result<R, ConnectError> + Send + 'static,
    ) -> Result<R, ConnectError> {
        let (answer, answered) = bounded(1);
        // Nobody to answer: the caller has given up.
        let limit = patience.limit;
        let job = move |link: &Link| {
            link.begin(limit);
            drop(answer.send(work(link)));
        };
        self.send(doing, Box::new(job))?;
        self.wait(&answered, doing, patience)?
    }

    /// Has objects read, block by block into `sink` until that says stop.
    ///
    /// # Errors
    ///
    /// As [`Session::call`].
    pub fn stream(
        &mut self,
        doing: &str,
        patience: Patience<'_>,
        work: impl FnOnce(&Link, &mut dyn FnMut(RecordBatch) -> Flow) -> Result<(), ConnectError> + Send + 'static,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        let (blocks, received) = bounded::<Result<Option<RecordBatch>, ConnectError>>(BLOCKS_IN_FLIGHT);
        let limit = patience.limit;
        let job = move |link: &Link| {
            link.begin(limit);
            let mut forward = |block| match blocks.send(Ok(Some(block))) {
                Ok(()) => Flow::Continue,
                Err(_) => Flow::Stop,
            };
            let result = work(link, &mut forward);
            drop(blocks.send(result.map(|()| None)));
        };
        self.send(doing, Box::new(job))?;
        loop {
            match self.wait(&received, doing, patience)?? {
                None => return Ok(()),
                Some(block) => {
                    if sink(block) == Flow::Stop {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn send(&self, doing: &str, job: Job) -> Result<(), ConnectError> {
        match &self.jobs {
            Some(jobs) if jobs.send(job).is_ok() => Ok(()),
            _ => Err(self.lost(doing)),
        }
    }

    fn wait<T>(
        &mut self,
        answer: &Receiver<T>,
        doing: &str,
        patience: Patience<'_>,
    ) -> Result<T, ConnectError> {
        let since = Instant::now();
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Disconnected) => {
                    self.jobs = None;
                    return Err(self.lost(doing));
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(kind) = patience.is_over(since) {
                        self.stop(answer);
                        return Err(self.stopped(doing, kind, patience.limit, since.elapsed()));
                    }
                }
            }
        }
    }

    /// Stops what the driver is doing; if it does not, gives the session up.
    fn stop<T>(&mut self, answer: &Receiver<T>) {
        let until = Instant::now() + GRACE;
        let cancelled = self.cancel();
        // Blocks that were under way may still come in front of the end.
        while let Ok(_block) = answer.recv_deadline(until) {}
        // Nor must what is cancelled late be the next statement.
        if Instant::now() >= until || cancelled.recv_deadline(until).is_err() {
            self.jobs = None;
        }
    }

    /// Has the driver asked to stop; tells when it was. On a thread of its own: some drivers send a message
    /// to the server, and wait for ever when the network is gone.
    fn cancel(&self) -> Receiver<()> {
        let canceller = Arc::clone(&self.canceller);
        let (done, told) = bounded(1);
        let cancel = move || {
            canceller.cancel();
            done.send(()).ok();
        };
        // Without a thread nobody tells, and the session is given up.
        drop(thread::Builder::new().name("odbc-cancel".to_owned()).spawn(cancel));
        told
    }

    fn stopped(&self, doing: &str, kind: ErrorKind, limit: Option<Limit>, after: Duration) -> ConnectError {
        if kind != ErrorKind::Timeout {
            return self.speaker.own(kind, format!("{doing} was cancelled"));
        }
        if let Some(seconds) = limit.and_then(Limit::query_timeout) {
            let text = format!("{doing} took longer than the query timeout of {seconds} s and was stopped");
            return self.speaker.own(kind, text).with_help(QUERY_TIMEOUT_HELP);
        }
        let text = format!("{doing} took longer than {:.1} seconds and was stopped", after.as_secs_f64());
        self.speaker.own(kind, text)
    }

    fn lost(&self, doing: &str) -> ConnectError {
        let text = format!("{doing} failed: the connection was given up after an earlier error");
        ConnectError { transient: true, ..self.speaker.own(ErrorKind::Connection, text) }
    }
}

fn connect(
    connection_string: &SecretString,
    speaker: &Speaker,
    login_timeout: Duration,
) -> Result<Connection<'static>, ConnectError> {
    let failed = |error: odbc_api::Error| speaker.error("connecting", &error);
    let seconds = u32::try_from(login_timeout.as_secs().max(1)).unwrap_or(u32::MAX);
    let options = ConnectionOptions { login_timeout_sec: Some(seconds), ..ConnectionOptions::default() };
    let connection = environment()
        .map_err(failed)?
        .connect_with_connection_string(
            &spelling::bytes_as_characters(speaker.dialect, connection_string.expose_secret()),
            options,
        )
        .map_err(failed)?;
    lengths::check(&connection, speaker)?;
    Ok(connection)
}

/// Closes a connection; what was not committed is taken back.
fn close(link: Link) {
    // Some drivers refuse to disconnect within a transaction.
    drop(link.roll_back());
    drop(link);
}
