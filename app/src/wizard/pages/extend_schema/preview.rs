//! What a virtual property is on objects of the sample. The core works it out with what runs read by.

use syncwright_core::{
    mapping::{MappingError, scripts_of},
    progress::CancelToken,
    project::{ClassRef, Project, Schema, ScriptLanguage, VirtualKind, VirtualProperty},
    schema::Sample,
    script::{ScriptKind, Scripts},
    sync::preview::{PreviewError, PreviewRow, Subject, preview},
};

use super::{
    super::{Cx, Opener, data_operations::findings::project_with, tables},
    State, kinds, texts,
};
use crate::{
    problem::Problem,
    ui::code_edit::Fault,
    wizard::{Draft, SharedSchema},
};

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
#[derive(Debug)]
pub struct Preview {
    /// What is wrong with the read and the write part of a script.
    faults: [Option<Fault>; 2],
    pub(super) values: Values,
}

/// Values of a property on sample objects.
#[derive(Debug)]
pub enum Values {
    /// There is no sample yet, or they are secret.
    None,
    /// It is not said yet what it is made of.
    Unfinished(&'static str),
    /// The property cannot be used.
    Fault(Fault),
    /// They cannot be read.
    Failed(Problem),
    /// The values.
    Rows(Vec<PreviewRow>),
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
    let work = Work {
        draft: cx.draft.clone(),
        opener: cx.opener(),
        class: class.name.to_owned(),
        property: property.clone(),
        sample: sample.cloned(),
    };
    let job = cx.worker.spawn("Working out a virtual property", move |job| work.preview(&job.cancel));
    state.preview.begin(key, job);
}

struct Work {
    draft: Draft,
    opener: Opener,
    class: String,
    property: VirtualProperty,
    sample: Option<Sample>,
}

impl Work {
    fn preview(&self, cancel: &CancelToken) -> Preview {
        let faults = match &self.property.kind {
            VirtualKind::Script { read, write } => self.faults([read.as_deref(), write.as_deref()]),
            _ => [None, None],
        };
        Preview { values: self.values(cancel), faults }
    }

    /// The project as far as it is described, with the system under the identifier that its password has.
    fn project(&self, schema: Schema) -> Project {
        let mut project = project_with(&self.draft, schema);
        let system = match self.opener.side {
            syncwright_core::project::Side::Left => &mut project.central,
            syncwright_core::project::Side::Right => &mut project.target,
        };
        system.connection = self.opener.connection.clone();
        system.scope.clone_from(&self.draft.system().scope);
        project
    }

    fn faults(&self, parts: [Option<&str>; 2]) -> [Option<Fault>; 2] {
        let scripts = match scripts_of(&self.project(Schema::default()), false) {
            Ok(scripts) => scripts,
            Err(error) => return [Some(texts::script_fault(&error)), None],
        };
        // As the check calls them, so that both say the same.
        let place = format!("class {}, {}", self.class, self.property.name);
        let fault = |part: &str, text: Option<&str>, kind: ScriptKind| {
            fault_in(&scripts, &format!("{place}, {part} part"), text?, kind)
        };
        let [read, write] = parts;
        [fault("read", read, ScriptKind::Value), fault("write", write, ScriptKind::Write)]
    }

    fn values(&self, cancel: &CancelToken) -> Values {
        let Some(sample) = self.sample.as_ref().filter(|_| !self.property.secret) else {
            return Values::None;
        };
        if let Some(unfinished) = kinds::unfinished(&self.property.kind) {
            return Values::Unfinished(unfinished);
        }
        let shared: &SharedSchema = &self.draft.system().schema;
        let project = self.project((**shared).clone());
        let subject = Subject { side: self.opener.side, class: &self.class, property: &self.property.name };
        match preview(&project, &self.opener.folder, subject, sample, ROWS, cancel) {
            Ok(rows) => Values::Rows(rows),
            Err(PreviewError::Mapping(error)) => Values::Fault(fault_of(&error)),
            Err(error) => Values::Failed(Problem::of("The values cannot be worked out", &error)),
        }
    }
}

fn fault_in(scripts: &Scripts, place: &str, text: &str, kind: ScriptKind) -> Option<Fault> {
    scripts.compile(place, text, kind).err().map(|error| texts::script_fault(&error))
}

/// Why the property cannot be used, at its place if that is known.
fn fault_of(error: &MappingError) -> Fault {
    match error {
        MappingError::Expression { source, .. } => {
            Fault { position: source.position, text: source.text.clone(), help: source.help.clone() }
        }
        MappingError::Script { source, .. } => texts::script_fault(source),
        other => Fault {
            text: other.reason(),
            ..crate::wizard::pages::data_operations::rendering::fault_of(other, None)
        },
    }
}
