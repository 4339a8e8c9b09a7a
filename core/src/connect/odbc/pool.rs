//! Connections that are kept for the next user (C5).
//!
//! One pool per way to connect. A session that comes back healthy stays for a while; a caller that finds
//! none, and may not open one more, waits.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::session::Session;
use crate::{
    connect::{ConnectError, ErrorKind},
    progress::CancelToken,
    project::Pool as PoolSettings,
};

/// Connections of one kind at a time, if the project does not say.
const DEFAULT_MAX: u32 = 16;
/// Time that an idle connection is kept, if the project does not say.
const DEFAULT_IDLE: Duration = Duration::from_secs(30);
/// Time to wait for a free connection, if the project does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);
/// How often somebody who waits looks at the cancel switch.
const LOOK_FOR_CANCEL: Duration = Duration::from_millis(50);
/// How often idle connections are looked at.
const LOOK: Duration = Duration::from_secs(5);

static POOLS: Mutex<Option<HashMap<String, Arc<Pool>>>> = Mutex::new(None);

/// Sessions of one way to connect.
pub struct Pool {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Idle>,
    /// Idle and in use.
    open: u32,
    limits: Limits,
    /// A connection could be opened some time.
    has_worked: bool,
    /// A thread closes sessions that were idle for too long.
    watched: bool,
}

struct Idle {
    session: Session,
    since: Instant,
}

#[derive(Clone, Copy)]
struct Limits {
    max: u32,
    min_idle: usize,
    idle: Duration,
    wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max: DEFAULT_MAX, min_idle: 0, idle: DEFAULT_IDLE, wait: DEFAULT_WAIT }
    }
}

impl Limits {
    fn of(settings: Option<&PoolSettings>) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        settings.map_or_else(Self::default, |settings| Self {
            max: settings.max.max(1),
            min_idle: settings.min_idle as usize,
            idle: settings.idle_timeout_secs.map_or(DEFAULT_IDLE, seconds),
            wait: settings.wait_timeout_secs.map_or(DEFAULT_WAIT, seconds),
        })
    }
}

/// A session on loan.
pub struct Lease {
    session: Option<Session>,
    /// Time that the session lay idle before; none if it is new.
    pub idle_for: Option<Duration>,
    pool: Arc<Pool>,
    /// False once the session must not be used by anybody else.
    pub reusable: bool,
}

/// The pool of a way to connect; `way` tells apart whatever makes connections differ.
pub fn pool(way: &str, settings: Option<&PoolSettings>) -> Arc<Pool> {
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let pools = pools.get_or_insert_with(HashMap::new);
    let pool = pools
        .entry(way.to_owned())
        .or_insert_with(|| Arc::new(Pool { state: Mutex::new(State::default()), freed: Condvar::new() }));
    pool.lock().limits = Limits::of(settings);
    Arc::clone(pool)
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if a connection could be opened some time.
    pub fn has_worked(&self) -> bool {
        self.lock().has_worked
    }

    /// An idle session, or a new one that `connect` makes.
    ///
    /// # Errors
    ///
    /// What `connect` says, a timeout if no connection gets free, or on cancel.
    pub fn lease(
        self: &Arc<Self>,
        label: &str,
        cancel: &CancelToken,
        connect: impl FnOnce() -> Result<Session, ConnectError>,
    ) -> Result<Lease, ConnectError> {
        let mut state = self.lock();
        let limits = state.limits;
        let since = Instant::now();
        while state.idle.is_empty() && state.open >= limits.max {
            if cancel.is_cancelled() {
                let text = "waiting for a free connection was cancelled";
                return Err(ConnectError::new(ErrorKind::Cancelled, label, text));
            }
            let rest = limits.wait.saturating_sub(since.elapsed());
            if rest.is_zero() {
                return Err(none_free(label, limits));
            }
            let waited = self.freed.wait_timeout(state, rest.min(LOOK_FOR_CANCEL));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(Idle { session, since }) = state.idle.pop() {
            return Ok(self.lend(session, Some(since.elapsed())));
        }
        state.open += 1;
        drop(state);
        match connect() {
            Ok(session) => {
                self.lock().has_worked = true;
                Ok(self.lend(session, None))
            }
            Err(error) => {
                self.lock().open -= 1;
                self.freed.notify_one();
                Err(error)
            }
        }
    }

    fn lend(self: &Arc<Self>, session: Session, idle_for: Option<Duration>) -> Lease {
        Lease { session: Some(session), idle_for, pool: Arc::clone(self), reusable: true }
    }

    fn give_back(self: &Arc<Self>, session: Session, reusable: bool) {
        let mut state = self.lock();
        if reusable && session.is_alive() {
            state.idle.push(Idle { session, since: Instant::now() });
            if !state.watched {
                state.watched = self.watch();
            }
        } else {
            state.open -= 1;
        }
        drop(state);
        self.freed.notify_one();
    }

    /// Starts the thread that closes idle sessions; it ends when there are none.
    fn watch(self: &Arc<Self>) -> bool {
        let pool = Arc::clone(self);
        let watch = move || {
            loop {
                thread::sleep(LOOK);
                if !pool.close_idle() {
                    return;
                }
            }
        };
        thread::Builder::new().name("odbc-pool".to_owned()).spawn(watch).is_ok()
    }

    /// Closes what was idle for too long; false if there is nothing left to look after.
    fn close_idle(&self) -> bool {
        let mut state = self.lock();
        let Limits { idle, min_idle, .. } = state.limits;
        let mut closed = Vec::new();
        // The oldest are in front.
        while state.idle.len() > min_idle
            && state.idle.first().is_some_and(|first| first.since.elapsed() >= idle)
        {
            closed.push(state.idle.remove(0));
            state.open -= 1;
        }
        state.watched = !state.idle.is_empty();
        let go_on = state.watched;
        drop(state);
        // Closing can take a while: not under the lock.
        drop(closed);
        go_on
    }
}

impl Lease {
    /// The session; there is one until the lease ends.
    pub const fn session(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    /// Ends the lease of a session that nobody must use any more, so that another one can be opened.
    pub fn end(&mut self) {
        if let Some(session) = self.session.take() {
            self.pool.give_back(session, false);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.pool.give_back(session, self.reusable);
        }
    }
}

fn none_free(label: &str, limits: Limits) -> ConnectError {
    ConnectError::new(
        ErrorKind::Timeout,
        label,
        format!("no connection got free within {} seconds; {} are in use", limits.wait.as_secs(), limits.max),
    )
    .with_help("allow more connections in the pool of the connection, or wait longer")
}
