//! The entries of the encrypted file in clear: names and secrets, only ever in memory that is wiped.
//!
//! Written as their number, then per entry the length of the name, the name, the length of the secret, the
//! secret; then zeros up to a multiple of [`BLOCK`], so that the size of the file does not tell how long a
//! password is. Numbers have four bytes, little-endian.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// The written entries have a multiple of this length.
const BLOCK: usize = 512;
const NUMBER: usize = 4;

/// Entries by name.
#[derive(Default)]
pub(super) struct Entries(pub(super) BTreeMap<String, SecretString>);

impl Entries {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let count = reader.number()?;
        let mut entries = BTreeMap::new();
        for _ in 0..count {
            let name = reader.text()?.to_owned();
            entries.insert(name, SecretString::from(reader.text()?));
        }
        reader.0.iter().all(|byte| *byte == 0).then_some(Self(entries))
    }

    /// The entries as bytes; nothing if one is longer than its length can say.
    pub(super) fn write(&self) -> Option<Zeroizing<Vec<u8>>> {
        let parts = || self.0.iter().flat_map(|(name, secret)| [name.as_str(), secret.expose_secret()]);
        let length = NUMBER + parts().map(|part| NUMBER + part.len()).sum::<usize>();
        // Long enough for the tag, too: growing would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(BLOCK) + BLOCK));
        bytes.extend_from_slice(&number(self.0.len())?);
        for part in parts() {
            bytes.extend_from_slice(&number(part.len())?);
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes.resize(length.next_multiple_of(BLOCK), 0);
        Some(bytes)
    }
}

fn number(value: usize) -> Option<[u8; NUMBER]> {
    u32::try_from(value).ok().map(u32::to_le_bytes)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = self.take(NUMBER)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        str::from_utf8(self.take(length)?).ok()
    }
}
