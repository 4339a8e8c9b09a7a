//! Batches that were surely taken back (C5): a database gives one transaction of a deadlock up so that others
//! can go on, or the connection breaks before the commit was sent. Trying again helps.

use crate::{
    connect::{
        ConnectError, ErrorKind,
        retry::{PAUSES, one_line, wait},
    },
    progress::CancelToken,
};

/// Writes a batch of so many objects with `write`, and again if it was given up or its connection broke.
///
/// # Errors
///
/// What `write` says; of a deadlock or a broken connection only after all tries.
pub fn write_again(
    objects: usize,
    cancel: &CancelToken,
    mut write: impl FnMut() -> Result<(), ConnectError>,
) -> Result<(), ConnectError> {
    for pause in PAUSES {
        match write() {
            Err(error) if is_taken_back(&error) => {
                tracing::warn!(
                    error = one_line(&error),
                    ?pause,
                    "a batch was taken back as a whole; it is tried again"
                );
                if !wait(pause, cancel) {
                    let text = "writing was cancelled between two tries";
                    return Err(ConnectError::new(ErrorKind::Cancelled, &error.system, text));
                }
            }
            other => return other,
        }
    }
    write().map_err(|error| match error.kind {
        ErrorKind::Deadlock => lost(objects, error),
        _ => error,
    })
}

/// True if nothing of the batch is there, and the next try may succeed.
fn is_taken_back(error: &ConnectError) -> bool {
    error.kind == ErrorKind::Deadlock || (error.kind == ErrorKind::Connection && error.transient)
}

fn lost(objects: usize, error: ConnectError) -> ConnectError {
    let tries = PAUSES.len() + 1;
    ConnectError {
        text: format!(
            "a batch of {objects} object(s) lost against other transactions {tries} times in a row: {}",
            error.text
        ),
        ..error
    }
    .with_help(
        "what was committed before is kept; run again when fewer others write these tables, or with fewer objects \
         in a batch (bulk level of the start up configuration)",
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn error(kind: ErrorKind) -> Result<(), ConnectError> {
        Err(ConnectError::new(kind, "HR", "given up"))
    }

    /// Writes with these outcomes in turn; gives the tries and the result.
    fn tried(outcomes: &[Option<ErrorKind>]) -> (usize, Result<(), ConnectError>) {
        let mut tries = 0;
        let result = write_again(7, &CancelToken::default(), || {
            tries += 1;
            outcomes[tries - 1].map_or(Ok(()), error)
        });
        (tries, result)
    }

    #[test]
    fn deadlocks_are_tried_again() {
        let deadlock = Some(ErrorKind::Deadlock);
        assert!(matches!(tried(&[None]), (1, Ok(()))));
        assert!(matches!(tried(&[deadlock, deadlock, deadlock, None]), (4, Ok(()))));
        let (tries, result) = tried(&[deadlock; 4]);
        let error = result.unwrap_err();
        assert_eq!((tries, error.kind), (4, ErrorKind::Deadlock));
        assert!(error.text.contains("7 object(s)") && error.text.ends_with("given up"), "{error}");
        assert!(error.help.unwrap().contains("run again"));
    }

    #[test]
    fn other_errors_are_not() {
        for kind in [ErrorKind::Constraint, ErrorKind::Connection, ErrorKind::Locked] {
            let (tries, result) = tried(&[Some(kind)]);
            assert_eq!((tries, result.unwrap_err().kind), (1, kind));
        }
        let (tries, result) = tried(&[Some(ErrorKind::Deadlock), Some(ErrorKind::Constraint)]);
        assert_eq!((tries, result.unwrap_err().kind), (2, ErrorKind::Constraint));
    }

    #[test]
    fn a_broken_connection_is_tried_again_unless_the_outcome_is_unknown() {
        for (unknown, expected) in [(false, 2), (true, 1)] {
            let mut tries = 0;
            let result = write_again(1, &CancelToken::default(), || {
                tries += 1;
                let broken = ConnectError {
                    transient: true,
                    ..ConnectError::new(ErrorKind::Connection, "HR", "gone")
                };
                match (tries, unknown) {
                    (1, false) => Err(broken),
                    (1, true) => Err(broken.with_unknown_outcome()),
                    _ => Ok(()),
                }
            });
            assert_eq!((tries, result.is_ok()), (expected, !unknown));
        }
    }

    #[test]
    fn nobody_waits_after_a_cancel() {
        let cancel = CancelToken::default();
        let mut tries = 0;
        let begin = Instant::now();
        let result = write_again(1, &cancel, || {
            tries += 1;
            cancel.cancel();
            error(ErrorKind::Deadlock)
        });
        assert_eq!((tries, result.unwrap_err().kind), (1, ErrorKind::Cancelled));
        assert!(begin.elapsed() < Duration::from_millis(500));
    }
}
