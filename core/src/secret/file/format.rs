//! How the encrypted file is laid out, and how its parts are protected.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | `SYNCWRIGHT VAULT` |
//! | 2 | version of the format, 1 |
//! | 4, 4, 4 | memory in KiB, passes, lanes of Argon2id |
//! | 32 | salt |
//! | 24, 16 | nonce and tag of an empty message: they tell a wrong passphrase from a damaged file |
//! | 24 | nonce |
//! | … | the entries, encrypted, with their tag of 16 bytes |
//! | 32 | SHA-256 of everything before |
//!
//! Numbers are little-endian. The key comes from Argon2id, the encryption is XChaCha20-Poly1305. Both messages
//! authenticate what stands before them, so nobody can weaken the parameters. The checksum is no protection: it
//! tells a file that a disk damaged before a key is made of it, which takes time.

use std::path::Path;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::AeadInOut as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::{Cost, SecretError};

const MAGIC: &[u8; 16] = b"SYNCWRIGHT VAULT";
const VERSION: u16 = 1;
const SALT: usize = 32;
const NONCE: usize = 24;
const TAG: usize = 16;
const CHECKSUM: usize = 32;
/// What the first message authenticates.
const PARAMETERS: usize = MAGIC.len() + 2 + 3 * 4 + SALT;
/// What the second message authenticates.
const HEADER: usize = PARAMETERS + NONCE + TAG;
const SHORTEST: usize = HEADER + NONCE + TAG + CHECKSUM;

/// More than anybody chooses: a file that asks for more was made to exhaust this computer.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 32;
const MOST_LANES: u32 = 16;

/// The key of a file.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// The beginning of a file: parameters, salt, and the message that tells whether a key fits.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Header([u8; HEADER]);

impl Header {
    /// A new header and its key.
    pub(super) fn new(passphrase: &SecretString, cost: Cost) -> Result<(Self, Key), SecretError> {
        if passphrase.expose_secret().is_empty() {
            return Err(SecretError::EmptyPassphrase);
        }
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        for number in [cost.memory_kib, cost.passes, 1] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&random::<SALT>()?);
        let key = derive(passphrase, &bytes)?;
        let nonce = random::<NONCE>()?;
        let mut tag = Vec::with_capacity(TAG);
        encrypt(&key, &nonce, &bytes, &mut tag)?;
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&tag);
        let bytes = bytes.try_into().map_err(|_| no_encryption("the header has another length"))?;
        Ok((Self(bytes), key))
    }

    /// The key that a passphrase makes; nothing if it is the wrong one.
    pub(super) fn key(&self, passphrase: &SecretString) -> Result<Option<Key>, SecretError> {
        let key = derive(passphrase, self.part(0, PARAMETERS))?;
        let nonce = self.part(PARAMETERS, NONCE);
        let mut nothing = self.part(PARAMETERS + NONCE, TAG).to_vec();
        Ok(decrypt(&key, nonce, self.part(0, PARAMETERS), &mut nothing).then_some(key))
    }

    fn part(&self, from: usize, length: usize) -> &[u8] {
        self.0.get(from..from + length).unwrap_or_default()
    }

    /// The whole file: header, encrypted content, checksum. `content` becomes ciphertext.
    pub(super) fn seal(&self, key: &Key, content: &mut Vec<u8>) -> Result<Vec<u8>, SecretError> {
        let nonce = random::<NONCE>()?;
        encrypt(key, &nonce, &self.0, content)?;
        let mut file = [self.0.as_slice(), &nonce, content].concat();
        let checksum = Sha256::digest(&file);
        file.extend_from_slice(&checksum);
        Ok(file)
    }
}

/// A file as it was read, found to be whole.
pub(super) struct Sealed {
    pub(super) header: Header,
    nonce: [u8; NONCE],
    content: Vec<u8>,
}

impl Sealed {
    /// Takes a file apart. What is damaged is told before any key is made.
    pub(super) fn parse(path: &Path, file: &[u8]) -> Result<Self, SecretError> {
        let damaged =
            |reason: &str| SecretError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
        let known = file.len().min(MAGIC.len());
        if file.get(..known) != MAGIC.get(..known) {
            return Err(damaged("it does not begin like one"));
        }
        let version = array::<2>(file, MAGIC.len()).map(u16::from_le_bytes);
        if let Some(found) = version.filter(|found| *found > VERSION) {
            return Err(SecretError::NewerFormat { path: path.to_owned(), found });
        }
        if file.len() < SHORTEST {
            return Err(damaged("it ends too early"));
        }
        let (body, checksum) = file.split_at(file.len() - CHECKSUM);
        if Sha256::digest(body).as_slice() != checksum {
            return Err(damaged("its checksum does not fit: it was cut off or changed"));
        }
        let whole = || damaged("it ends too early");
        let header = Header(array(body, 0).ok_or_else(whole)?);
        let nonce = array(body, HEADER).ok_or_else(whole)?;
        let content = body.get(HEADER + NONCE..).ok_or_else(whole)?.to_vec();
        if version != Some(VERSION) || parameters(&header.0).is_none() {
            return Err(damaged("its parameters make no sense"));
        }
        Ok(Self { header, nonce, content })
    }

    /// The content in clear; nothing if the key does not fit it.
    pub(super) fn open(self, key: &Key) -> Option<Zeroizing<Vec<u8>>> {
        let mut content = Zeroizing::new(self.content);
        decrypt(key, &self.nonce, &self.header.0, &mut content).then_some(content)
    }
}

fn array<const LENGTH: usize>(bytes: &[u8], from: usize) -> Option<[u8; LENGTH]> {
    bytes.get(from..from.checked_add(LENGTH)?)?.try_into().ok()
}

/// Memory, passes and lanes, if they are such as one computes.
fn parameters(header: &[u8]) -> Option<Params> {
    let number = |at: usize| array::<4>(header, MAGIC.len() + 2 + 4 * at).map(u32::from_le_bytes);
    let (memory, passes, lanes) = (number(0)?, number(1)?, number(2)?);
    let possible = memory <= MOST_MEMORY_KIB && passes <= MOST_PASSES && lanes <= MOST_LANES;
    possible.then(|| Params::new(memory, passes, lanes, Some(32)).ok()).flatten()
}

fn derive(passphrase: &SecretString, header: &[u8]) -> Result<Key, SecretError> {
    let params = parameters(header).ok_or_else(|| no_encryption("the parameters make no sense"))?;
    let salt = header.get(PARAMETERS - SALT..PARAMETERS).unwrap_or_default();
    let mut memory = Vec::new();
    memory.try_reserve_exact(params.block_count()).map_err(|error| no_encryption(&error.to_string()))?;
    memory.resize(params.block_count(), Block::default());
    let mut key = Key::default();
    let made = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        passphrase.expose_secret().as_bytes(),
        salt,
        key.as_mut_slice(),
        &mut memory,
    );
    memory.iter_mut().for_each(Zeroize::zeroize);
    made.map_err(|error| no_encryption(&error.to_string()))?;
    Ok(key)
}

fn encrypt(key: &Key, nonce: &[u8; NONCE], before: &[u8], content: &mut Vec<u8>) -> Result<(), SecretError> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    // Nothing is moved to a larger place: a copy would stay in memory.
    content.reserve_exact(TAG);
    cipher
        .encrypt_in_place(&XNonce::from(*nonce), before, content)
        .map_err(|error| no_encryption(&error.to_string()))
}

fn decrypt(key: &Key, nonce: &[u8], before: &[u8], content: &mut Vec<u8>) -> bool {
    let Ok(nonce) = <[u8; NONCE]>::try_from(nonce) else { return false };
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher.decrypt_in_place(&XNonce::from(nonce), before, content).is_ok()
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], SecretError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| no_encryption(&error.to_string()))?;
    Ok(bytes)
}

fn no_encryption(reason: &str) -> SecretError {
    SecretError::NoEncryption { reason: reason.to_owned() }
}
