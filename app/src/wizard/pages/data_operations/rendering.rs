//! What becomes of a data operation: whether it can be understood, and its statements for a sample object. Nothing
//! is executed.

use miette::Diagnostic;
use syncwright_core::{
    connect::odbc::{
        OperationScript, OperationScriptError, RenderedStatement,
        dialect::{Dialect, dialect},
        dry_render, dry_render_script,
    },
    expr::{OperationKind, OperationPatternError, OperationStatement},
    mapping::scripts_of,
    project::{OperationStrategy, Project, SchemaType},
    value::Value,
};

use crate::ui::code_edit::Fault;

/// An object: its values by property.
pub type Object = Vec<(String, Value)>;

/// What is rendered.
pub struct Subject {
    /// The table.
    pub schema_type: SchemaType,
    /// Which statement is replaced.
    pub kind: OperationKind,
    /// How.
    pub strategy: OperationStrategy,
    /// The project as far as it is described: scripts call its snippets and name its variables.
    pub project: Project,
    /// Dialect of the system.
    pub dialect: String,
    /// The sample object; without one it is only compiled.
    pub object: Option<Object>,
}

/// What became of it.
#[derive(Debug)]
pub struct Rendering {
    /// Why the text cannot be used at all.
    pub fault: Option<Fault>,
    /// The statements for the object, or why there are none for it.
    pub statements: Option<Result<Vec<RenderedStatement>, Fault>>,
}

impl Rendering {
    const fn faulty(fault: Fault) -> Self {
        Self { fault: Some(fault), statements: None }
    }
}

/// Compiles the operation and renders it for the object.
pub fn render(subject: &Subject) -> Rendering {
    let (new, current) = values(subject);
    let objects = subject.object.as_ref().map(|_| (new, current));
    let Some(dialect) = dialect(&subject.dialect) else {
        return Rendering::faulty(plain_fault(&format!("the dialect {} is not known", subject.dialect)));
    };
    match &subject.strategy {
        OperationStrategy::Pattern(text) => render_pattern(subject, dialect, text, objects),
        OperationStrategy::Script(text) => render_script(subject, dialect, text, objects),
    }
}

/// What is written, and what the object has until then.
type Values<'a> = (&'a [(String, Value)], &'a [(String, Value)]);

fn values(subject: &Subject) -> Values<'_> {
    let object = subject.object.as_deref().unwrap_or_default();
    match subject.kind {
        OperationKind::Insert => (object, &[]),
        OperationKind::Update => (object, object),
        OperationKind::Delete => (&[], object),
    }
}

fn render_pattern(
    subject: &Subject,
    dialect: &dyn Dialect,
    text: &str,
    values: Option<Values<'_>>,
) -> Rendering {
    let Subject { schema_type, kind, .. } = subject;
    if let Err(error) = OperationStatement::compile(schema_type, *kind, text) {
        return Rendering::faulty(pattern_fault(&error, text));
    }
    let statements = values.map(|(new, current)| {
        dry_render(dialect, schema_type, *kind, text, new, current)
            .map(|statement| vec![statement])
            .map_err(|error| pattern_fault(&error, text))
    });
    Rendering { fault: None, statements }
}

fn render_script(
    subject: &Subject,
    dialect: &dyn Dialect,
    text: &str,
    values: Option<Values<'_>>,
) -> Rendering {
    let Subject { schema_type, kind, project, .. } = subject;
    let compiled = scripts_of(project, false)
        .map_err(OperationScriptError::Script)
        .and_then(|scripts| OperationScript::compile(&scripts, schema_type, *kind, text));
    let script = match compiled {
        Ok(script) => script,
        Err(error) => return Rendering::faulty(script_fault(&error, text)),
    };
    let statements = values.map(|(new, current)| {
        dry_render_script(dialect, schema_type, &script, new, current)
            .map_err(|error| object_fault(&error, &script, schema_type, text))
    });
    Rendering { fault: None, statements }
}

fn plain_fault(text: &str) -> Fault {
    Fault { position: None, text: text.to_owned(), help: None }
}

/// A fault with the words of an error.
pub fn fault_of(error: &(impl Diagnostic + ?Sized), position: Option<(usize, usize)>) -> Fault {
    Fault { position, text: error.to_string(), help: error.help().map(|help| help.to_string()) }
}

fn pattern_fault(error: &OperationPatternError, text: &str) -> Fault {
    let position = match error {
        OperationPatternError::UnknownPlaceholder { placeholder, .. } => {
            place_of(text, &format!("%{placeholder}%"))
        }
        OperationPatternError::NotOneStatement { .. } => None,
    };
    fault_of(error, position)
}

fn script_fault(error: &OperationScriptError, text: &str) -> Fault {
    let position = match error {
        OperationScriptError::Script(error) => error.position().map(|at| (at.line, at.column)),
        OperationScriptError::UnknownColumn { name, .. } => place_of(text, name),
        _ => None,
    };
    fault_of(error, position)
}

/// What a script says of an object is not shown if it read a sensitive column: it may have said that.
fn object_fault(
    error: &OperationScriptError,
    script: &OperationScript,
    schema_type: &SchemaType,
    text: &str,
) -> Fault {
    let reads_sensitive = script
        .reads()
        .iter()
        .any(|read| schema_type.property(&read.property).is_some_and(|property| property.sensitive));
    match error {
        OperationScriptError::Failed { .. } if reads_sensitive => plain_fault(
            "the script fails on this object; what it says is not shown, because it reads a sensitive column",
        ),
        _ => script_fault(error, text),
    }
}

/// Line and column, in characters from 1, where `part` stands in a text for the first time.
fn place_of(text: &str, part: &str) -> Option<(usize, usize)> {
    let before = text.get(..text.find(part)?)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use syncwright_core::{
        project::{SchemaProperty, ScriptLanguage, Snippet},
        value::ValueType,
    };

    use super::*;
    use crate::wizard::Draft;

    fn subject(kind: OperationKind, strategy: OperationStrategy) -> Subject {
        let mut secret = SchemaProperty::new("Password", ValueType::String);
        secret.sensitive = true;
        Subject {
            schema_type: SchemaType {
                name: "users".to_owned(),
                properties: vec![SchemaProperty::new("UId", ValueType::String), secret],
                key: vec!["UId".to_owned()],
                ..SchemaType::default()
            },
            kind,
            strategy,
            project: Project { script_language: ScriptLanguage::JavaScript, ..Draft::default().project() },
            dialect: "postgresql".to_owned(),
            object: Some(
                [("UId", "u1"), ("Password", "hunter2")]
                    .map(|(name, value)| (name.to_owned(), Value::String(value.to_owned())))
                    .to_vec(),
            ),
        }
    }

    fn pattern(text: &str) -> OperationStrategy {
        OperationStrategy::Pattern(text.to_owned())
    }

    fn script(text: &str) -> OperationStrategy {
        OperationStrategy::Script(text.to_owned())
    }

    #[test]
    fn a_wrong_placeholder_is_found_at_its_place() {
        let found = render(&subject(OperationKind::Insert, pattern("CALL p(\n  %UIdd%)")));
        let fault = found.fault.expect("a fault");
        assert_eq!(fault.position, Some((2, 3)));
        assert!(fault.text.contains("UIdd"), "{fault:?}");
        assert!(found.statements.is_none());
    }

    #[test]
    fn old_and_new_values_are_those_of_the_object() {
        let found = render(&subject(OperationKind::Update, pattern("CALL p(%UId:old%, %UId%, %Password%)")));
        let statements = found.statements.expect("an object").expect("statements");
        let values: Vec<_> =
            statements[0].parameters.iter().map(|one| (one.which, one.value.as_deref())).collect();
        use syncwright_core::expr::OperationValue::{New, Old};
        assert_eq!(values, [(Old, Some("u1")), (New, Some("u1")), (New, Some("••••"))]);
    }

    #[test]
    fn scripts_call_snippets_of_the_project() {
        let mut subject = subject(OperationKind::Insert, script("call('p')"));
        let code = "function call(name) { return 'CALL ' + name + '(%UId%)' }".to_owned();
        assert!(render(&subject).statements.is_some_and(|statements| statements.is_err()));
        subject.project.snippets = vec![Snippet { name: "calls".to_owned(), code }];
        let statements = render(&subject).statements.expect("an object").expect("statements");
        assert_eq!(statements.len(), 1);
    }

    #[test]
    fn scripts_give_several_statements_and_keep_secrets() {
        let found =
            render(&subject(OperationKind::Delete, script("['CALL a(%UId:old%)', 'CALL b(%UId:old%)']")));
        assert_eq!(found.statements.expect("an object").expect("statements").len(), 2);

        let found = render(&subject(OperationKind::Delete, script("throw $Password$")));
        let fault = found.statements.expect("an object").expect_err("refused");
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");

        let found = render(&subject(OperationKind::Insert, script("const a = 1;\nreturn a +;")));
        assert_eq!(found.fault.and_then(|fault| fault.position).map(|(line, _)| line), Some(2));
    }
}
