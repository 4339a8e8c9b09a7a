//! Template files: RON text to a template and back, and safe saving.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{TEMPLATE_VERSION, TemplateError, TemplateKind};
use crate::project::{
    ProjectError,
    file::{Replace, options, replace_file, ron_text, syntax_error},
};

/// Only what kind of file it is; everything else is skipped unread.
#[derive(Deserialize)]
struct Header {
    template: u32,
    kind: Option<TemplateKind>,
}

/// A kind of template.
pub(super) trait Template: Serialize + DeserializeOwned {
    const KIND: TemplateKind;

    fn version(&self) -> u32;
    fn kind(&self) -> TemplateKind;
}

pub(super) fn from_text<T: Template>(name: &str, text: &str) -> Result<T, TemplateError> {
    let strange = |found: u32, kind: Option<TemplateKind>| {
        let name = name.to_owned();
        match kind {
            _ if found > TEMPLATE_VERSION => Some(TemplateError::Newer { name, found }),
            Some(found) if found != T::KIND => {
                Some(TemplateError::OtherKind { name, found, wanted: T::KIND })
            }
            _ => None,
        }
    };
    match options().from_str::<T>(text) {
        Ok(template) => match strange(template.version(), Some(template.kind())) {
            Some(error) => Err(error),
            None => Ok(template),
        },
        // An unknown field is explained by the version or the kind, if they are others.
        Err(error) => {
            let header = options().from_str::<Header>(text);
            let explained = header.ok().and_then(|header| strange(header.template, header.kind));
            Err(explained.unwrap_or_else(|| TemplateError::Text(syntax_error(name, text, &error))))
        }
    }
}

pub(super) fn load<T: Template>(path: &Path) -> Result<T, TemplateError> {
    let bytes = fs::read(path).map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|_| TemplateError::NotText { path: path.to_owned() })?;
    from_text(&path.display().to_string(), &text)
}

pub(super) fn to_text<T: Template>(template: &T) -> Result<String, TemplateError> {
    ron_text(template).map_err(|error| TemplateError::Text(ProjectError::Serialize(error)))
}

/// Saves a template. What is there already must be such a template.
pub(super) fn save<T: Template>(template: &T, path: &Path) -> Result<(), TemplateError> {
    let text = to_text(template)?;
    match load::<T>(path) {
        Ok(_) => {}
        Err(TemplateError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        Err(source) => {
            let source = Box::new(source);
            return Err(TemplateError::InTheWay { path: path.to_owned(), wanted: T::KIND, source });
        }
    }
    replace_file(path, text.as_bytes(), Replace::WithoutBackup)
        .map_err(|source| TemplateError::Write { path: path.to_owned(), source })
}
