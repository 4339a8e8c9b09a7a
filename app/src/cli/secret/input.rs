//! Secrets from whoever sits there, or from a pipe. Never from an argument, which other users can read.

use std::io::{self, IsTerminal as _, Read as _};

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroize as _};

use super::super::CliError;

/// Longer ones are no passwords: most likely another file was piped in.
const LONGEST: u64 = 64 * 1024;

/// Asks at the terminal, without showing what is typed.
pub fn ask(prompt: &str) -> Result<SecretString, CliError> {
    rpassword::prompt_password(prompt)
        .map(SecretString::from)
        .map_err(|source| CliError::NoTerminal { source })
}

/// Asks twice: a typing error would lock everything away.
pub fn ask_twice(prompt: &str, again: &str) -> Result<SecretString, CliError> {
    let (first, second) = (ask(prompt)?, ask(again)?);
    if first.expose_secret() == second.expose_secret() { Ok(first) } else { Err(CliError::Different) }
}

/// Asks at the terminal, or reads the one line that is piped in.
pub fn ask_or_read(prompt: &str) -> Result<SecretString, CliError> {
    if io::stdin().is_terminal() { ask(prompt) } else { read_line(io::stdin().lock()) }
}

/// One line; its end is not part of it.
pub fn read_line(input: impl io::Read) -> Result<SecretString, CliError> {
    // No reallocation leaves a copy behind.
    let mut bytes = Vec::with_capacity(usize::try_from(LONGEST + 2).unwrap_or_default());
    let read = input.take(LONGEST + 1).read_to_end(&mut bytes);
    let line = match read {
        Err(error) => Err(error.to_string()),
        Ok(_) => one_line(&bytes).map(SecretString::from).map_err(str::to_owned),
    };
    bytes.zeroize();
    line.map_err(|reason| CliError::NoSecretGiven { reason })
}

fn one_line(bytes: &[u8]) -> Result<&str, &'static str> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err("it is longer than 64 KiB");
    }
    let text = str::from_utf8(bytes).map_err(|_| "it is not text in UTF-8")?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r']) {
        return Err("it has more than one line");
    }
    if line.is_empty() { Err("it is empty") } else { Ok(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_read() {
        let read = |text: &[u8]| read_line(text).map(|secret| secret.expose_secret().to_owned());
        for text in ["s3 cret", "s3 cret\n", "s3 cret\r\n"] {
            assert_eq!(read(text.as_bytes()).unwrap(), "s3 cret");
        }
        assert_eq!(read(" spaces stay \n".as_bytes()).unwrap(), " spaces stay ");
        let long = "x".repeat(70_000);
        for text in [&b""[..], b"\n", b"a\nb", b"a\n\n", b"\xff", long.as_bytes()] {
            let error = read(text).unwrap_err();
            assert!(matches!(error, CliError::NoSecretGiven { .. }), "{error}");
        }
    }
}
