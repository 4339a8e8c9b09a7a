//! Background work: a few named threads, one bounded queue, a handle per job.
//!
//! The window hands a closure over and polls the handle each frame; it never waits. A job tells its
//! progress, can be asked to stop, and wakes the window when there is something to see. Every job has its
//! own result channel, so the late result of a job that nobody holds any more goes nowhere. A panic in a job
//! becomes an error with a report.

mod job;
mod progress;

pub use self::job::{JobError, JobHandle};

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use egui::Context;
use syncwright_core::progress::CancelToken;

use self::progress::{Reporter, Shared};

/// What a job is given: where to tell progress, and whether to stop.
pub struct JobContext {
    /// Where to tell progress.
    pub progress: Reporter,
    /// Whether to stop.
    pub cancel: CancelToken,
}

type Task = Box<dyn FnOnce() + Send>;

/// Threads that work while the window stays responsive.
pub struct Worker {
    queue: Sender<Task>,
    ctx: Context,
}

/// Long runs must not keep the short jobs (loading, filtering, checking) from being done.
const THREADS: usize = 4;
/// More waiting jobs than this means that something asks without end.
const QUEUE: usize = 64;

impl Worker {
    /// Starts the threads; they end when the worker is dropped and their jobs are done.
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        let (queue, tasks) = bounded::<Task>(QUEUE);
        for number in 1..=THREADS {
            let tasks: Receiver<Task> = tasks.clone();
            let spawned = thread::Builder::new()
                .name(format!("syncwright-worker-{number}"))
                .spawn(move || tasks.iter().for_each(|task| task()));
            if let Err(error) = spawned {
                tracing::error!("cannot start worker thread {number}: {error}");
            }
        }
        Self { queue, ctx: ctx.clone() }
    }

    /// Hands a job over. `title` names it to people.
    pub fn spawn<T, F>(&self, title: impl Into<String>, work: F) -> JobHandle<T>
    where
        T: Send + 'static,
        F: FnOnce(&JobContext) -> T + Send + 'static,
    {
        let title = title.into();
        let cancel = CancelToken::default();
        let shared = Shared::default();
        let (sender, receiver) = bounded(1);
        let context =
            JobContext { progress: Reporter::new(shared.clone(), self.ctx.clone()), cancel: cancel.clone() };
        let (ctx, name, reply) = (self.ctx.clone(), title.clone(), sender.clone());
        let task: Task = Box::new(move || {
            let result = if context.cancel.is_cancelled() {
                Err(JobError::Cancelled)
            } else {
                catch_unwind(AssertUnwindSafe(|| work(&context)))
                    .map_err(|panic| JobError::Panicked { title: name, report: panic_text(panic.as_ref()) })
            };
            // An error means that nobody waits for the result any more.
            let _ = reply.send(result);
            ctx.request_repaint();
        });
        if self.queue.try_send(task).is_err() {
            let _ = sender.send(Err(JobError::QueueFull { title: title.clone() }));
        }
        JobHandle::new(title, receiver, shared, cancel)
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use syncwright_core::progress::Progress as _;

    use super::*;

    fn wait<T>(handle: &mut JobHandle<T>) -> Result<T, JobError> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) {
            if let Some(result) = handle.poll() {
                return result;
            }
            thread::sleep(Duration::from_millis(1));
        }
        Err(JobError::Lost { title: "a job that does not end".to_owned() })
    }

    #[test]
    fn a_job_gives_its_result_and_progress() {
        let worker = Worker::new(&Context::default());
        let mut handle = worker.spawn("Count", |job| {
            job.progress.phase("Counting");
            job.progress.advance(3, Some(4));
            42
        });
        assert_eq!(wait(&mut handle).ok(), Some(42));
        let progress = handle.progress();
        assert_eq!(progress.phase, "Counting");
        assert_eq!(progress.part(), Some(0.75));
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let worker = Worker::new(&Context::default());
        let mut handle: JobHandle<()> = worker.spawn("Break", |_| panic!("broken on purpose"));
        let Err(error) = wait(&mut handle) else { panic!("the panic was lost") };
        assert!(error.to_string().contains("broken on purpose"), "{error}");
    }

    #[test]
    fn a_dropped_handle_cancels_its_job() {
        let worker = Worker::new(&Context::default());
        let (told, hear) = bounded(2);
        let handle = worker.spawn("Wait", move |job| {
            // A job that is cancelled before it begins never does; this one shall be in the middle.
            let _ = told.send(());
            while !job.cancel.is_cancelled() {
                thread::sleep(Duration::from_millis(1));
            }
            let _ = told.send(());
        });
        assert!(hear.recv_timeout(Duration::from_secs(10)).is_ok(), "it begins");
        drop(handle);
        assert!(hear.recv_timeout(Duration::from_secs(10)).is_ok());
    }
}
