//! The project as a run sees it: every variable replaced by its value.
//!
//! Variables work in connections (files, folders, attributes, server, time zone, schemas, isolation level,
//! initial SQL), in scopes and reference scopes, filters of classes, conditions of rules, validations,
//! methods and merge mode, expressions, and fixed values. They do not work in names, in patterns (whose
//! `${…}` are properties), in scripts, and in what identifies a system.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use miette::Diagnostic;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::{Quoting, is_name, names_in, substitute};
use crate::{
    expr::{
        ExprError,
        nearest::{listed, nearest},
    },
    project::{
        Access, Authentication, Condition, Connection, EmptySource, Exclusion, ExclusionTest, Exclusions,
        Formula, Literal, Mapping, MemberFilter, MethodChoice, Project, Provider, SchemaClass,
        StartUpConfiguration, System, TargetSystemTable, Variable, VirtualKind, Workflow,
    },
    secret::SecretError,
};

/// The session variable that conditions of steps know: true, but false while data is imported (D5).
pub const FULL_SYNC: &str = "FullSync";

/// What variables need to know of the session besides the project.
pub struct SessionVariables<'a> {
    /// Value of [`FULL_SYNC`] in steps that import no data; those that do have `false`.
    pub full_sync: bool,
    /// Gives the value of a secret variable, for connections; `None` if there is none.
    pub secret: &'a dyn Fn(&str) -> Result<Option<SecretString>, SecretError>,
}

impl fmt::Debug for SessionVariables<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SessionVariables").field("full_sync", &self.full_sync).finish_non_exhaustive()
    }
}

/// Why the variables of a project cannot be replaced. Values are never part of it.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum VariablesError {
    /// A start up configuration, or a test, names a variable set that does not exist.
    #[error("{user} uses the variable set {set}, which the project does not have")]
    #[diagnostic(code("SW-E002"), help("{help}"))]
    UnknownSet {
        /// Who uses it.
        user: String,
        /// The set.
        set: String,
        /// What to do.
        help: String,
    },
    /// A variable has a name that cannot be used.
    #[error("{place}: the variable {name} {why}")]
    #[diagnostic(code("SW-E003"), help("{help}"))]
    BadVariable {
        /// Where it is declared.
        place: String,
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
        /// What to do.
        help: String,
    },
    /// A text uses a variable that does not exist or that cannot stand there.
    #[error("{place}: {source}")]
    #[diagnostic(code("SW-E004"))]
    Text {
        /// The setting.
        place: String,
        /// What is wrong.
        #[diagnostic_source]
        source: ExprError,
    },
    /// A secret variable is used outside of connections.
    #[error("{place}: the variable {name} is secret and works in connections only")]
    #[diagnostic(
        code("SW-E005"),
        help(
            "conditions and values are shown, logged and sent to databases; use a variable that is not secret"
        )
    )]
    Secret {
        /// The setting.
        place: String,
        /// The variable.
        name: String,
    },
    /// The value of a secret variable is kept where it cannot be read now.
    #[error("{place}: the secret variable {name} cannot be read: {reason}")]
    #[diagnostic(code("SW-E007"))]
    Unreadable {
        /// The setting.
        place: String,
        /// The variable.
        name: String,
        /// Why.
        reason: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A secret variable has no value.
    #[error("{place}: the secret variable {name} has no value")]
    #[diagnostic(
        code("SW-E006"),
        help(
            "store a value for it with `syncwright secret set PROJECT --variable {name}`; secrets are not part of the project file"
        )
    )]
    NoSecret {
        /// The setting.
        place: String,
        /// The variable.
        name: String,
    },
}

/// The project with the values of its variables: those of the default set, overridden by the variable set
/// of the start up configuration. Without one it is the default set, as for a check of the whole project.
///
/// The result is for running, not for saving: secret values of connections are in it.
///
/// # Errors
///
/// [`VariablesError`] with the setting in which something is wrong.
pub fn effective(
    project: &Project,
    start_up: Option<&StartUpConfiguration>,
    session: &SessionVariables<'_>,
) -> Result<Project, VariablesError> {
    let set = start_up.and_then(|one| Some((one, one.variable_set.as_deref()?)));
    let chosen = set.map(|(one, set)| (format!("the start up configuration {}", one.name), set));
    with_values(project, &Values::new(project, chosen, session)?)
}

/// As [`effective`], with the variable set of that name.
///
/// # Errors
///
/// [`VariablesError`] with the setting in which something is wrong.
pub fn effective_with_set(
    project: &Project,
    set: &str,
    session: &SessionVariables<'_>,
) -> Result<Project, VariablesError> {
    with_values(project, &Values::new(project, Some(("the test".to_owned(), set)), session)?)
}

fn with_values(project: &Project, values: &Values<'_>) -> Result<Project, VariablesError> {
    let mut project = project.clone();
    values.system(&mut project.central, "central system")?;
    values.system(&mut project.target, "target system")?;
    for mapping in &mut project.mappings {
        values.mapping(mapping)?;
    }
    for workflow in &mut project.workflows {
        values.workflow(workflow)?;
    }
    for kind in &mut project.target_system_types {
        for table in &mut kind.tables {
            values.table(table)?;
        }
    }
    Ok(project)
}

struct Values<'a> {
    plain: BTreeMap<String, String>,
    secret: BTreeSet<String>,
    session: &'a SessionVariables<'a>,
}

impl<'a> Values<'a> {
    fn new(
        project: &Project,
        chosen: Option<(String, &str)>,
        session: &'a SessionVariables<'a>,
    ) -> Result<Self, VariablesError> {
        let mut values = Self { plain: BTreeMap::new(), secret: BTreeSet::new(), session };
        for variable in &project.variables {
            checked(variable, "variables")?;
            values.set(variable);
        }
        let Some((user, name)) = chosen else { return Ok(values) };
        let Some(set) = project.variable_sets.iter().find(|set| set.name == name) else {
            let known: Vec<&str> = project.variable_sets.iter().map(|set| set.name.as_str()).collect();
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None if known.is_empty() => "the project has no variable sets; remove the setting".to_owned(),
                None => format!("the variable sets are: {}", listed(&known)),
            };
            return Err(VariablesError::UnknownSet { user, set: name.to_owned(), help });
        };
        for variable in &set.variables {
            let place = format!("variable set {name}");
            checked(variable, &place)?;
            if !values.plain.contains_key(&variable.name) && !values.secret.contains(&variable.name) {
                return Err(VariablesError::BadVariable {
                    place,
                    name: variable.name.clone(),
                    why: "is not in the default set, so nothing can use it without this set",
                    help: "declare it among the variables of the project, too".to_owned(),
                });
            }
            values.set(variable);
        }
        Ok(values)
    }

    /// Once secret, a variable stays secret.
    fn set(&mut self, variable: &Variable) {
        if variable.secret || self.secret.contains(&variable.name) {
            self.plain.remove(&variable.name);
            self.secret.insert(variable.name.clone());
        } else {
            self.plain.insert(variable.name.clone(), variable.value.clone());
        }
    }

    /// Replaces the variables in a text outside of connections.
    fn text(&self, text: &mut String, how: Quoting, place: &str) -> Result<(), VariablesError> {
        self.text_with(text, &self.plain, how, place)
    }

    fn text_with(
        &self,
        text: &mut String,
        values: &BTreeMap<String, String>,
        how: Quoting,
        place: &str,
    ) -> Result<(), VariablesError> {
        let used = names_in(text);
        if let Some((_, name)) = used.iter().find(|(_, name)| self.secret.contains(*name)) {
            return Err(VariablesError::Secret { place: place.to_owned(), name: (*name).to_owned() });
        }
        let misplaced = used.iter().any(|(_, name)| *name == FULL_SYNC) && !values.contains_key(FULL_SYNC);
        *text = substitute(text, values, how).map_err(|mut source| {
            if misplaced {
                source.help = Some("$FullSync$ is known in conditions of steps only".to_owned());
            }
            VariablesError::Text { place: place.to_owned(), source }
        })?;
        Ok(())
    }

    /// Replaces the variables in a text of a connection; secret ones are allowed there.
    fn connection_text(&self, text: &mut String, how: Quoting, place: &str) -> Result<(), VariablesError> {
        let mut values = self.plain.clone();
        for (_, name) in names_in(text).into_iter().filter(|(_, name)| self.secret.contains(*name)) {
            let unreadable = |error: SecretError| VariablesError::Unreadable {
                place: place.to_owned(),
                name: name.to_owned(),
                reason: error.to_string(),
                help: error.help().map(|help| help.to_string()).unwrap_or_default(),
            };
            let Some(value) = (self.session.secret)(name).map_err(unreadable)? else {
                return Err(VariablesError::NoSecret { place: place.to_owned(), name: name.to_owned() });
            };
            values.insert(name.to_owned(), value.expose_secret().to_owned());
        }
        *text = substitute(text, &values, how)
            .map_err(|source| VariablesError::Text { place: place.to_owned(), source })?;
        Ok(())
    }

    fn system(&self, system: &mut System, name: &str) -> Result<(), VariablesError> {
        self.connection(&mut system.connection, &format!("connection of the {name}"))?;
        for (schema_type, filter) in &mut system.scope {
            self.text(filter, Quoting::Condition, &format!("{name}, scope of {schema_type}"))?;
        }
        for (schema_type, filter) in &mut system.reference_scope {
            self.text(filter, Quoting::Condition, &format!("{name}, reference scope of {schema_type}"))?;
        }
        system.schema.classes.iter_mut().try_for_each(|class| self.class(class, name))
    }

    fn connection(&self, connection: &mut Connection, place: &str) -> Result<(), VariablesError> {
        let plain = |text: &mut String, what: &str| {
            self.connection_text(text, Quoting::Text, &format!("{place}, {what}"))
        };
        match &mut connection.provider {
            Provider::Sqlite { file, when_missing: _ } => plain(file, "file")?,
            Provider::Odbc { dialect: _, attributes } => {
                for (name, value) in attributes {
                    plain(value, &format!("attribute {name}"))?;
                }
            }
            Provider::Csv { folder, format: _ } => plain(folder, "folder")?,
        }
        if let Access::Remote(server) = &mut connection.access {
            plain(&mut server.server, "connection server")?;
            if let Authentication::MutualTls { certificate } = &mut server.authentication {
                plain(certificate, "certificate")?;
            }
        }
        for (setting, what) in
            [(&mut connection.time_zone, "time zone"), (&mut connection.isolation_level, "isolation level")]
        {
            if let Some(text) = setting {
                plain(text, what)?;
            }
        }
        connection.partial_schemas.iter_mut().try_for_each(|schema| plain(schema, "schemas"))?;
        connection.initial_sql.iter_mut().try_for_each(|statement| {
            self.connection_text(statement, Quoting::Statement, &format!("{place}, initial SQL"))
        })
    }

    fn class(&self, class: &mut SchemaClass, system: &str) -> Result<(), VariablesError> {
        let place = format!("{system}, class {}", class.name);
        if let Some(filter) = &mut class.filter {
            self.text(filter, Quoting::Condition, &format!("{place}, filter"))?;
        }
        for property in &mut class.virtual_properties {
            let place = format!("{place}, {}", property.name);
            match &mut property.kind {
                VirtualKind::Fixed(literal) => self.literal(literal, &place)?,
                VirtualKind::Expression(text) => self.text(text, Quoting::Condition, &place)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn literal(&self, literal: &mut Literal, place: &str) -> Result<(), VariablesError> {
        match literal {
            Literal::String(text) => self.text(text, Quoting::Text, place),
            Literal::Boolean(_) | Literal::Integer(_) | Literal::Float(_) | Literal::Null => Ok(()),
        }
    }

    /// Patterns keep their dollar signs, and scripts read variables by themselves.
    fn formula(&self, formula: &mut Formula, place: &str) -> Result<(), VariablesError> {
        match formula {
            Formula::Expression(text) => self.text(text, Quoting::Condition, place),
            Formula::Pattern(_) | Formula::Script(_) => Ok(()),
        }
    }

    fn condition(&self, condition: &mut Condition, place: &str) -> Result<(), VariablesError> {
        match condition {
            Condition::Expression(text) => self.text(text, Quoting::Condition, place),
            Condition::Script(_) => Ok(()),
        }
    }

    fn exclusion(&self, exclusion: &mut Exclusion, mapping: &str) -> Result<(), VariablesError> {
        let place = format!("mapping {mapping}, exclusion by {}", exclusion.property);
        match &mut exclusion.test {
            ExclusionTest::Equals(text) => self.text(text, Quoting::Text, &place),
            ExclusionTest::Matches(pattern) => {
                // A value means itself, whatever its letters mean in a pattern.
                let escaped =
                    self.plain.iter().map(|(name, value)| (name.clone(), regex::escape(value))).collect();
                self.text_with(pattern, &escaped, Quoting::Text, &place)
            }
        }
    }

    fn mapping(&self, mapping: &mut Mapping) -> Result<(), VariablesError> {
        let Exclusions { reading, writing } = &mut mapping.exclusions;
        for exclusion in reading.iter_mut().chain(writing) {
            self.exclusion(exclusion, &mapping.name)?;
        }
        for rule in &mut mapping.rules {
            let place = format!("mapping {}, rule {}", mapping.name, rule.name);
            if let MemberFilter::IncludeOnly(members) | MemberFilter::Exclude(members) = &mut rule.members {
                for member in members {
                    self.text(member, Quoting::Text, &format!("{place}, members"))?;
                }
            }
            if let Some(condition) = &mut rule.condition {
                self.condition(condition, &format!("{place}, condition"))?;
            }
            if let Some(validation) = &mut rule.validation {
                self.condition(&mut validation.accept, &format!("{place}, validation"))?;
            }
            let change = &mut rule.transformation;
            for expression in [&mut change.to_target, &mut change.to_central].into_iter().flatten() {
                self.formula(expression, &format!("{place}, transformation"))?;
            }
            if let EmptySource::UseDefault(expression) = &mut change.when_empty {
                self.formula(expression, &format!("{place}, default"))?;
            }
            let source = rule.flags.lookup_source.as_mut();
            if let Some(condition) = source.and_then(|source| source.condition.as_mut()) {
                self.text(condition, Quoting::Condition, &format!("{place}, source of the value list"))?;
            }
            for value in [&mut change.value_on_insert, &mut change.fixed_value].into_iter().flatten() {
                self.literal(value, &format!("{place}, value"))?;
            }
        }
        Ok(())
    }

    fn workflow(&self, workflow: &mut Workflow) -> Result<(), VariablesError> {
        for step in &mut workflow.steps {
            let mut values = self.plain.clone();
            let full_sync = self.session.full_sync && !step.data_import;
            values.insert(FULL_SYNC.to_owned(), full_sync.to_string());
            let methods = &mut step.methods;
            let choices = [
                &mut methods.both_differ,
                &mut methods.only_in_source,
                &mut methods.only_in_destination,
                &mut methods.outstanding_returned,
            ];
            for MethodChoice { method, condition } in choices.into_iter().flatten() {
                if let Some(Condition::Expression(text)) = condition {
                    let place = format!(
                        "workflow {}, step {}, condition of {}",
                        workflow.name,
                        step.name,
                        method.id()
                    );
                    self.text_with(text, &values, Quoting::Condition, &place)?;
                }
            }
        }
        Ok(())
    }

    fn table(&self, table: &mut TargetSystemTable) -> Result<(), VariablesError> {
        match &mut table.merge_condition {
            Some(condition) => {
                let place = format!("target system types, merge condition of {}", table.schema_type);
                self.text(condition, Quoting::Condition, &place)
            }
            None => Ok(()),
        }
    }
}

/// Names that `$…$` can hold, and that the program does not give itself.
fn checked(variable: &Variable, place: &str) -> Result<(), VariablesError> {
    let bad = |why, help: &str| {
        Err(VariablesError::BadVariable {
            place: place.to_owned(),
            name: variable.name.clone(),
            why,
            help: help.to_owned(),
        })
    };
    if variable.name == FULL_SYNC {
        return bad("has a name that the program gives its own value", "choose another name");
    }
    if !is_name(&variable.name) {
        return bad("has a name that cannot stand between dollar signs", "use letters, digits and _ only");
    }
    Ok(())
}
