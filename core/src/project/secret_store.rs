//! Where the secrets of a project are kept (P3, W16). The project holds the choice, never the secret; and what looks
//! like a secret where only plain text belongs.

use serde::{Deserialize, Serialize};

/// Where a password or the value of a secret variable is kept. What the environment gives always goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum SecretStore {
    /// In the keyring of the operating system; where none is running, in the encrypted file.
    #[default]
    Automatic,
    /// In the keyring.
    Keyring,
    /// In the encrypted file, which has a passphrase.
    EncryptedFile,
    /// Nowhere: it is asked for, or given in the environment.
    NeverSaved,
}

/// Attributes of a connection that hold a secret.
const SECRET_ATTRIBUTES: &[&str] = &[
    "pwd",
    "password",
    "passwd",
    "secret",
    "sslpwd",
    "sslkeypassword",
    "newpwd",
    "token",
    "accesstoken",
    // IBM's.
    "newpassword",
    "sslclientkeystoredbpassword",
    "keystorepassword",
    "trustedcontextpassword",
    "apikey",
    // MySQL's further factors.
    "password1",
    "password2",
    "password3",
    "pwd1",
    "pwd2",
    "pwd3",
    // Microsoft's and others'.
    "clientcertificatepassword",
    "keystoresecret",
    "clientsecret",
    "proxypwd",
    "proxypassword",
];

/// True for attributes of a connection that hold a secret and therefore must not be in a file (P3).
#[must_use]
pub fn is_secret_attribute(name: &str) -> bool {
    SECRET_ATTRIBUTES.contains(&name.trim().to_lowercase().as_str())
}

/// What a password follows in a statement or in the value of an attribute, without blanks and quotes of names.
const BEFORE_A_PASSWORD: &[&str] =
    &["pwd=", "password=", "passwd=", "password'", "pragmakey=", "pragmarekey=", "pragmahexkey="];
/// Stands for a variable such as `$Password$`.
const VARIABLE: char = '\u{1}';

/// True for a statement or a value with something like `PWD=…` or `IDENTIFIED BY '…'` in it: a password that would
/// be in a file in clear (P3). A variable in its place, `IDENTIFIED BY $Password$`, is none: secret variables keep
/// their values elsewhere.
#[must_use]
pub fn holds_password(text: &str) -> bool {
    let text = without_variables(&text.to_lowercase());
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let compact: String = spaced.chars().filter(|sign| ![' ', '"', '`'].contains(sign)).collect();
    BEFORE_A_PASSWORD.iter().any(|before| is_followed(&compact, before))
        || is_followed(&spaced, "identified by")
        // The name of the user comes between: `SET PASSWORD FOR 'me'@'%' = '…'`.
        || compact.split_once("setpasswordfor").is_some_and(|(_, rest)| is_followed(rest, "="))
}

/// True if something other than a variable comes after one of these places.
fn is_followed(text: &str, before: &str) -> bool {
    text.match_indices(before).any(|(at, _)| {
        let rest = &text[at + before.len()..];
        !rest.trim_start_matches([' ', '\'', '"']).starts_with(VARIABLE)
    })
}

/// The text with one sign in place of every `$Name$`.
fn without_variables(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        plain.push_str(before);
        let length = after.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(after.len());
        if length > 0 && after[length..].starts_with('$') {
            plain.push(VARIABLE);
            rest = &after[length + 1..];
        } else {
            plain.push('$');
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_statements_are_found_and_variables_are_not() {
        for statement in [
            "ALTER USER me IDENTIFIED\n BY 's3cret'",
            "SET PASSWORD = 's3cret'",
            "set password for 'me'@'%' = 's3cret'",
            "ALTER ROLE me WITH PASSWORD 's3cret'",
            "OPEN SYMMETRIC KEY k DECRYPTION BY PASSWORD = 's3cret'",
            "SET ROLE payroll IDENTIFIED BY s3cret",
            "SELECT dblink_connect('host=a password=s3cret')",
            "PRAGMA key = 's3cret'",
            "ALTER USER $Me$ IDENTIFIED BY s3cret",
            "ALTER USER me IDENTIFIED BY $s3cret",
        ] {
            assert!(holds_password(statement), "{statement}");
        }
        for statement in [
            "SET search_path = hr",
            "SET password_encryption = 'scram-sha-256'",
            "ALTER USER me IDENTIFIED BY $Password$",
            "ALTER USER me IDENTIFIED BY '$Password$'",
            "SET PASSWORD FOR 'me'@'%' = '$Password$'",
            "PRAGMA key = '$Key$'",
            "SELECT password FROM users WHERE 1 = 0",
            "SELECT '$', identifiedby FROM t",
        ] {
            assert!(!holds_password(statement), "{statement}");
        }
    }
}
