//! What a virtual property is on objects of the sample, as far as the core can say that without a run.

use syncwright_core::{
    project::{ClassRef, Literal, SchemaType, ScriptLanguage, VirtualKind, VirtualProperty},
    schema::Sample,
    script::{CompiledScript, ScriptKind, Scripts},
    value::{MASK, Value, join_composite, parse_value},
};

use super::{
    super::{Cx, data_operations::rendering::scripts, tables},
    State, texts,
};
use crate::ui::code_edit::Fault;

/// Objects that are shown.
const ROWS: usize = 8;

/// What a preview depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub(super) class: String,
    pub(super) property: VirtualProperty,
    language: ScriptLanguage,
    sample: Option<usize>,
}

/// What was worked out of a property.
#[derive(Debug, Default)]
pub struct Preview {
    /// What is wrong with the read and the write part of a script.
    faults: [Option<Fault>; 2],
    /// Values of the objects, in order, or why there are none; nothing if only a run can tell.
    pub(super) values: Option<Result<Vec<Result<Value, Fault>>, Fault>>,
}

impl State {
    /// What is wrong with the parts of a script, as far as that is known.
    pub(super) fn script_faults(&self, class: &str, property: &str) -> [Option<Fault>; 2] {
        let same = |key: &Key| key.class == class && key.property.name == property;
        match self.preview.last(same) {
            Some(Ok(preview)) => preview.faults.clone(),
            _ => [None, None],
        }
    }
}

/// Works the preview out again if something has changed.
pub fn work(
    state: &mut State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    class: ClassRef<'_>,
    property: &VirtualProperty,
) {
    let language = cx.draft.script_language;
    let worker = cx.worker;
    let sample = tables.samples.of(cx, &class.schema_type.name).done();
    let key = Key {
        class: class.name.to_owned(),
        property: property.clone(),
        language,
        sample: sample.map(Sample::len),
    };
    if !state.preview.wants(&key) {
        return;
    }
    let (sample, schema_type, property) = (sample.cloned(), class.schema_type.clone(), property.clone());
    let name = class.name.to_owned();
    let job = worker.spawn("Working out a virtual property", move |_| {
        preview(language, &name, &schema_type, &property, sample.as_ref())
    });
    state.preview.begin(key, job);
}

fn preview(
    language: ScriptLanguage,
    class: &str,
    schema_type: &SchemaType,
    property: &VirtualProperty,
    sample: Option<&Sample>,
) -> Preview {
    let rows = sample.map_or(0, |sample| sample.len().min(ROWS));
    match &property.kind {
        VirtualKind::Fixed(literal) => {
            let value = fixed(property, literal);
            Preview { values: Some(value.map(|value| vec![Ok(value); rows])), ..Preview::default() }
        }
        VirtualKind::Pattern(text) => Preview {
            values: sample.map(|sample| pattern(property, sample, schema_type, text)),
            ..Preview::default()
        },
        VirtualKind::CompositeKey(names) => Preview {
            values: sample.and_then(|sample| composite(sample, schema_type, names)),
            ..Preview::default()
        },
        VirtualKind::Script { read, write } => {
            let parts = [read.as_deref(), write.as_deref()];
            // As the check calls them, so that both say the same.
            let place = format!("class {class}, {}", property.name);
            match scripts(language) {
                Ok(scripts) => scripted(&scripts, &place, schema_type, property, parts, sample),
                Err(error) => Preview { faults: [Some(texts::script_fault(&error)), None], values: None },
            }
        }
        _ => Preview::default(),
    }
}

/// A value in the type of the property.
fn typed(property: &VirtualProperty, text: &str) -> Result<Value, Fault> {
    parse_value(property.value_type, text).ok_or_else(|| Fault {
        position: None,
        text: format!("this is no {}", property.value_type.label()),
        help: None,
    })
}

fn fixed(property: &VirtualProperty, literal: &Literal) -> Result<Value, Fault> {
    match literal {
        Literal::Null => Ok(Value::Null),
        literal => typed(property, &literal.to_text()),
    }
}

fn pattern(
    property: &VirtualProperty,
    sample: &Sample,
    schema_type: &SchemaType,
    text: &str,
) -> Result<Vec<Result<Value, Fault>>, Fault> {
    let values = sample.display_values(schema_type, text).map_err(|error| Fault {
        position: None,
        text: error.text,
        help: error.help,
    })?;
    let masked = values.iter().any(|value| value.contains(MASK));
    let value = |text: &String| if masked { Ok(Value::String(text.clone())) } else { typed(property, text) };
    Ok(values.iter().take(ROWS).map(value).collect())
}

/// Columns joined, sensitive ones masked; nothing if other virtual properties are among them.
fn composite(
    sample: &Sample,
    schema_type: &SchemaType,
    names: &[String],
) -> Option<Result<Vec<Result<Value, Fault>>, Fault>> {
    if names.iter().any(|name| schema_type.property(name).is_none()) {
        return None;
    }
    let value = |row: usize| {
        let values: Vec<Value> = names.iter().map(|name| sample.value(schema_type, name, row)).collect();
        Ok(join_composite(&values).map_or(Value::Null, Value::String))
    };
    Some(Ok((0..sample.len().min(ROWS)).map(value).collect()))
}

fn scripted(
    scripts: &Scripts,
    place: &str,
    schema_type: &SchemaType,
    property: &VirtualProperty,
    parts: [Option<&str>; 2],
    sample: Option<&Sample>,
) -> Preview {
    let [read, write] = parts;
    let (read, read_fault) = compiled(scripts, &format!("{place}, read part"), read, ScriptKind::Value);
    let (_, write_fault) = compiled(scripts, &format!("{place}, write part"), write, ScriptKind::Write);
    let values = match (read, sample) {
        (Some(script), Some(sample)) if !property.multi_valued => {
            script_values(&script, schema_type, property, sample).map(Ok)
        }
        _ => None,
    };
    Preview { faults: [read_fault, write_fault], values }
}

fn compiled(
    scripts: &Scripts,
    place: &str,
    text: Option<&str>,
    kind: ScriptKind,
) -> (Option<CompiledScript>, Option<Fault>) {
    let Some(text) = text else { return (None, None) };
    match scripts.compile(place, text, kind) {
        Ok(script) => (Some(script), None),
        Err(error) => (None, Some(texts::script_fault(&error))),
    }
}

/// What a read part gives for each object; nothing if it names what is no column. Values that are made of sensitive
/// ones are masked, and what a script says of them is not shown.
fn script_values(
    script: &CompiledScript,
    schema_type: &SchemaType,
    property: &VirtualProperty,
    sample: &Sample,
) -> Option<Vec<Result<Value, Fault>>> {
    let columns: Vec<_> =
        script.names().iter().map(|name| schema_type.property(&name.property)).collect::<Option<_>>()?;
    let sensitive = columns.iter().any(|column| column.sensitive);
    let one = |row: usize| {
        let object = sample.object(row);
        let argument = |name: &str| {
            object.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let arguments: Vec<Value> = columns.iter().map(|column| argument(&column.name)).collect();
        match script.value(&arguments) {
            Ok(Value::Null) => Ok(Value::Null),
            Ok(_) if sensitive => Ok(Value::String(MASK.to_owned())),
            Ok(value) => typed(property, &value.to_string()),
            Err(_) if sensitive => {
                Err(Fault { position: None, text: "the script fails on this object".to_owned(), help: None })
            }
            Err(error) => Err(texts::script_fault(&error)),
        }
    };
    Some((0..sample.len().min(ROWS)).map(one).collect())
}
