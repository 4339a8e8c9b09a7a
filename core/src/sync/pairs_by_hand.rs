//! Remembered pairs listed, broken and made by a person (M10).

use std::path::Path;

use miette::Diagnostic;
use serde_json::{Map, Value as Json, json};
use thiserror::Error;

use super::{effective_project, rows::key_batch};
use crate::{
    connect::{ConnectError, OpenMode, open},
    expr::VariablesError,
    journal::{Journal, JournalError, PairOrigin, RememberedPair, pair_key, parse_key},
    project::{Mapping, Project, SchemaType, Side},
    value::Value,
};

/// Why a pair could not be listed, broken or made.
#[derive(Debug, Error, Diagnostic)]
pub enum PairError {
    /// The project has no such mapping.
    #[error("there is no mapping {name:?} in this project")]
    #[diagnostic(code("SW-R301"), help("the project has: {}", known.join(", ")))]
    UnknownMapping {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The class of the mapping is in no schema, or its type has no key.
    #[error("mapping {mapping:?} has no {side} class with a key")]
    #[diagnostic(code("SW-R302"), help("run `syncwright check` and mend it first"))]
    NoKey {
        /// The mapping.
        mapping: String,
        /// The side in words.
        side: &'static str,
    },
    /// The text is no key of the type.
    #[error("{text:?} is no key of {schema_type}")]
    #[diagnostic(code("SW-R303"), help("{}", how_to_write(key)))]
    BadKey {
        /// What was given.
        text: String,
        /// The schema type.
        schema_type: String,
        /// Its key properties with the labels of their types.
        key: Vec<(String, String)>,
    },
    /// There is no object with that key.
    #[error("{schema_type} of the {side} has no object {key}")]
    #[diagnostic(code("SW-R304"), help("a pair is made of two objects that are there; look at the key"))]
    NoObject {
        /// The side in words.
        side: &'static str,
        /// The schema type.
        schema_type: String,
        /// The key.
        key: String,
    },
    /// One of the objects is in another pair.
    #[error("{object} is in another pair already: {left} ↔ {right}")]
    #[diagnostic(code("SW-R305"), help("break that pair first"))]
    Taken {
        /// Key of the object.
        object: String,
        /// Central key of the other pair.
        left: String,
        /// Target key of the other pair.
        right: String,
    },
    /// There is no such pair.
    #[error("mapping {mapping:?} remembers no such pair")]
    #[diagnostic(code("SW-R306"), help("`syncwright pairs PROJECT list` lists the pairs"))]
    NoPair {
        /// The mapping.
        mapping: String,
    },
    /// A variable cannot be replaced.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Variables(#[from] VariablesError),
    /// A system cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// The journal cannot be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] JournalError),
}

fn how_to_write(key: &[(String, String)]) -> String {
    match key {
        [(name, value_type)] => format!("the key is {name}, a {value_type}; write its value as the log does"),
        parts => {
            let parts: Vec<String> = parts.iter().map(|(name, _)| format!("\"{name}\": \"…\"")).collect();
            format!("the key has several parts, written as JSON: {{{}}}", parts.join(", "))
        }
    }
}

/// A remembered pair with the mapping that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPair {
    /// The mapping.
    pub mapping: String,
    /// The pair.
    pub pair: RememberedPair,
    keys: [Vec<String>; 2],
}

impl ListedPair {
    /// The pair in the JSON of the command line; keys as objects of property and written form.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let [left, right] = &self.keys;
        let RememberedPair { left_key, right_key, since, run, how } = &self.pair;
        json!({
            "mapping": self.mapping,
            "left_key": key_json(left, left_key),
            "right_key": key_json(right, right_key),
            "how": how.id(),
            "since": since,
            "run": run,
        })
    }
}

fn key_json(names: &[String], key: &str) -> Json {
    match names {
        [name] => Json::Object(Map::from_iter([(name.clone(), key.into())])),
        _ => serde_json::from_str(key).unwrap_or_else(|_| key.into()),
    }
}

/// The remembered pairs of a mapping, or of all mappings, by mapping and central key.
///
/// # Errors
///
/// [`PairError`] if there is no such mapping, or the journal cannot be read.
pub fn list(project: &Project, folder: &Path, mapping: Option<&str>) -> Result<Vec<ListedPair>, PairError> {
    let project = &effective_project(project, None)?;
    let mappings: Vec<&Mapping> = match mapping {
        Some(name) => vec![find(project, name)?],
        None => project.mappings.iter().collect(),
    };
    let mut journal = Journal::open(project, folder, OpenMode::Read)?;
    let mut listed = Vec::new();
    for mapping in mappings {
        let key = |side| schema_type(project, mapping, side).map(|one| one.key.clone()).unwrap_or_default();
        let keys = [key(Side::Left), key(Side::Right)];
        listed.extend(journal.pairs(&mapping.name)?.into_iter().map(|pair| ListedPair {
            mapping: mapping.name.clone(),
            pair,
            keys: keys.clone(),
        }));
    }
    Ok(listed)
}

/// Makes a pair of two objects that are there and in no other pair.
///
/// Keys are written forms: the value of a key of one property, JSON of one text per property for others.
///
/// # Errors
///
/// [`PairError`] with what stands against it.
pub fn make(
    project: &Project,
    folder: &Path,
    mapping: &str,
    left: &str,
    right: &str,
) -> Result<ListedPair, PairError> {
    let project = &effective_project(project, None)?;
    let mapping = find(project, mapping)?;
    let left = existing(project, folder, mapping, Side::Left, left)?;
    let right = existing(project, folder, mapping, Side::Right, right)?;
    let mut journal = Journal::open(project, folder, OpenMode::Write)?;
    let taken = |pair: &RememberedPair| pair.left_key == left || pair.right_key == right;
    if let Some(other) = journal.pairs(&mapping.name)?.into_iter().find(taken) {
        let object = if other.left_key == left { left } else { right };
        return Err(PairError::Taken { object, left: other.left_key, right: other.right_key });
    }
    journal.change_pairs(&mapping.name, &[], &[(left.clone(), right, PairOrigin::ByHand)], None)?;
    drop(journal);
    let mut listed = list(project, folder, Some(&mapping.name))?;
    listed.retain(|listed| listed.pair.left_key == left);
    listed.pop().ok_or_else(|| PairError::NoPair { mapping: mapping.name.clone() })
}

/// Breaks the pair that one of the objects, or each, is in; the objects need not be there any more.
///
/// # Errors
///
/// [`PairError::NoPair`] if both are not in one pair, and if no key is given.
pub fn break_pair(
    project: &Project,
    folder: &Path,
    mapping: &str,
    left: Option<&str>,
    right: Option<&str>,
) -> Result<ListedPair, PairError> {
    let project = &effective_project(project, None)?;
    let mapping = find(project, mapping)?;
    let key = |side, text: Option<&str>| {
        text.map(|text| Ok::<_, PairError>(parse(project, mapping, side, text)?.1)).transpose()
    };
    let (left, right) = (key(Side::Left, left)?, key(Side::Right, right)?);
    let no_pair = || PairError::NoPair { mapping: mapping.name.clone() };
    if left.is_none() && right.is_none() {
        return Err(no_pair());
    }
    let is_meant = |listed: &ListedPair| {
        left.as_ref().is_none_or(|left| listed.pair.left_key == *left)
            && right.as_ref().is_none_or(|right| listed.pair.right_key == *right)
    };
    let found = list(project, folder, Some(&mapping.name))?.into_iter().find(is_meant).ok_or_else(no_pair)?;
    let mut journal = Journal::open(project, folder, OpenMode::Write)?;
    journal.change_pairs(&mapping.name, std::slice::from_ref(&found.pair.left_key), &[], None)?;
    Ok(found)
}

fn find<'a>(project: &'a Project, name: &str) -> Result<&'a Mapping, PairError> {
    project.mapping(name).ok_or_else(|| PairError::UnknownMapping {
        name: name.to_owned(),
        known: project.mappings.iter().map(|mapping| mapping.name.clone()).collect(),
    })
}

fn schema_type<'a>(
    project: &'a Project,
    mapping: &'a Mapping,
    side: Side,
) -> Result<&'a SchemaType, PairError> {
    let class = match side {
        Side::Left => &mapping.left,
        Side::Right => &mapping.right,
    };
    let class = project.system(side).schema.class(class);
    class
        .map(|class| class.schema_type)
        .filter(|schema_type| !schema_type.key.is_empty())
        .ok_or_else(|| PairError::NoKey { mapping: mapping.name.clone(), side: side.system_name() })
}

/// The values of a key that a person wrote, and the key as it is remembered.
fn parse(
    project: &Project,
    mapping: &Mapping,
    side: Side,
    written: &str,
) -> Result<(Vec<(String, Value)>, String), PairError> {
    let schema_type = schema_type(project, mapping, side)?;
    let bad = || PairError::BadKey {
        text: written.to_owned(),
        schema_type: schema_type.name.clone(),
        key: schema_type
            .key
            .iter()
            .filter_map(|name| schema_type.property(name))
            .map(|property| (property.name.clone(), property.value_type.label()))
            .collect(),
    };
    let key = parse_key(schema_type, written).ok_or_else(bad)?;
    let text = pair_key(&key).ok_or_else(bad)?;
    Ok((key, text))
}

/// The key of an object, if the object is there.
fn existing(
    project: &Project,
    folder: &Path,
    mapping: &Mapping,
    side: Side,
    written: &str,
) -> Result<String, PairError> {
    let (key, text) = parse(project, mapping, side, written)?;
    let schema_type = schema_type(project, mapping, side)?;
    let mut connector = open(&project.system(side).connection, folder, OpenMode::Read)?;
    let found = connector.get(schema_type, &key_batch(schema_type, vec![key])?, &schema_type.key)?;
    if found.num_rows() == 0 {
        let schema_type = schema_type.name.clone();
        return Err(PairError::NoObject { side: side.system_name(), schema_type, key: text });
    }
    Ok(text)
}
