//! The keyring of each operating system.

use std::sync::Arc;

use keyring_core::{CredentialStore, Error};

use super::Backend;

pub(super) struct SystemKeyring;

#[cfg(all(unix, not(target_os = "macos")))]
impl Backend for SystemKeyring {
    fn open(&self) -> Result<Arc<CredentialStore>, Error> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    fn is_locked(&self) -> Result<bool, Error> {
        use secret_service::{EncryptionType, Error as ServiceError, blocking::SecretService};
        let failed = |error: ServiceError| Error::PlatformFailure(Box::new(error));
        let service = SecretService::connect(EncryptionType::Plain).map_err(failed)?;
        match service.get_default_collection() {
            Ok(collection) => collection.is_locked().map_err(failed),
            // Started for this call, without anybody who logged in: it can neither read nor save.
            Err(ServiceError::NoResult) => Err(Error::PlatformFailure(
                "there is one, but it has no default keyring that is set up".into(),
            )),
            Err(error) => Err(failed(error)),
        }
    }

    fn means_locked(&self, error: &Error) -> bool {
        use secret_service::Error as ServiceError;
        let (Error::PlatformFailure(source) | Error::NoStorageAccess(source)) = error else { return false };
        matches!(
            source.downcast_ref(),
            Some(ServiceError::Locked | ServiceError::Prompt | ServiceError::PromptDisconnected)
        )
    }
}

#[cfg(target_os = "macos")]
impl Backend for SystemKeyring {
    fn open(&self) -> Result<Arc<CredentialStore>, Error> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    fn is_locked(&self) -> Result<bool, Error> {
        Ok(false)
    }

    fn means_locked(&self, error: &Error) -> bool {
        matches!(error, Error::NoStorageAccess(_))
    }
}

#[cfg(target_os = "windows")]
impl Backend for SystemKeyring {
    fn open(&self) -> Result<Arc<CredentialStore>, Error> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    fn is_locked(&self) -> Result<bool, Error> {
        Ok(false)
    }

    fn means_locked(&self, error: &Error) -> bool {
        matches!(error, Error::NoStorageAccess(_))
    }
}
