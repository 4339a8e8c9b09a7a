//! The program's own log on standard error, for people who look for the cause of trouble.

use tracing_subscriber::EnvFilter;

use super::LogFilter;

/// Variable that overrides `--log-level` with a filter of its own.
const VARIABLE: &str = "SYNCWRIGHT_LOG";

/// Starts logging. Only the first call in a process has an effect.
pub fn start(level: LogFilter) {
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(directives(level)));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init().ok();
}

/// Our crates at the wanted level, everybody else's at warnings at most: their details would drown ours.
const fn directives(level: LogFilter) -> &'static str {
    match level {
        LogFilter::Off => "off",
        LogFilter::Error => "error",
        LogFilter::Warn => "error,syncwright=warn,syncwright_core=warn",
        LogFilter::Info => "warn,syncwright=info,syncwright_core=info",
        LogFilter::Debug => "warn,syncwright=debug,syncwright_core=debug",
        LogFilter::Trace => "warn,syncwright=trace,syncwright_core=trace",
    }
}
