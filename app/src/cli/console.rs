//! Where results, errors and progress go, and how the work is told to stop.

use std::io::{self, Write};

use serde_json::Value as Json;
use syncwright_core::progress::CancelToken;

use super::{CliError, Format, diagnose};

/// Output of the program, and the switch that stops it. Tests make their own.
pub struct Console<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Errors.
    pub err: &'a mut dyn Write,
    /// True if results are read by a person at a terminal.
    pub out_is_terminal: bool,
    /// True if standard error is a terminal; only then progress is shown.
    pub err_is_terminal: bool,
    /// True if Ctrl+C and the signal to terminate should stop the work. Off in tests.
    pub listen_to_signals: bool,
    /// True if passwords come from the user's keyring and encrypted file, too. Off in tests.
    pub uses_stores: bool,
    /// How results and errors are printed.
    pub format: Format,
    /// Stops the work.
    pub cancel: CancelToken,
}

impl<'a> Console<'a> {
    /// A console that nobody looks at: no terminal, no signals.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self {
            out,
            err,
            out_is_terminal: false,
            err_is_terminal: false,
            listen_to_signals: false,
            uses_stores: false,
            format: Format::Text,
            cancel: CancelToken::default(),
        }
    }

    /// Prints one JSON document.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`].
    pub fn print_json(&mut self, document: &Json) -> Result<(), CliError> {
        writeln!(self.out, "{document:#}").map_err(|source| CliError::Output { source })
    }

    /// Prints text, with a line end.
    ///
    /// # Errors
    ///
    /// [`CliError::Output`].
    pub fn print_line(&mut self, text: &str) -> Result<(), CliError> {
        writeln!(self.out, "{text}").map_err(|source| CliError::Output { source })
    }

    /// Prints an error where errors belong, and gives its exit code.
    pub fn report_error(&mut self, error: &CliError) -> u8 {
        // When even the error cannot be printed, the exit code is all that is left to say.
        match self.format {
            Format::Json => writeln!(self.out, "{:#}", diagnose::to_json(error)).ok(),
            Format::Text => {
                self.out.flush().ok();
                self.err.write_all(diagnose::to_text(error).as_bytes()).ok()
            }
        };
        error.exit_code()
    }

    /// From now on Ctrl+C and the signal to terminate cancel the work instead of ending the process.
    ///
    /// A second one ends it at once: every committed write is in the journal by then.
    pub fn cancel_on_signals(&self) {
        if !self.listen_to_signals {
            return;
        }
        let cancel = self.cancel.clone();
        let installed = ctrlc::set_handler(move || {
            if cancel.is_cancelled() {
                // The person insists; the journal makes this safe.
                std::process::exit(130);
            }
            cancel.cancel();
        });
        if let Err(error) = installed {
            tracing::warn!(%error, "Ctrl+C will end the program at once instead of cancelling");
        }
    }
}

/// A writer whose reader may go away (`syncwright log … | head`): what nobody reads is dropped silently.
pub struct PipeTolerant<W> {
    inner: W,
    closed: bool,
}

impl<W: Write> PipeTolerant<W> {
    /// Wraps a writer.
    pub const fn new(inner: W) -> Self {
        Self { inner, closed: false }
    }

    fn tolerate<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for PipeTolerant<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.tolerate(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.inner.flush();
        self.tolerate(result, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes three bytes, then its reader is gone.
    struct Closing(usize);

    impl Write for Closing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn closed_pipe_is_no_error() {
        let mut writer = PipeTolerant::new(Closing(3));
        writer.write_all(b"hello").unwrap();
        writer.write_all(b"world").unwrap();
        writer.flush().unwrap();
        assert!(writer.closed);
    }

    #[test]
    fn other_errors_are_errors() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = PipeTolerant::new(Full).write(b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
