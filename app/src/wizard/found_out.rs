//! What checks of pages need to know and cannot find out at once: what the core says of data operations and virtual
//! properties (W14, W15), and which files are there (W17, W19). Found out in the background, and known until what it
//! depends on changes.

use std::{path::PathBuf, sync::Weak};

use syncwright_core::project::{Provider, Schema, ScriptLanguage, Side};

use super::{
    Draft, Page,
    pages::{central, data_operations, extend_schema},
};
use crate::{problem::Problem, wizard::pages::data_operations::worked::Worked, worker::Worker};

/// What was found out.
#[derive(Default)]
pub struct Known {
    files: Worked<Place, Files>,
    verdicts: Option<(Judged, Verdicts)>,
}

/// Where a project is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    folder: PathBuf,
    file: PathBuf,
}

impl Place {
    fn of(draft: &Draft) -> Self {
        Self { folder: draft.folder.clone(), file: draft.file() }
    }

    fn look(&self) -> Files {
        Files { store: central::new_store(&self.folder), project_is_there: self.file.exists() }
    }
}

/// Files at a place.
#[derive(Debug, Clone)]
struct Files {
    /// A name that is free for a new identity store.
    store: String,
    /// There is a project file of that name.
    project_is_there: bool,
}

/// What verdicts are about.
struct Judged {
    side: Side,
    language: ScriptLanguage,
    provider: Provider,
    /// Gone once the schema was changed, in place or for another one.
    schema: Weak<Schema>,
}

impl Judged {
    fn new(draft: &Draft) -> Self {
        let system = draft.system();
        Self {
            side: draft.side,
            language: draft.script_language,
            provider: system.connection.provider.clone(),
            schema: system.schema.mark(),
        }
    }

    fn is(&self, draft: &Draft) -> bool {
        let system = draft.system();
        self.side == draft.side
            && self.language == draft.script_language
            && self.provider == system.connection.provider
            && system.schema.is(&self.schema)
    }
}

/// What the consistency check of the core says.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    /// Of data operations.
    operations: Option<Problem>,
    /// Of virtual properties.
    properties: Option<Problem>,
}

/// What has to be found out, for a job.
pub struct Unknown {
    draft: Draft,
    files: Option<Place>,
    verdicts: bool,
}

/// What a job found out.
#[derive(Debug)]
pub struct Found {
    files: Option<(Place, Files)>,
    verdicts: Option<Verdicts>,
}

impl Unknown {
    /// Finds it out; that may take its time.
    pub fn find_out(self) -> Found {
        let Self { draft, files, verdicts } = self;
        Found {
            files: files.map(|place| {
                let files = place.look();
                (place, files)
            }),
            verdicts: verdicts.then(|| Verdicts {
                operations: data_operations::verdict(&draft),
                properties: extend_schema::verdict(&draft),
            }),
        }
    }
}

impl Known {
    /// Takes over what was found out in the background.
    pub fn poll(&mut self) {
        self.files.poll();
    }

    /// Looks at the files while a page is shown that speaks of them.
    pub fn look(&mut self, draft: &Draft, worker: &Worker) {
        let place = Place::of(draft);
        if matches!(draft.page, Page::Central | Page::General) && self.files.wants(&place) {
            let looked_at = place.clone();
            self.files.begin(place, worker.spawn("Looking at the folder", move |_| looked_at.look()));
        }
    }

    /// Files come and go without the wizard: they are looked at again.
    pub fn forget_files(&mut self) {
        self.files.forget();
    }

    /// What the checks of these pages need to know and nobody has found out.
    pub fn missing(&self, draft: &Draft, pages: &[Page]) -> Option<Unknown> {
        let speaks = |page: &Page| matches!(page, Page::Central | Page::General);
        let judges = |page: &Page| matches!(page, Page::DataOperations | Page::ExtendSchema);
        let files = pages.iter().any(speaks) && self.files(draft).is_none();
        let verdicts = pages.iter().any(judges) && self.verdicts(draft).is_none() && is_extended(draft);
        (files || verdicts).then(|| Unknown {
            draft: draft.clone(),
            files: files.then(|| Place::of(draft)),
            verdicts,
        })
    }

    /// Takes what a job found out about `draft`.
    pub fn take(&mut self, draft: &Draft, found: Found) {
        if let Some((place, files)) = found.files {
            self.files.put(place, files);
        }
        if let Some(verdicts) = found.verdicts {
            self.verdicts = Some((Judged::new(draft), verdicts));
        }
    }

    fn files(&self, draft: &Draft) -> Option<&Files> {
        let place = Place::of(draft);
        self.files.last(|known| *known == place)?.as_ref().ok()
    }

    fn verdicts(&self, draft: &Draft) -> Option<&Verdicts> {
        self.verdicts.as_ref().filter(|(judged, _)| judged.is(draft)).map(|(_, verdicts)| verdicts)
    }

    /// A free name for a new identity store beside the project, if that is known yet.
    pub fn store(&self, draft: &Draft) -> Option<&str> {
        self.files(draft).map(|files| files.store.as_str())
    }

    /// True if there is a file already where the project is to go, as far as that is known.
    pub fn is_file_taken(&self, draft: &Draft) -> bool {
        self.files(draft).is_some_and(|files| files.project_is_there)
    }

    /// What is wrong with data operations, as far as that is known.
    pub fn wrong_operation(&self, draft: &Draft) -> Option<&Problem> {
        self.verdicts(draft)?.operations.as_ref()
    }

    /// What is wrong with virtual properties, as far as that is known.
    pub fn wrong_property(&self, draft: &Draft) -> Option<&Problem> {
        self.verdicts(draft)?.properties.as_ref()
    }
}

/// True if there is anything to judge: most schemas have neither operations nor virtual properties.
fn is_extended(draft: &Draft) -> bool {
    let schema = &draft.system().schema;
    schema.types.iter().any(|one| one.operations != Default::default())
        || schema.classes.iter().any(|class| !class.virtual_properties.is_empty())
}
