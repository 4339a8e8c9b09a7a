//! What the consistency check of the core says of a system in the making: one truth for pages and projects.

use syncwright_core::{
    check::{Place, Severity, check},
    project::{Project, Schema, SchemaType},
};

use crate::wizard::Draft;

/// Something that the check found about a table or class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The table or class.
    pub class: String,
    /// It cannot work; otherwise it is doubtful.
    pub error: bool,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub fix: Option<String>,
}

/// Codes of findings about data operations.
const OPERATIONS: [&str; 6] = ["SW-C131", "SW-C132", "SW-C133", "SW-C135", "SW-C136", "SW-C195"];
/// Codes of findings about virtual properties.
const VIRTUAL_PROPERTIES: [&str; 7] =
    ["SW-C103", "SW-C126", "SW-C138", "SW-C139", "SW-C180", "SW-C195", "SW-C200"];

/// What is wrong with the data operations of the system that the draft is about.
#[must_use]
pub fn of_operations(draft: &Draft) -> Vec<Found> {
    let types: Vec<SchemaType> = draft
        .system()
        .schema
        .types
        .iter()
        .filter(|one| one.operations != Default::default())
        .cloned()
        .collect();
    if types.is_empty() {
        return Vec::new();
    }
    let schema = Schema { types, ..Schema::default() };
    found(draft, &project_with(draft, schema), &OPERATIONS)
}

/// What is wrong with the virtual properties of the system that the draft is about.
#[must_use]
pub fn of_virtual_properties(draft: &Draft) -> Vec<Found> {
    let system = &draft.system().schema;
    let classes: Vec<_> =
        system.classes.iter().filter(|one| !one.virtual_properties.is_empty()).cloned().collect();
    if classes.is_empty() {
        return Vec::new();
    }
    let mut types = system.types.clone();
    types.iter_mut().for_each(|one| one.operations = Default::default());
    let schema = Schema { types, classes, ..Schema::default() };
    found(draft, &project_with(draft, schema), &VIRTUAL_PROPERTIES)
}

/// A project of nothing but the system that the draft is about, with this schema; and its scripts.
pub fn project_with(draft: &Draft, schema: Schema) -> Project {
    let mut project = Draft::default().project();
    project.script_language = draft.script_language;
    project.snippets.clone_from(&draft.snippets);
    project.variables.clone_from(&draft.variables);
    let system = match draft.side {
        syncwright_core::project::Side::Left => &mut project.central,
        syncwright_core::project::Side::Right => &mut project.target,
    };
    system.connection = draft.system().connection.clone();
    system.schema = schema;
    project
}

fn found(draft: &Draft, project: &Project, codes: &[&str]) -> Vec<Found> {
    check(project)
        .into_iter()
        .filter(|finding| codes.contains(&finding.code))
        .filter_map(|finding| match finding.place {
            Place::System { side, schema_type: Some(class) } if side == draft.side => Some(Found {
                class,
                error: finding.severity == Severity::Error,
                code: finding.code,
                text: finding.text,
                fix: finding.fix,
            }),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use syncwright_core::{
        connect::systems::SystemKind,
        project::{
            DataOperation, OperationStrategy, Provider, SchemaClass, SchemaProperty, VirtualKind,
            VirtualProperty,
        },
        value::ValueType,
    };

    use super::*;

    fn draft() -> Draft {
        let mut draft = Draft::default();
        draft.target.kind = Some(SystemKind::Odbc("postgresql".to_owned()));
        draft.target.connection.provider =
            Provider::Odbc { dialect: "postgresql".to_owned(), attributes: BTreeMap::new() };
        draft.target.schema_mut().types.push(SchemaType {
            name: "users".to_owned(),
            properties: vec![SchemaProperty::new("UId", ValueType::String)],
            key: vec!["UId".to_owned()],
            ..SchemaType::default()
        });
        draft
    }

    fn operation(strategy: OperationStrategy, required: &str) -> DataOperation {
        DataOperation { strategy, required_keys: vec![required.to_owned()] }
    }

    #[test]
    fn operations_that_cannot_be_understood_are_found() {
        let codes = |strategy: OperationStrategy, required: &str| -> Vec<&'static str> {
            let mut draft = draft();
            draft.target.schema_mut().types[0].operations.insert = Some(operation(strategy, required));
            of_operations(&draft).into_iter().map(|found| found.code).collect()
        };
        let pattern = |text: &str| OperationStrategy::Pattern(text.to_owned());
        let script = |text: &str| OperationStrategy::Script(text.to_owned());
        assert_eq!(codes(pattern("CALL p(%UId%)"), "UId"), [""; 0]);
        assert_eq!(codes(pattern("CALL p(%Nobody%)"), "UId"), ["SW-C131"]);
        assert_eq!(codes(pattern("CALL p(%UId%)"), "Gone"), ["SW-C132"]);
        assert_eq!(codes(script("\"CALL p(%UId%)\""), "UId"), [""; 0]);
        assert_eq!(codes(script("\"CALL p("), "UId"), ["SW-C135"]);
        assert_eq!(codes(script(""), "UId"), ["SW-C195"]);
    }

    #[test]
    fn virtual_properties_are_judged_whether_a_mapping_uses_them_or_not() {
        let mut draft = draft();
        let property = |name: &str, kind: VirtualKind| VirtualProperty {
            name: name.to_owned(),
            value_type: ValueType::Integer,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind,
        };
        draft.target.schema_mut().classes.push(SchemaClass {
            name: "users".to_owned(),
            schema_type: "users".to_owned(),
            display_name: String::new(),
            filter: None,
            virtual_properties: vec![
                property("vrtGood", VirtualKind::Expression("7".to_owned())),
                property("vrtGone", VirtualKind::Pattern("%Nobody%".to_owned())),
                property("vrtFixed", VirtualKind::Fixed(syncwright_core::project::Literal::Boolean(true))),
            ],
        });
        let found = of_virtual_properties(&draft);
        let mut codes: Vec<(bool, &str)> = found.iter().map(|found| (found.error, found.code)).collect();
        codes.sort_unstable();
        assert!(codes.contains(&(false, "SW-C180")), "{found:?}");
        assert!(found.iter().all(|found| found.class == "users"));
        assert!(found.iter().all(|found| !found.text.contains("vrtGood")), "{found:?}");
    }
}
