//! Progress on the terminal (L5). Nothing is shown when standard error goes elsewhere: logs of pipelines
//! need no moving bars.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use syncwright_core::progress::Progress;

use super::Console;

/// A line on standard error that shows phase, amount and time left.
pub struct ProgressLine {
    bar: ProgressBar,
}

impl ProgressLine {
    /// Begins to show progress, if somebody can see it.
    pub fn start(console: &Console<'_>) -> Self {
        let target =
            if console.err_is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if console.err_is_terminal {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar }
    }

    fn set_style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("█▌░"));
        }
    }
}

impl Progress for ProgressLine {
    fn phase(&self, name: &str) {
        self.set_style("{spinner} {msg}  {human_pos}  {elapsed}");
        self.bar.unset_length();
        self.bar.set_position(0);
        self.bar.reset_eta();
        self.bar.set_message(name.to_owned());
    }

    fn advance(&self, done: u64, total: Option<u64>) {
        if total != self.bar.length() {
            match total {
                Some(total) => {
                    self.set_style("{spinner} {msg}  {bar:24} {human_pos} of {human_len}  {eta} left");
                    self.bar.set_length(total);
                }
                None => self.bar.unset_length(),
            }
        }
        self.bar.set_position(done);
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
