//! A keyring for tests.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyring_core::mock;

use super::*;

/// A keyring in memory that counts, and can fail, be locked, or hang.
#[derive(Default)]
pub struct Fake {
    pub store: Mutex<Option<Arc<CredentialStore>>>,
    pub opened: AtomicUsize,
    pub looked: AtomicUsize,
    pub missing: bool,
    pub locked: bool,
    pub hangs: bool,
}

impl Fake {
    /// How often it was asked for something.
    pub fn asked(&self) -> usize {
        self.looked.load(Ordering::Relaxed)
    }
}

impl Backend for Fake {
    fn open(&self) -> Result<Arc<CredentialStore>, Error> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let mut store = self.store.lock().unwrap();
        Ok(Arc::clone(store.get_or_insert_with(|| mock::Store::new().unwrap())))
    }

    fn is_locked(&self) -> Result<bool, Error> {
        self.looked.fetch_add(1, Ordering::Relaxed);
        if self.hangs {
            thread::sleep(Duration::from_secs(3600));
        }
        if self.missing { Err(Error::PlatformFailure("nobody answers".into())) } else { Ok(self.locked) }
    }

    fn means_locked(&self, error: &Error) -> bool {
        matches!(error, Error::NoStorageAccess(_))
    }
}
