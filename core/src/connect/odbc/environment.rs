//! The one ODBC environment of the process.

use odbc_api::Environment;

/// The environment; made ready at the first call.
///
/// # Errors
///
/// If the driver manager cannot be started.
pub fn environment() -> Result<&'static Environment, odbc_api::Error> {
    #[cfg(unix)]
    speak_utf8();
    odbc_api::environment()
}

/// Sets the character set of the process to UTF-8, once.
///
/// Statements go to the driver manager in UTF-16. For drivers without functions for that, such as the one for
/// SQLite, it converts them to the character set of the process, which for a program that sets none is ASCII:
/// every name with another letter would be a name that no table has.
#[cfg(unix)]
fn speak_utf8() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // The user's own character set first: almost everywhere it is UTF-8 in the user's language.
        for locale in [c"", c"C.UTF-8", c"en_US.UTF-8"] {
            if set_character_set(locale) && is_utf8() {
                return;
            }
        }
    });
}

#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "setlocale takes a text that ends with zero. It runs once, before the first connection and so \
              before any driver asks for the locale; nothing in this program depends on LC_CTYPE"
)]
fn set_character_set(locale: &std::ffi::CStr) -> bool {
    !unsafe { libc::setlocale(libc::LC_CTYPE, locale.as_ptr()) }.is_null()
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "nl_langinfo gives a text that stays valid until the next setlocale")]
fn is_utf8() -> bool {
    let name = unsafe { std::ffi::CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) };
    matches!(name.to_bytes(), b"UTF-8" | b"utf8" | b"UTF8")
}
